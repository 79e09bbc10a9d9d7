"""The main database, opened beside capture."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.servers.waiting import eventually
from tests.unit.runtime.manual_clock import ManualClock

from scrobbled.app.storehouse import Storehouse
from scrobbled.errors import DatabaseUnavailable
from scrobbled.runtime.health import Health, State
from scrobbled.runtime.tasks import Running
from scrobbled.store import Database, open_database


def run(storehouse: Storehouse, health: Health) -> tuple[asyncio.Task[None], asyncio.Event]:
    """Starts it as the supervisor does; the task, and what stops it."""
    stopping = asyncio.Event()
    task = Running("database", stopping, health.component("database"))
    return asyncio.create_task(storehouse.run(task)), stopping


@asynccontextmanager
async def storehouse(
    directory: Path, **changes: object
) -> AsyncIterator[tuple[Storehouse, Health]]:
    """A storehouse for a database in `directory`, closed in the end."""
    clock = ManualClock()
    parts = {
        "open_it": partial(open_database, f"sqlite:///{directory}/main.db"),
        "prepare": lambda _database: None,
        **changes,
    }
    it = Storehouse(clock=clock, **parts)  # type: ignore[arg-type]  # the parts of the test
    try:
        yield it, Health(clock)
    finally:
        await it.close()


async def test_the_database_is_given_to_who_waits(tmp_path: Path) -> None:
    """Once it is open and prepared, to whoever has asked before and asks later."""
    prepared: list[Database] = []
    async with storehouse(tmp_path, prepare=prepared.append) as (it, health):
        assert it.opened is None
        waiting = asyncio.create_task(it.database())
        running, stopping = run(it, health)
        first = await waiting
        assert first is await it.database() is it.opened
        assert prepared == [first]
        assert health.component("database").snapshot().detail == "the database is open"
        stopping.set()
        await running


async def test_a_database_that_is_away_is_an_outage(tmp_path: Path) -> None:
    """The supervisor tries again; who waits for it goes on waiting."""
    tries: list[int] = []

    def open_it() -> Database:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseUnavailable("the server is gone")
        return open_database(f"sqlite:///{tmp_path}/main.db")

    async with storehouse(tmp_path, open_it=open_it) as (it, health):
        waiting = asyncio.create_task(it.database())
        first, _ = run(it, health)
        with pytest.raises(DatabaseUnavailable):
            await first
        assert health.component("database").snapshot().state is State.DEGRADED
        assert not waiting.done()
        again, stopping = run(it, health)
        await waiting
        stopping.set()
        await again


async def test_a_database_that_cannot_be_prepared_is_closed(tmp_path: Path) -> None:
    """Nobody gets it, and nothing of it stays open."""
    seen: list[Database] = []

    def prepare(database: Database) -> None:
        seen.append(database)
        raise DatabaseUnavailable("the disk is full")

    async with storehouse(tmp_path, prepare=prepare) as (it, health):
        running, _ = run(it, health)
        with pytest.raises(DatabaseUnavailable, match="disk"):
            await running
        assert it.opened is None
        closed = seen[0].read(lambda tx: tx.connection.exec_driver_sql("SELECT 1").scalar())
        with pytest.raises(DatabaseUnavailable, match="closed"):
            await asyncio.wrap_future(closed)


async def test_who_has_to_stop_waits_no_longer(tmp_path: Path) -> None:
    """A stop does not hang on a database that never came."""
    async with storehouse(tmp_path) as (it, _):
        stopping = asyncio.Event()
        waiting = asyncio.create_task(it.database(stopping))
        await asyncio.sleep(0)
        stopping.set()
        with pytest.raises(DatabaseUnavailable, match="stops before"):
            await waiting


async def test_closing_finishes_what_was_begun(tmp_path: Path) -> None:
    """And may be done without having opened anything."""
    async with storehouse(tmp_path) as (it, health):
        await it.close()
        running, stopping = run(it, health)
        database = await it.database()
        done = database.write(
            lambda tx: tx.connection.exec_driver_sql(
                "INSERT INTO users (username, created_at) VALUES ('anna', 0)"
            ).close()
        )
        stopping.set()
        await running
        await it.close()
        await eventually(done.done)
        assert done.exception() is None
