"""The capture half of the daemon, watching a real mpd in this process.

::

    async with Mpd(tmp_path, speed=10) as mpd, Capture(tmp_path, mpd) as capture:
        ...
        plays = await capture.plays(3)
"""

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.play import ClosedPlay
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

SOURCE = "mpd:test"
RULES = replace(CountingRules(), min_length_s=0.0)
"""Counting as it is by default, but for short tracks."""


class Capture:
    """Journal, intake and MPD source, wired as the daemon wires them.

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
    ) -> None:
        self._state_dir = directory / "state"
        self._settings = settings or MpdSettings(name="test", host=str(mpd.socket_path))
        self._counting = counting
        self._clock = clock or mpd.clock
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
        """Stops watching in order."""
        if not self._task.done():
            await self.stop()

    async def start(self) -> None:
        """Opens the journal, takes up what it holds, and watches mpd; returns once it is seen."""
        self._state_dir.mkdir(exist_ok=True)
        store = await asyncio.to_thread(open_journal, self._state_dir)
        self.journal = Journal(store, Reserve(self._state_dir), self._clock)
        self.intake = Intake(
            self.journal,
            self._counting,
            self._clock,
            new_play_uid=lambda: str(uuid.uuid4()),
            on_closed=lambda _plays: None,
        )
        profile = SourceProfile(SOURCE, "anna", PLUGIN.credit, utc_offset("UTC"))
        await self.intake.load([profile])
        self.health = Health(self._clock).component(SOURCE)
        context = RunningSource(
            SOURCE, self._clock, self.intake, self.health, on_library_changed=self._count_scan
        )
        self._stopping = asyncio.Event()
        source = PLUGIN.create(self._settings, context)
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

    def _count_scan(self) -> None:
        self.scans_wanted += 1
