"""Somebody who listens to music on a real mpd, while the daemon watches.

::

    async with listening(tmp_path, a=20, b=20) as listener:
        await listener.play("a", "b")
        await listener.hear(until_s=9)
        skipped = await listener.do("next")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["p A skipped", "P B finished"]
    assert plays[0] in skipped
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.integration.capture.heard import Heard
from tests.servers.cable import Cable
from tests.servers.capture import Capture
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled_mpd.config import MpdSettings

STATES = {"play": "playing", "pause": "paused", "stop": "stopped"}
AGREES_S = 2.0
"""What the daemon saw last is the present if by the clock it leads to a position this near."""


class Listener:
    """Plays, waits and gives commands; says what has sounded by then."""

    def __init__(self, mpd: Mpd, capture: Capture) -> None:
        self.mpd = mpd
        self.capture = capture

    async def play(self, *songs: str, partition: str | None = None) -> None:
        """Replaces the queue by songs, plays it, and lets the daemon see that."""
        await self.mpd.play(*(_file(song) for song in songs), partition=partition)
        await self.until_seen(partition)

    async def hear(self, until_s: float, song: str | None = None) -> None:
        """Listens until a position, in seconds, of a song, by its place in the queue from "0"."""
        if song is not None:
            await self.mpd.until(song=song)
        await self.mpd.until(elapsed_s=until_s)

    async def do(self, *commands: tuple[object, ...] | str, partition: str | None = None) -> Heard:
        """Gives commands in one breath, and waits until the daemon has seen what came of them.

        Args:
            commands: a name, or a name and its arguments, as python-mpd2 knows them.
            partition: where, if not in the default one.

        Returns:
            The position at which they struck.
        """
        asked_at = self.mpd.clock.moment()
        whole = [command if isinstance(command, tuple) else (command,) for command in commands]
        before, *_ = await self.mpd.commands(("status",), *whole, partition=partition)
        given_at = self.mpd.clock.moment()
        await self.until_seen(partition, since=given_at)
        passed_s = self.mpd.clock.moment().seconds_since(asked_at)
        position_s = float(before.get("elapsed", 0.0))
        return Heard(position_s, position_s + (passed_s if before["state"] == "play" else 0.0))

    async def until_seen(self, partition: str | None = None, since: Moment | None = None) -> None:
        """Waits until what the daemon saw last is what mpd does now."""

        async def agree() -> bool:
            status = await self.mpd.status(partition)
            seen = self.capture.last(partition or "")
            return seen is not None and _tells(seen, status, self.mpd.clock.moment(), since)

        await eventually(agree, what="the daemon sees what mpd does")

    async def until_silent(self, partition: str | None = None) -> None:
        """Listens until the music stops by itself, and the daemon has seen that."""
        await self.mpd.until(partition=partition, state="stop")
        await self.until_seen(partition)

    async def all_plays(self) -> list[ClosedPlay]:
        """Ends the daemon, and gives every play that it has kept, in the order of their ends."""
        return await self.capture.all_plays()


@asynccontextmanager
async def listening(
    directory: Path, *, speed: float = 10.0, capturing: Any = None, **lengths_s: float
) -> AsyncIterator[Listener]:
    """A listener at a new mpd with some songs, and the daemon watching.

    Args:
        directory: for everything.
        speed: seconds of audio that mpd plays in a real second.
        capturing: keywords for `Capture`.
        lengths_s: the songs: `a=20` is `a.flac` with the title A, 20 s long.
    """
    async with (
        await mpd_with(directory, lengths_s, speed=speed) as mpd,
        Capture(directory, mpd, **(capturing or {})) as capture,
    ):
        await capture.connected()
        yield Listener(mpd, capture)


@asynccontextmanager
async def listening_by_cable(
    directory: Path, *, speed: float = 10.0, **lengths_s: float
) -> AsyncIterator[tuple[Listener, Cable]]:
    """The same, where the daemon's connections to mpd can be cut."""
    async with AsyncExitStack() as stack:
        mpd = await stack.enter_async_context(await mpd_with(directory, lengths_s, speed=speed))
        cable = await stack.enter_async_context(Cable(directory, mpd.socket_path))
        settings = MpdSettings(name="test", host=str(cable.path))
        capture = await stack.enter_async_context(Capture(directory, mpd, settings=settings))
        await capture.connected()
        yield Listener(mpd, capture), cable


async def mpd_with(
    directory: Path,
    lengths_s: Mapping[str, float],
    *,
    speed: float = 10.0,
    outputs: tuple[str, ...] = ("main",),
) -> Mpd:
    """An mpd that has not been started, with songs: `{"a": 20}` is `a.flac`, titled A, 20 s."""
    mpd = Mpd(directory, speed=speed, outputs=outputs)
    for name, length_s in lengths_s.items():
        await mpd.add_song(f"{name}.flac", length_s, {"title": name.upper(), "artist": "Somebody"})
    return mpd


async def let_run(mpd: Mpd, uptime_s: int = 5) -> None:
    """Waits until mpd has run for so long that a restart shows.

    It tells its uptime in whole seconds, real ones at any speed, and the daemon forgives 3 s: a
    restart shows if the new run is younger by more than that when the daemon first sees it.
    """

    async def has_run() -> bool:
        return int((await mpd.command("stats"))["uptime"]) >= uptime_s

    await eventually(has_run, within_s=30, every_s=0.2, what="mpd has run for a while")


def _file(song: str) -> str:
    """`a` is short for `a.flac`."""
    return song if "." in song or "/" in song else f"{song}.flac"


def _tells(seen: Observation, status: dict[str, str], now: Moment, since: Moment | None) -> bool:
    if seen.state != STATES[status["state"]] or seen.entry_id != status.get("songid"):
        return False
    if "elapsed" not in status or (since is not None and not seen.at.is_before(since)):
        return True
    ran_s = now.seconds_since(seen.at) if seen.plays else 0.0
    return abs((seen.position_s or 0.0) + ran_s - float(status["elapsed"])) <= AGREES_S
