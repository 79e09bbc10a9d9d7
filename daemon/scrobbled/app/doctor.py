"""Everything that can be checked from outside the daemon, each with what to do about it."""

import asyncio
import ctypes
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from scrobbled.app.opening import open_to_read
from scrobbled.config.model import Settings
from scrobbled.errors import ScrobbledError
from scrobbled.runtime.clock import SystemClock
from scrobbled.sources import Plugin
from scrobbled.sources.api import Check
from scrobbled.store.listens import read as reads
from scrobbled.web.control_client import NoDaemon, ask_daemon

DIAGNOSIS_TIMEOUT_S = 20.0
LITTLE_SPACE_BYTES = 200 * 1024 * 1024
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
_BUILT_AT_S = 1_760_000_000.0
"""October 2025: no clock that is right says less."""


def diagnose(settings: Settings, plugins: Mapping[str, Plugin]) -> list[Check]:
    """Checks everything; what takes long or needs the daemon last."""
    checks = [*_state_dir(settings), *_clock(), *_folders(settings), *_database(settings)]
    checks += asyncio.run(_sources(settings, plugins))
    checks.append(_daemon(settings))
    return checks


def _state_dir(settings: Settings) -> Iterator[Check]:
    path = settings.state_dir
    if not path.is_dir():
        yield Check(
            ok=False,
            what=f"The state directory {path} does not exist.",
            advice="Start the daemon once, which makes it, or make it and give it to its user.",
        )
        return
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield Check(
            ok=False,
            what=f"The state directory {path} cannot be written by this user.",
            advice="Run this as the daemon's user (sudo -u scrobbled ...), or change its owner.",
        )
        return
    free = shutil.disk_usage(path).free
    yield Check(
        ok=free >= LITTLE_SPACE_BYTES,
        what=f"The state directory {path} can be written; {free // 2**20} MiB are free.",
        advice=None if free >= LITTLE_SPACE_BYTES else "Free some space on that disk.",
    )


def _clock() -> Iterator[Check]:
    now_s = SystemClock().moment().wall_s
    if now_s < _BUILT_AT_S:
        yield Check(
            ok=False,
            what="The system's clock is years behind.",
            advice="Set it (timedatectl set-ntp true): listens get the time that it says.",
        )
        return
    state = _kernel_clock_state()
    unsure = state == _TIME_ERROR
    yield Check(
        ok=not unsure,
        what="The system's clock is not synchronised." if unsure else "The system's clock is set.",
        advice="Turn synchronisation on (timedatectl set-ntp true)." if unsure else None,
    )


def _kernel_clock_state() -> int | None:
    """What adjtimex(2) returns; None where it cannot be asked (or in a container that forbids)."""
    size = 208  # sizeof(struct timex) on 64-bit Linux; all zero: nothing is changed
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(size))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else int(state)


def _folders(settings: Settings) -> Iterator[Check]:
    if not settings.library.folders:
        yield Check(
            ok=False,
            what="No music folders are configured, so listens cannot be linked to files.",
            advice="Name them under library.folders.",
        )
    for folder in settings.library.folders:
        yield _folder(folder)


def _folder(folder: Path) -> Check:
    try:
        with os.scandir(folder) as entries:
            empty = next(iter(entries), None) is None
    except OSError as error:
        return Check(
            ok=False,
            what=f"The music folder {folder} cannot be read: {error.strerror}.",
            advice="Mount it, correct library.folders, or let the daemon's user read it.",
        )
    return Check(
        ok=not empty,
        what=f"The music folder {folder} {'is empty' if empty else 'can be read'}.",
        advice="Is it mounted?" if empty else None,
    )


def _database(settings: Settings) -> Iterator[Check]:
    try:
        with open_to_read(settings) as database:
            totals = None if database is None else database.read(reads.totals).result()
    except ScrobbledError as error:
        yield Check(
            ok=False,
            what=f"The database {settings.database.url} cannot be used: {error}",
            advice="Do what the sentence says; plays wait in the journal meanwhile.",
        )
        return
    if totals is None:
        yield Check(
            ok=True,
            what=f"The database {settings.database.url} is not there yet; the daemon makes it.",
        )
        return
    yield Check(
        ok=True,
        what=(
            f"The database {settings.database.url} holds {_count(totals.plays, 'play')} and "
            f"{_count(totals.listens, 'listen')}, {totals.linked} of them linked."
        ),
    )


async def _sources(settings: Settings, plugins: Mapping[str, Plugin]) -> list[Check]:
    found = await asyncio.gather(
        *(_source(plugins[source.type], source) for source in settings.sources)
    )
    return [check for checks in found for check in checks]


async def _source(plugin: Plugin, source: object) -> list[Check]:
    try:
        async with asyncio.timeout(DIAGNOSIS_TIMEOUT_S):
            checks: list[Check] = await plugin.diagnose(source, SystemClock())
    except TimeoutError:
        return [
            Check(
                ok=False,
                what=f"The {plugin.source_type} source could not be checked in time.",
                advice="See whether its server answers at all.",
            )
        ]
    return checks


def _daemon(settings: Settings) -> Check:
    try:
        status = ask_daemon(settings.state_dir, "status", {})
    except NoDaemon:
        return Check(
            ok=False,
            what="The daemon is not running.",
            advice="Start it: systemctl start scrobbled, or `scrobbled run`.",
        )
    except ScrobbledError as error:
        return Check(ok=False, what=f"The daemon cannot be asked: {error}", advice="See its log.")
    ailing = [
        f"{name}: {part['detail'].rstrip('.')}"
        for name, part in status["health"]["components"].items()
        if part["state"] in {"degraded", "failed"}
    ]
    letters = status["dead_letters"]
    if letters:
        ailing.append(f"{_count(letters, 'item')} could not be processed")
    if ailing:
        what = f"The daemon runs, but not all is well: {'; '.join(ailing)}."
        advice = "See its log (journalctl -u scrobbled, or where you started it)."
        return Check(ok=False, what=what, advice=advice)
    return Check(ok=True, what=f"The daemon runs ({status['health']['status']}).")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
