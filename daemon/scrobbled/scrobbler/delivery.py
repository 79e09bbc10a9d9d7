"""Closed plays from the journal into the main database: at least once, made once by play_uid."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import structlog

from scrobbled.errors import DatabaseUnavailable, ItemRejected
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Component
from scrobbled.runtime.tasks import Running, first_of
from scrobbled.scrobbler.journal import Journal, Waiting
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database
from scrobbled.store.listens.write import record_play

BATCH = 200
"""Plays taken from the journal at a time."""
IDLE_S = 60.0
"""The journal is looked into this often even if nobody said that there is something."""

log = structlog.get_logger(__name__)


class Delivery:
    """Moves closed plays from the journal into the main database, in order, as they come."""

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

    def nudge(self) -> None:
        """Says that plays were closed."""
        self._wake.set()

    async def run(self, task: Running) -> None:
        """Delivers until the task is stopped, and then what is left."""
        while not task.stopping.is_set():
            self._wake.clear()
            wait_s = IDLE_S
            try:
                await self.deliver()
            except DatabaseUnavailable as error:
                self._say_away(str(error))
                wait_s = self._backoff.next_s()
            else:
                self._say_back()
            await first_of(self._clock, wait_s, self._wake, task.stopping)
        if not self._away:
            await self.deliver()

    async def deliver(self) -> int:
        """Delivers all that waits; returns how many plays are in the database now.

        Raises:
            DatabaseUnavailable: the database is away; what waits still waits.
        """
        delivered = 0
        while waiting := await self._journal.waiting(BATCH):
            database = await self._database()
            results = await asyncio.gather(
                *(self._record(database, item) for item in waiting), return_exceptions=True
            )
            recorded: list[int] = []
            failure: BaseException | None = None
            for item, result in zip(waiting, results, strict=True):
                if result is None:
                    recorded.append(item.outbox_id)
                elif isinstance(result, ItemRejected):
                    await self._journal.bury_play(item.outbox_id, str(result))
                else:
                    failure = failure or result
            if recorded:
                self._on_recorded()
                await self._journal.mark_delivered(recorded)
            delivered += len(recorded)
            if failure is not None:
                raise failure
        return delivered

    async def _record(self, database: Database, item: Waiting) -> None:
        now = datetime.fromtimestamp(self._clock.moment().wall_s, UTC)
        use_case = partial(record_play, play=play_row(item.play), now=now)
        row = await asyncio.shield(asyncio.wrap_future(database.write(use_case)))
        log.debug("play.recorded", raw_id=row.raw_id, listen_id=row.listen_id)

    def _say_away(self, reason: str) -> None:
        self._health.degraded(f"the database is away, plays wait in the journal: {reason}")
        if not self._away:
            self._away = True
            log.warning("database.unavailable", reason=reason)

    def _say_back(self) -> None:
        self._health.ok("plays are recorded as they end")
        self._backoff.reset()
        if self._away:
            self._away = False
            log.info("database.recovered")
