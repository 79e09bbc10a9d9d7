"""The main database, opened beside capture: it may be away for as long as it likes."""

import asyncio
from collections.abc import Callable
from functools import partial

from scrobbled.errors import DatabaseUnavailable
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.tasks import Running
from scrobbled.store import Database

log = get_logger(__name__)


class Storehouse:
    """Opens the main database and gives it to whoever waits for it."""

    def __init__(
        self, open_it: Callable[[], Database], clock: Clock, *, prepare: Callable[[Database], None]
    ) -> None:
        """Takes how it is opened.

        Args:
            open_it: opens the database, bringing its schema up to date; may block.
            clock: measures how long that takes.
            prepare: what has to be in it before anybody uses it; may block.
        """
        self._open_it = open_it
        self._clock = clock
        self._prepare = prepare
        self._opened: Database | None = None
        self._ready = asyncio.Event()

    @property
    def opened(self) -> Database | None:
        """The database; None while it is not open."""
        return self._opened

    async def database(self, stopping: asyncio.Event | None = None) -> Database:
        """The database, as soon as it is open.

        Args:
            stopping: who waits gives up when it is set; None to wait for ever.

        Raises:
            DatabaseUnavailable: it was still not open when `stopping` was set.
        """
        events = [self._ready] if stopping is None else [self._ready, stopping]
        waits = [asyncio.create_task(event.wait(), name="wait for database") for event in events]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._opened is None:
            raise DatabaseUnavailable("The daemon stops before its database was open.")
        return self._opened

    async def run(self, task: Running) -> None:
        """Opens the database and holds it until the task is stopped.

        Raises:
            DatabaseUnavailable: it is away; to be tried again.
            DatabaseRefused: it must not be used; a person must act.
        """
        task.degraded("the database is being opened")
        began = self._clock.moment()
        database = await asyncio.to_thread(self._open_it)
        try:
            await asyncio.to_thread(partial(self._prepare, database))
        except BaseException:
            await asyncio.to_thread(database.close)
            raise
        self._opened = database
        self._ready.set()
        task.working("the database is open")
        log.info("database.opened", seconds=round(self._clock.moment().seconds_since(began), 3))
        await task.stopping.wait()

    async def close(self) -> None:
        """Closes the database if it is open, after everything that was begun."""
        if self._opened is not None:
            await asyncio.to_thread(self._opened.close)
