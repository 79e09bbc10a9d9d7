"""Closed plays from the journal into a real main database: all of them, once, in order."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from tests.disks import fill, small_disk
from tests.servers.waiting import eventually
from tests.unit.scrobbler.rig import SONG, SOURCE, START_S, Rig, rig

from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import ClosedBy, ClosedPlay, Verdict
from scrobbled.domain.session import Session
from scrobbled.errors import DatabaseUnavailable
from scrobbled.query.history import HistoryEntry, history
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.health import Health, State
from scrobbled.runtime.tasks import Running
from scrobbled.scrobbler.delivery import BATCH, Delivery
from scrobbled.store import Database, Tables, open_database
from scrobbled.store.journal import journal_path


def closed(number: int, **changes: Any) -> ClosedPlay:
    """A play that counts, the `number`th."""
    play = ClosedPlay(
        play_uid=f"00000000-0000-4000-8000-{number:012d}",
        source=SOURCE,
        user="anna",
        track=SONG,
        started_at_s=START_S + 300 * number,
        ended_at_s=START_S + 300 * number + 200,
        utc_offset_min=120,
        played_s=200.0,
        paused_s=0.0,
        seeks=0,
        closed_by=ClosedBy.FINISHED,
        verdict=Verdict(counts=True, reason="it sounded", required_s=100.0),
    )
    return replace(play, **changes)


@asynccontextmanager
async def delivering(
    directory: Path,
) -> AsyncIterator[tuple[Rig, Delivery, Database[Tables], Health]]:
    """A delivery between a real journal and a real database."""
    opening = partial(open_database, f"sqlite:///{directory / 'main.db'}")
    database = await asyncio.to_thread(opening)
    try:
        async with rig(directory) as it:
            health = Health(it.clock)
            yield it, another(it, database, health), database, health
    finally:
        await asyncio.to_thread(database.close)


def another(
    it: Rig,
    database: Database[Tables],
    health: Health | None = None,
    is_open: asyncio.Event | None = None,
) -> Delivery:
    """A delivery as it is after a start."""

    async def opened() -> Database[Tables]:
        if is_open is not None:
            await is_open.wait()
        return database

    return Delivery(
        it.journal,
        opened,
        it.clock,
        Backoff(0.5, 60.0, random=random.Random(1)),
        (health or Health(it.clock)).component("deliver"),
        on_recorded=lambda: it.nudges.append(-1),
    )


async def keep(it: Rig, *plays: ClosedPlay) -> None:
    """Puts plays into the outbox."""
    await it.journal.keep(SOURCE, "", Session(), None, plays)


async def entries(database: Database[Tables]) -> list[HistoryEntry]:
    """Everything in the history, skips too."""
    return await asyncio.to_thread(history, database, with_skips=True, oldest_first=True)


async def test_plays_become_rows_once(tmp_path: Path) -> None:
    """A counted play becomes a listen, a skip does not; delivering again changes nothing."""
    skip = closed(2, played_s=9.0, verdict=Verdict(counts=False, reason="short", required_s=100.0))
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1), skip)
        assert await delivery.deliver() == 2
        assert await delivery.deliver() == 0
        first, second = await entries(database)

    assert (first.listen_id, first.counted, first.played_secs) == (1, True, 200.0)
    assert (second.listen_id, second.counted, second.closed_by) == (None, False, "finished")
    assert first.artists == ("First", "Second")
    assert it.nudges == [-1]


async def test_a_play_delivered_before_a_crash_is_not_doubled(tmp_path: Path) -> None:
    """If the mark was lost the play is handed over again, and the database keeps it once."""
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1))
        await delivery.deliver()
        await it.journal._write(  # noqa: SLF001 - as a crash between the two commits leaves it
            lambda tx: tx.connection.execute(text("UPDATE outbox SET delivered_at = NULL"))
        )
        again = await another(it, database).deliver()
        assert again == 1
        assert len(await entries(database)) == 1


async def test_two_plays_in_one_second_are_both_kept(tmp_path: Path) -> None:
    """The same track twice in a second, from two plays: the younger moves on by a second."""
    again = closed(2, started_at_s=closed(1).started_at_s + 0.4)
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1), again, replace(again, play_uid="3" * 36))
        await delivery.deliver()
        found = await entries(database)

    assert [entry.listened_at.timestamp() for entry in found] == [
        START_S + 300,
        START_S + 301,
        START_S + 302,
    ]


async def test_a_play_that_the_database_rejects_goes_to_the_dead_letters_alone(
    tmp_path: Path,
) -> None:
    """One poisonous row does not hold up the others."""
    poison = closed(2, play_uid="longer than thirty-six characters, which no row takes")
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1), poison, closed(3))
        await delivery.deliver()
        assert len(await entries(database)) == 2
        assert (await it.journal.backlog()).dead_letters == 1
        assert await it.journal.waiting(10) == []


async def test_odd_tags_are_no_reason_to_lose_a_play(tmp_path: Path) -> None:
    """Ids that are none, endless titles and NULs are recorded all the same."""
    odd = TrackInfo(
        uri="x" * 5000,
        title="t" * 100_000 + "\0",
        artists=("a" * 3000, "b"),
        album="c" * 3000,
        recording_mbid="http://musicbrainz.org/recording/1",
        isrc="not an isrc at all",
        duration_s=None,
    )
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1, track=odd))
        await delivery.deliver()
        (entry,) = await entries(database)

    assert entry.source_track_id == odd.uri
    assert entry.listen_id is not None


async def test_plays_wait_while_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage is said once on the health page; what waited is there when it is over."""
    async with delivering(tmp_path) as (it, delivery, database, health):
        with monkeypatch.context() as away:
            away.setattr(database, "write", _unavailable)
            task = Running("deliver", asyncio.Event(), health.component("deliver"))
            running = asyncio.create_task(delivery.run(task))
            await keep(it, closed(1), closed(2))
            delivery.hand_over([closed(1), closed(2)])
            await eventually(lambda: _state(health) is State.DEGRADED)
            assert await entries(database) == []
        await eventually(lambda: _state(health) is State.OK)
        await keep(it, closed(3))
        delivery.hand_over([closed(3)])
        task.stopping.set()
        await running
        assert len(await entries(database)) == 3, "what came last is delivered at the stop"


async def test_plays_handed_over_are_delivered_without_reading_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once nothing else waits, a play that closes goes straight on; after a failure it is read."""
    async with delivering(tmp_path) as (it, delivery, database, _):
        await delivery.deliver()
        await keep(it, closed(1))
        delivery.hand_over([closed(1)])
        with monkeypatch.context() as away:
            away.setattr(database, "write", _unavailable)
            with pytest.raises(DatabaseUnavailable):
                await delivery.deliver()
        delivery.hand_over([closed(2)])
        await keep(it, closed(2))
        assert await delivery.deliver() == 2
        await keep(it, closed(3))
        delivery.hand_over([closed(3)])
        with monkeypatch.context() as blind:
            blind.setattr(it.journal, "waiting", _never)
            assert await delivery.deliver() == 1
        assert await it.journal.waiting(10) == []
        assert len(await entries(database)) == 3


async def test_a_play_that_closes_while_the_journal_is_read_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A play that was kept after the journal had answered is found by reading it again."""
    async with delivering(tmp_path) as (it, delivery, database, _):
        read = it.journal.waiting

        async def slow(limit: int) -> list[ClosedPlay]:
            found = await read(limit)
            if not await entries(database):
                await keep(it, closed(1))
                delivery.hand_over([closed(1)])
            return found

        monkeypatch.setattr(it.journal, "waiting", slow)
        assert await delivery.deliver() == 1


async def test_a_stop_during_an_outage_leaves_the_plays_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon stops at once although the database is away; nothing is lost by it."""
    async with delivering(tmp_path) as (it, delivery, database, health):
        monkeypatch.setattr(database, "write", _unavailable)
        task = Running("deliver", asyncio.Event(), health.component("deliver"))
        await keep(it, closed(1))
        running = asyncio.create_task(delivery.run(task))
        await eventually(lambda: _state(health) is State.DEGRADED)
        task.stopping.set()
        await running
        assert len(await it.journal.waiting(10)) == 1


async def test_plays_wait_until_the_database_is_open(tmp_path: Path) -> None:
    """The database may be away when the daemon starts; the page says that plays wait."""
    async with delivering(tmp_path) as (it, _, database, health):
        is_open = asyncio.Event()
        delivery = another(it, database, health, is_open)
        task = Running("deliver", asyncio.Event(), health.component("deliver"))
        running = asyncio.create_task(delivery.run(task))
        await keep(it, closed(1))
        delivery.hand_over([closed(1)])
        await eventually(lambda: _state(health) is State.DEGRADED)
        assert "not open yet" in health.component("deliver").snapshot().detail
        is_open.set()
        await eventually(lambda: _state(health) is State.OK)
        assert len(await entries(database)) == 1
        task.stopping.set()
        await running


async def test_a_stop_does_not_wait_for_a_database_that_is_not_open(tmp_path: Path) -> None:
    """A daemon whose database never came stops at once, and keeps the plays for the next time."""
    async with delivering(tmp_path) as (it, _, database, health):
        delivery = another(it, database, health, asyncio.Event())
        task = Running("deliver", asyncio.Event(), health.component("deliver"))
        running = asyncio.create_task(delivery.run(task))
        await keep(it, closed(1))
        await eventually(lambda: _state(health) is State.DEGRADED)
        task.stopping.set()
        async with asyncio.timeout(2):
            await running
        assert len(await it.journal.waiting(10)) == 1


async def test_what_nobody_handed_over_is_delivered_at_the_stop(tmp_path: Path) -> None:
    """A play that reached the journal and nothing more is found there in the end."""
    async with delivering(tmp_path) as (it, delivery, database, health):
        task = Running("deliver", asyncio.Event(), health.component("deliver"))
        running = asyncio.create_task(delivery.run(task))
        await eventually(lambda: _state(health) is State.OK)
        await keep(it, closed(1))
        task.stopping.set()
        await running
        assert len(await entries(database)) == 1


async def test_a_play_that_trips_over_a_bug_goes_to_the_dead_letters_alone(
    tmp_path: Path,
) -> None:
    """Whatever goes wrong with one play, those like it are recorded, and it is kept aside."""
    impossible = closed(2, started_at_s=1e300)
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1), impossible, closed(3))
        with capture_logs() as log:
            assert await delivery.deliver() == 2
        assert len(await entries(database)) == 2
        assert (await it.journal.backlog()).dead_letters == 1
        assert await it.journal.waiting(10) == []
    assert {"play.failed", "play.buried"} <= {entry["event"] for entry in log}


async def test_a_bug_with_nothing_to_compare_is_raised_and_the_play_waits(tmp_path: Path) -> None:
    """A play alone may be right and the database wrong; the next one that goes well decides."""
    impossible = closed(1, started_at_s=1e300)
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, impossible)
        with pytest.raises(OverflowError):
            await delivery.deliver()
        assert await it.journal.waiting(10) == [impossible]
        skip = closed(2, verdict=Verdict(counts=False, reason="short", required_s=100.0))
        await keep(it, skip)
        with pytest.raises(OverflowError):
            await delivery.deliver()
        assert len(await entries(database)) == 1, "a skip is recorded in another way"
        assert await it.journal.waiting(10) == [impossible]
        await keep(it, closed(3))
        assert await delivery.deliver() == 1
        assert await it.journal.waiting(10) == []
        assert (await it.journal.backlog()).dead_letters == 1


async def test_a_broken_database_buries_nothing(tmp_path: Path) -> None:
    """What every listen needs is missing: all of them wait, also beside what goes well."""
    skip = closed(2, verdict=Verdict(counts=False, reason="short", required_s=100.0))
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, closed(1))
        await delivery.deliver()
        await it.journal._write(  # noqa: SLF001 - as a crash between the two commits leaves it
            lambda tx: tx.connection.execute(text("UPDATE outbox SET delivered_at = NULL"))
        )
        await _run(database, "ALTER TABLE listen_strings RENAME TO hidden")
        await keep(it, skip, closed(3), closed(4))
        again = another(it, database)
        with pytest.raises(DBAPIError, match="no such table"):
            await again.deliver()
        assert await it.journal.waiting(10) == [closed(3), closed(4)]
        await _run(database, "ALTER TABLE hidden RENAME TO listen_strings")
        assert await again.deliver() == 2
        assert (await it.journal.backlog()).dead_letters == 0
        assert len(await entries(database)) == 4


async def test_a_journal_that_refuses_is_told_from_a_database_that_is_away(
    tmp_path: Path,
) -> None:
    """Plays that cannot be marked are recorded once all the same, and the page says what fails."""
    with small_disk(tmp_path / "disk", 4) as disk:
        opening = partial(open_database, f"sqlite:///{tmp_path / 'main.db'}")
        database = await asyncio.to_thread(opening)
        async with rig(disk) as it:
            health = Health(it.clock)
            delivery = another(it, database, health)
            task = Running("deliver", asyncio.Event(), health.component("deliver"))
            await it.journal.backlog()
            await keep(it, *(closed(number) for number in range(150)))
            connection = sqlite3.connect(journal_path(disk))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            filler = fill(disk)
            running = asyncio.create_task(delivery.run(task))
            refused = "plays wait: There is no space for the journal"
            await eventually(
                lambda: health.component("deliver").snapshot().detail.startswith(refused)
            )
            filler.unlink()
            await eventually(lambda: _state(health) is State.OK)
            assert await it.journal.waiting(10) == []
            assert len(await entries(database)) == 150
            task.stopping.set()
            await running
            connection.close()
        await asyncio.to_thread(database.close)


async def test_the_order_of_plays_is_that_of_their_closing(tmp_path: Path) -> None:
    """Also when some of them failed before: what is left goes in the order in which it closed."""
    async with delivering(tmp_path) as (it, delivery, database, _):
        await keep(it, *(closed(number) for number in range(5)))
        await _run(database, "ALTER TABLE listen_strings RENAME TO hidden")
        with pytest.raises(DBAPIError):
            await delivery.deliver()
        await _run(database, "ALTER TABLE hidden RENAME TO listen_strings")
        await keep(it, *(closed(number) for number in range(5, BATCH + 20)))
        assert await delivery.deliver() == BATCH + 20
        found = await entries(database)

    assert [entry.raw_id for entry in found] == list(range(1, BATCH + 21))


async def _run(database: Database[Tables], statement: str) -> None:
    """Does something to the database that nobody should."""
    done = database.write(lambda tx: tx.connection.exec_driver_sql(statement).close())
    await asyncio.wrap_future(done)


def _state(health: Health) -> State:
    return health.component("deliver").snapshot().state


async def _never(_limit: int) -> list[ClosedPlay]:
    raise AssertionError("the journal was read")


def _unavailable(_use_case: object, *_lane: object) -> object:
    raise DatabaseUnavailable("the server is gone")
