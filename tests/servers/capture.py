"""The capture half of the daemon, watching a real mpd in this process.

::

    async with Mpd(tmp_path, speed=10) as mpd, Capture(tmp_path, mpd) as capture:
        ...
        plays = await capture.plays(3)
"""

import asyncio
import random
import uuid
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay, NowPlaying
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Health
from scrobbled.scrobbler.context import RunningSource
from scrobbled.scrobbler.intake import Intake, SourceProfile
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import utc_offset
from scrobbled.scrobbler.reserve import Reserve
from scrobbled.store.journal import open_journal
from scrobbled_mpd import PLUGIN
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.watch import MpdSource

SOURCE = "mpd:test"
RULES = replace(CountingRules(), min_length_s=0.0)
"""Counting as it is by default, but for short tracks."""


class Capture:
    """Journal, intake and MPD source, wired as the daemon wires them.

    Args:
        directory: the journal goes into `state` below it; the same one for a daemon started anew.
        mpd: what to watch, over its unix socket unless `settings` says otherwise.
        counting: when a play counts.
        clock: the mpd's own, unless another is injected.
        settings: of the source.
        longest_retry_s: real seconds between two attempts to reach mpd, at the most. Shorter than
            the daemon's own: a test has no half minute to spare.

    Attributes:
        scans_wanted: how often MPD said that its library changed.
    """

    def __init__(
        self,
        directory: Path,
        mpd: Mpd,
        *,
        counting: CountingRules = RULES,
        clock: Clock | None = None,
        settings: MpdSettings | None = None,
        longest_retry_s: float = 0.4,
    ) -> None:
        self._state_dir = directory / "state"
        self._settings = settings or MpdSettings(name="test", host=str(mpd.socket_path))
        self._counting = counting
        self._clock = clock or mpd.clock
        self._longest_retry_s = longest_retry_s
        self.scans_wanted = 0

    async def __aenter__(self) -> Self:
        """Starts watching."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops watching in order; whatever ended the watch before is raised here."""
        if not self._task.done():
            await self.stop()
        elif not self._task.cancelled():
            self._task.result()

    async def start(self) -> None:
        """Opens the journal, takes up what it holds, and watches mpd; returns once it is seen."""
        self._state_dir.mkdir(parents=True, exist_ok=True)
        store = await asyncio.to_thread(open_journal, self._state_dir)
        self.journal = Journal(store, Reserve(self._state_dir), self._clock)
        self.intake = Intake(
            self.journal,
            self._counting,
            self._clock,
            new_play_uid=lambda: str(uuid.uuid4()),
            on_closed=lambda _plays: None,
        )
        offset = await asyncio.to_thread(utc_offset, "UTC")
        profile = SourceProfile(SOURCE, "anna", PLUGIN.credit, offset)
        await self.intake.load([profile])
        self.health = Health(self._clock).component(SOURCE)
        context = RunningSource(
            SOURCE, self._clock, self.intake, self.health, on_library_changed=self._count_scan
        )
        self._stopping = asyncio.Event()
        source = MpdSource(
            self._settings,
            context,
            random=random.Random(1),
            longest_retry_s=self._longest_retry_s,
        )
        self._task = asyncio.create_task(source.run(self._stopping), name="source under test")

    async def connected(self) -> None:
        """Waits until mpd has been seen."""
        await eventually(lambda: self.health.snapshot().state == "ok", what="contact with mpd")

    async def stop(self) -> None:
        """Stops as on SIGTERM: with a last look at mpd."""
        self._stopping.set()
        await self._task
        await self.journal.close()

    async def kill(self) -> None:
        """Stops as on SIGKILL: nothing more is looked at or written."""
        self._task.cancel()
        await asyncio.wait({self._task})
        await self.journal.close()

    async def plays(self, count: int = 0, *, within_s: float = 20.0) -> list[ClosedPlay]:
        """The closed plays in the order of their closing, once there are at least `count`."""

        async def enough() -> list[ClosedPlay] | None:
            plays = await self.journal.waiting(1000)
            return plays if len(plays) >= max(count, 1) else None

        if count == 0:
            return await enough() or []
        return await eventually(enough, within_s=within_s, what=f"{count} closed plays")

    async def all_plays(self) -> list[ClosedPlay]:
        """Stops, and reads what is on disk: every play that was closed, in that order."""
        if not self._task.cancelled():
            await self.stop()
        store = await asyncio.to_thread(open_journal, self._state_dir)
        journal = Journal(store, Reserve(self._state_dir), self._clock)
        try:
            return await journal.waiting(10_000)
        finally:
            await journal.close()

    def last(self, player: str = "") -> Observation | None:
        """What was last seen of a player."""
        return self.intake.last_observation(SOURCE, player)

    def sounding(self, player: str = "") -> NowPlaying | None:
        """The play that is open on a player; None when there is none."""
        name = f"{SOURCE}/{player}" if player else SOURCE
        found = [each.playing for each in self.intake.now_playing() if each.source == name]
        return found[0] if found else None

    def _count_scan(self) -> None:
        self.scans_wanted += 1
