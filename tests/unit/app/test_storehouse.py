"""The main database, opened beside everything else."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.unit.runtime.manual_clock import ManualClock, until

from scrobbled.app.storehouse import Storehouse
from scrobbled.errors import DatabaseUnavailable
from scrobbled.runtime.health import Health, State
from scrobbled.runtime.tasks import Running
from scrobbled.store import Database, open_database

CLOCK = ManualClock()


def running() -> tuple[Running, asyncio.Event, Health]:
    """A task, what stops it, and where it shows how it does."""
    health, stopping = Health(CLOCK), asyncio.Event()
    return Running("database", stopping, health.component("database")), stopping, health


def storehouse(
    directory: Path, *, prepare: Callable[[Database], None] = lambda _database: None
) -> Storehouse:
    """One for a database in `directory`."""
    return Storehouse(
        partial(open_database, f"sqlite:///{directory}/scrobbled.db"), CLOCK, prepare=prepare
    )


async def test_who_waits_gets_it_once_it_is_open_and_prepared(tmp_path: Path) -> None:
    """Nobody sees a database whose users are not there yet."""
    prepared: list[Database] = []
    store = storehouse(tmp_path, prepare=prepared.append)
    task, stopping, health = running()
    waiting = [asyncio.create_task(store.database()) for _ in range(2)]
    await asyncio.sleep(0)
    assert store.opened is None
    opening = asyncio.create_task(store.run(task))

    first, second = await asyncio.gather(*waiting)

    assert first is second is store.opened
    assert prepared == [first]
    await until(lambda: health.component("database").snapshot().state is State.OK)
    stopping.set()
    await opening
    await store.close()


async def test_who_is_stopped_waits_no_longer(tmp_path: Path) -> None:
    """A database that never comes does not hold up the stop of who wants it."""
    store = storehouse(tmp_path)
    stopping = asyncio.Event()
    waiting = asyncio.create_task(store.database(stopping))
    await asyncio.sleep(0)
    stopping.set()

    with pytest.raises(DatabaseUnavailable, match="stops before its database was open"):
        await waiting
    await store.close()


async def test_what_cannot_be_prepared_is_closed_again(tmp_path: Path) -> None:
    """The next attempt opens it anew; until then nobody has it."""
    seen: list[Database] = []

    def refuse(database: Database) -> None:
        seen.append(database)
        raise DatabaseUnavailable("The disk is full.")

    store = storehouse(tmp_path, prepare=refuse)
    task, _, _ = running()

    with pytest.raises(DatabaseUnavailable, match="disk is full"):
        await store.run(task)

    assert store.opened is None
    with pytest.raises(DatabaseUnavailable, match="has been closed"):
        await asyncio.wrap_future(seen[0].read(lambda tx: tx))
