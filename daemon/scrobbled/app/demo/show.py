"""The demonstration itself: plays, and says what the daemon makes of them as it happens."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scrobbled.app.demo.library import SONGS, make_library
from scrobbled.app.demo.player import DemoMpd, ImpatientListener, private_mpd
from scrobbled.app.opening import open_to_read
from scrobbled.config.environment import PREFIX
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError, ScrobbledError
from scrobbled.query.history import HistoryEntry, history
from scrobbled.web.control_client import NoDaemon, ask_daemon

READY_WITHIN_S = 30.0
LOOK_EVERY_S = 0.25
SKIP_AFTER_S = 2.0
LINKED_WITHIN_S = 15.0
STOP_WITHIN_S = 20.0

LOG = "daemon.log"

Say = Callable[[str], None]

_CONFIGURATION = """\
state_dir: {state}
web:
  listen: {web}
users:
  - name: demo
sources:
  - type: mpd
    name: demo
    host: {mpd}
library:
  folders:
    - {music}
counting:
  min_length: 5s   # tracks are short here; 30s is the default
"""


def run_demo(load: Callable[[Path], Settings], say: Say, *, keep: bool) -> bool:
    """Runs the demonstration, about 40 s.

    Args:
        load: reads a configuration file.
        say: prints a line.
        keep: whether its directory stays afterwards.

    Returns:
        Whether everything that was heard was captured and linked.

    Raises:
        OperatorError: something that it needs is missing.
    """
    directory = Path(tempfile.mkdtemp(prefix="scrobbled-demo-"))
    try:
        say(f"Making a small music library in {directory}/music: {len(SONGS)} songs.")
        make_library(directory / "music")
        configuration = directory / "scrobbled.yaml"
        configuration.write_text(_configuration(directory), encoding="utf-8")
        settings = load(configuration)
        say("Starting a private MPD that plays to nowhere, and the daemon.")
        with (
            private_mpd(directory, directory / "music") as mpd,
            _daemon(configuration, directory) as daemon,
        ):
            _wait_until_ready(settings, daemon, directory)
            entries, counting = _play(settings, mpd, say)
        say("")
        right = _sum_up(entries, counting, say)
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)
    if keep:
        say(f"Everything is in {directory}; try `scrobbled explain 1 -c {configuration}`.")
    return right


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without the person's own settings, which would lead to their own database."""
    return {name: value for name, value in environ.items() if not name.startswith(PREFIX)}


def _configuration(directory: Path) -> str:
    """The configuration; paths are written so that YAML takes any."""
    paths = {"state": "state", "web": "web.socket", "mpd": "mpd.socket", "music": "music"}
    return _CONFIGURATION.format(
        **{name: json.dumps(str(directory / path)) for name, path in paths.items()}
    )


@contextmanager
def _daemon(configuration: Path, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the daemon as a process of its own, as systemd would."""
    with (directory / LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - fixed words, and files of our own
            [sys.executable, "-m", "scrobbled", "run", "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(os.environ),
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _status(settings: Settings) -> dict[str, Any] | None:
    """What the daemon says of itself; None while it does not answer."""
    try:
        status: dict[str, Any] = ask_daemon(settings.state_dir, "status", {})
    except NoDaemon:
        return None
    return status


def _wait_until_ready(settings: Settings, daemon: subprocess.Popen[bytes], directory: Path) -> None:
    """Waits until MPD is watched, so that the first song is seen from its start."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and daemon.poll() is None:
        status = _status(settings)
        if status is not None:
            source = status["health"]["components"].get("mpd:demo", {})
            if source.get("state") == "ok":
                return
        time.sleep(LOOK_EVERY_S)
    log = (directory / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    last = log[-1] if log else "it says nothing"
    raise OperatorError(f"The demonstration's daemon does not start: {last}")


def _play(settings: Settings, mpd: DemoMpd, say: Say) -> tuple[list[HistoryEntry], int]:
    """Plays every song, but the second only for a moment; says what happens.

    Returns:
        The history, and how many of the plays should count.
    """
    adding = [f'add "{song.path}"' for song in SONGS]
    mpd.command("clear", *adding, "play 0")
    sounding: str | None = None
    told: set[int] = set()
    deadline = time.monotonic() + sum(song.length_s for song in SONGS) + 10
    with ImpatientListener(mpd, place=1, after_s=SKIP_AFTER_S) as listener:
        while time.monotonic() < deadline:
            playing = _now_playing(settings)
            if playing and playing["title"] != sounding:
                sounding = playing["title"]
                say(f"  playing   {sounding} by {', '.join(playing['artists'])}")
            _tell_new(settings, told, say)
            if not playing and mpd.command("status").get("state") == "stop" and told:
                break
            time.sleep(LOOK_EVERY_S)
    skipped_late = listener.heard_s >= SONGS[1].length_s / 2
    counting = len(SONGS) if skipped_late else len(SONGS) - 1
    return _wait_until_linked(settings, told, say), counting


def _now_playing(settings: Settings) -> dict[str, Any] | None:
    status = _status(settings)
    playing: list[dict[str, Any]] = [] if status is None else status["now_playing"]
    return playing[0] if playing else None


def _entries(settings: Settings) -> list[HistoryEntry]:
    try:
        with open_to_read(settings) as database:
            if database is None:
                return []
            return history(database, with_skips=True, oldest_first=True)
    except ScrobbledError:
        return []


def _tell_new(settings: Settings, told: set[int], say: Say) -> list[HistoryEntry]:
    """Says of each play, once its fate is known, what became of it."""
    entries = _entries(settings)
    for entry in entries:
        if entry.raw_id not in told and (entry.link is not None or not entry.counted):
            told.add(entry.raw_id)
            say(_line(entry))
    return entries


def _line(entry: HistoryEntry) -> str:
    heard = f"{entry.played_secs:.1f} s of {entry.duration_secs or 0:.1f} s sounded"
    if entry.link is None:
        return f"  skip      {entry.title}: {heard}, too little to count"
    link = f"track {entry.link.track_id} ({entry.link.reason}, {entry.link.confidence:.2f})"
    return f"  listen {entry.listen_id:<3}{entry.title}: {heard}, linked to {link}"


def _wait_until_linked(settings: Settings, told: set[int], say: Say) -> list[HistoryEntry]:
    deadline = time.monotonic() + LINKED_WITHIN_S
    entries = _tell_new(settings, told, say)
    while time.monotonic() < deadline and len(told) < len(SONGS):
        time.sleep(LOOK_EVERY_S)
        entries = _tell_new(settings, told, say)
    return entries


def _sum_up(entries: list[HistoryEntry], counting: int, say: Say) -> bool:
    listens = [entry for entry in entries if entry.listen_id is not None]
    linked = [entry for entry in listens if entry.link is not None]
    say(
        f"{len(entries)} plays were captured: {len(listens)} count as listens, "
        f"{len(linked)} of these are linked to their file, {len(entries) - len(listens)} skipped."
    )
    right = (len(entries), len(listens), len(linked)) == (len(SONGS), counting, counting)
    say("That is what was heard." if right else "That is NOT what was heard.")
    return right
