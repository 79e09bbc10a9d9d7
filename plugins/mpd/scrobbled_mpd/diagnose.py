"""What `scrobbled doctor` looks at in an MPD."""

import asyncio
import os
from collections.abc import Iterator

from scrobbled.errors import SourceUnavailable
from scrobbled.runtime.clock import Clock
from scrobbled.sources.api import Check
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.connection import Connection
from scrobbled_mpd.contact import if_granted, partitions_of
from scrobbled_mpd.locate import MusicPaths
from scrobbled_mpd.protocol import Pairs
from scrobbled_mpd.snapshot import field, songs_of, track_of
from scrobbled_mpd.trouble import in_words

TIMEOUT_S = 5.0
OLDEST = (0, 20)
"""Of 2016; what the plugin reads is told since then."""


async def diagnose(settings: MpdSettings, _clock: Clock) -> list[Check]:
    """Checks one configured MPD: reachable, readable, able to sound, its files in sight."""
    address = settings.address
    try:
        connection = await Connection.open(address, settings.password, TIMEOUT_S)
        try:
            return await _checks(connection, settings)
        finally:
            connection.close()
    except SourceUnavailable as error:
        told = in_words(error, address, password_given=settings.password is not None)
        what, _, advice = told.rstrip(".").partition(": ")
        advice = advice or "see whether it runs, and whether host and port of this source are its"
        end = "" if advice.endswith("?") else "."
        return [Check(False, f"{what}.", f"{advice[:1].upper()}{advice[1:]}{end}")]


async def _checks(connection: Connection, settings: MpdSettings) -> list[Check]:
    (status,) = await connection.run(("status",))
    (outputs,) = await connection.run(("outputs",))
    checks = [_version(connection, settings), _outputs(outputs)]
    trouble = field(status, "error")
    if trouble is not None:
        advice = "Mend what MPD complains of, or clear it with `mpc clearerror`."
        checks.append(Check(False, f"MPD reports an error: {trouble}", advice))
    checks += _partitions(settings, await partitions_of(connection))
    checks.append(await _files(connection, settings))
    return checks


def _version(connection: Connection, settings: MpdSettings) -> Check:
    how = "with its password" if settings.password is not None else "without a password"
    what = f"MPD at {settings.address} speaks protocol {connection.version} and lets us read {how}."
    numbers = tuple(int(part) for part in connection.version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        return Check(False, what, "Upgrade MPD to 0.20 or newer.")
    return Check(True, what)


def _outputs(told: Pairs) -> Check:
    enabled = sum(1 for pair in told if pair == ("outputenabled", "1"))
    if not enabled:
        return Check(
            False, "No output of MPD is enabled: it cannot play.", "Enable one: mpc enable 1."
        )
    return Check(True, f"{enabled} of MPD's outputs {'is' if enabled == 1 else 'are'} enabled.")


def _partitions(settings: MpdSettings, existing: list[str]) -> Iterator[Check]:
    wanted = existing if settings.partitions == "all" else settings.partitions
    for name in (name for name in wanted if name not in existing):
        yield Check(
            False,
            f"MPD has no partition {name!r} now, only {', '.join(existing)}.",
            "Create it, or correct `partitions` of this source; it is watched once it exists.",
        )


async def _files(connection: Connection, settings: MpdSettings) -> Check:
    """Whether a file that MPD names is where we take it to be."""
    told = await if_granted(connection, ("config",)) if settings.address.local else None
    directory = field(told or [], "music_directory")
    paths = MusicPaths(settings.path_map, directory)
    current, queue = await connection.run(("currentsong",), ("playlistinfo", "0:1"))
    songs = [track_of(song, paths.locate) for song in songs_of(current + queue)]
    located = [song.file_path for song in songs if song.file_path is not None]
    sought = located[0] if located else directory
    if sought is None:
        where = "where its files are, so they are sought in library.folders"
        return Check(True, f"MPD does not tell (it does so on a unix socket only) {where}.")
    if await asyncio.to_thread(os.access, sought, os.R_OK):
        return Check(True, f"What MPD names is found: {sought} can be read.")
    return Check(
        False,
        f"MPD names {sought}, which is not there or cannot be read.",
        "Give this user the right to read it, or say in `path_map` of this source where it is.",
    )
