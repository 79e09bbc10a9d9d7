"""Closed plays from the journal into the main database: at least once, made once by play_uid."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from scrobbled.domain.play import ClosedPlay
from scrobbled.errors import ItemRejected, JournalUnavailable, RetryLater
from scrobbled.log import get_logger
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Component
from scrobbled.runtime.tasks import Running, first_of
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database
from scrobbled.store.listens.write import Recorded, record_play

BATCH = 200
"""Plays taken from the journal at a time."""
IDLE_S = 60.0
"""The journal is looked into this often even if nobody said that there is something."""

log = get_logger(__name__)


class Delivery:
    """Moves closed plays from the journal into the main database, in order, as they come.

    The journal is what counts: plays that are handed over as they close only save reading them
    from it again, as long as nothing else waits there.
    """

    def __init__(
        self,
        journal: Journal,
        database: Callable[[], Awaitable[Database]],
        clock: Clock,
        backoff: Backoff,
        health: Component,
        *,
        on_recorded: Callable[[], None],
    ) -> None:
        """Takes its collaborators.

        Args:
            journal: where closed plays wait.
            database: gives the main database, waiting for it if it is not open yet.
            clock: for waits.
            backoff: between tries while the database is away.
            health: where to say how it goes.
            on_recorded: called when plays have been recorded.
        """
        self._journal = journal
        self._database = database
        self._clock = clock
        self._backoff = backoff
        self._health = health
        self._on_recorded = on_recorded
        self._wake = asyncio.Event()
        self._away = False
        self._fresh: list[ClosedPlay] = []
        self._caught_up = False
        self._arrived = False

    def hand_over(self, plays: Sequence[ClosedPlay]) -> None:
        """Takes plays that were closed just now, and are in the journal."""
        if self._caught_up:
            self._fresh += plays
        self._arrived = True
        self._wake.set()

    async def run(self, task: Running) -> None:
        """Delivers until the task is stopped, and then what is left."""
        if not await self._is_open(task.stopping):
            return
        while not task.stopping.is_set():
            self._wake.clear()
            wait_s = IDLE_S
            try:
                await self.deliver()
            except RetryLater as error:
                self._say_away(error)
                wait_s = self._backoff.next_s()
            else:
                self._say_back()
            await first_of(self._clock, wait_s, self._wake, task.stopping)
        if not self._away:
            self._read_again()
            await self.deliver()

    async def _is_open(self, stopping: asyncio.Event) -> bool:
        """Waits until the database is open; False if the task is stopped before."""
        self._health.degraded("the database is not open yet, plays wait in the journal")
        opening = asyncio.ensure_future(self._database())
        stopped = asyncio.create_task(stopping.wait(), name="wait for stop")
        try:
            await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opening.cancel()
            stopped.cancel()
        if not opening.done():
            return False
        opening.result()  # whatever it failed of is raised here
        return True

    async def deliver(self) -> int:
        """Delivers all that waits; returns how many plays are in the database now.

        Raises:
            RetryLater: the database or the journal is away; what waits still waits.
            Exception: a bug; so does what could not be recorded for it.
        """
        delivered = 0
        while plays := await self._next_batch():
            try:
                delivered += await self._deliver(plays)
            except BaseException:
                self._read_again()
                raise
        return delivered

    def _read_again(self) -> None:
        """What is to be delivered next is read from the journal, where all of it is."""
        self._caught_up = False
        self._fresh.clear()

    async def _next_batch(self) -> list[ClosedPlay]:
        """What to deliver next; empty when nothing waits."""
        if self._caught_up:
            fresh, self._fresh = self._fresh, []
            return fresh
        while True:
            self._arrived = False
            waiting = await self._journal.waiting(BATCH)
            # What closed while the journal was read may not have been seen in it.
            if waiting or not self._arrived:
                break
        self._caught_up = not waiting
        return waiting

    async def _deliver(self, plays: list[ClosedPlay]) -> int:
        """Records `plays`; returns how many are in the database now."""
        database = await self._database()
        results = await asyncio.gather(
            *(self._record(database, play) for play in plays), return_exceptions=True
        )
        outcomes = list(zip(plays, results, strict=True))
        done = [play.play_uid for play, result in outcomes if isinstance(result, Recorded)]
        if done:
            self._on_recorded()
            await self._journal.mark_delivered(done)
        sound = {
            play.verdict.counts
            for play, result in outcomes
            if isinstance(result, Recorded) and result.anew
        }
        failure: BaseException | None = None
        for play, result in outcomes:
            if isinstance(result, BaseException):
                if _is_its_own(result, others_went_well=play.verdict.counts in sound):
                    await self._bury(play, result)
                else:
                    failure = failure or result
        if failure is not None:
            raise failure
        return len(done)

    async def _bury(self, play: ClosedPlay, error: BaseException) -> None:
        """Moves one play to the dead letters, so that it does not hold up the others."""
        if isinstance(error, ItemRejected):
            await self._journal.bury_play(play.play_uid, str(error))
            return
        log.error("play.failed", play_uid=play.play_uid, exc_info=error)
        await self._journal.bury_play(play.play_uid, f"{type(error).__name__}: {error}")

    async def _record(self, database: Database, play: ClosedPlay) -> Recorded:
        now = datetime.fromtimestamp(self._clock.moment().wall_s, UTC)
        use_case = partial(record_play, play=play_row(play), now=now)
        row = await asyncio.shield(asyncio.wrap_future(database.write(use_case)))
        log.debug("play.recorded", raw_id=row.raw_id, listen_id=row.listen_id)
        return row

    def _say_away(self, error: RetryLater) -> None:
        if isinstance(error, JournalUnavailable):
            self._health.degraded(f"plays wait: {error}")
        else:
            self._health.degraded(f"the database is away, plays wait in the journal: {error}")
        if not self._away:
            self._away = True
            log.warning("database.unavailable", reason=str(error))

    def _say_back(self) -> None:
        self._health.ok("plays are recorded as they end")
        self._backoff.reset()
        if self._away:
            self._away = False
            log.info("database.recovered")


def _is_its_own(error: BaseException, *, others_went_well: bool) -> bool:
    """Whether the fault is the play's own, rather than of what all plays need.

    A bug may be either; it is the play's if others of its kind could be recorded.
    """
    if isinstance(error, ItemRejected):
        return True
    return others_went_well and isinstance(error, Exception) and not isinstance(error, RetryLater)
