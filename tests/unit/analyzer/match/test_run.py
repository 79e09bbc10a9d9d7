"""A run of matching as a whole: many listens, interruptions, plays that come meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar, cast

import pytest
from tests.unit.analyzer.match.household import Household, Music, StandingClock, played

from scrobbled.analyzer.match import MatchReport, match
from scrobbled.analyzer.match.run import BATCH, CHUNK
from scrobbled.store import Database, Lane, Transaction

T = TypeVar("T")

HOUR_S = 3600.0


@pytest.fixture
def songs(household: Household, music: Path) -> list[str]:
    """Seven recordings; the names of their files."""
    names = [f"{number}.flac" for number in range(7)]
    household.scan(*(Music(music / name, f"Song {name[0]}", ("Singer",)) for name in names))
    return names


async def test_an_empty_history_is_nothing_to_do(household: Household) -> None:
    """Before the first play, and before the first scan."""
    assert await household.match() == MatchReport()


async def test_several_batches_are_worked_through(household: Household, songs: list[str]) -> None:
    """With progress after each, and a report of all."""
    count = BATCH + CHUNK + 1
    household.record(
        *(
            played(
                songs[number % 7] if number % 2 else f"x{number}",
                title=f"Song {number % 9}",
                artists=("Singer",),
                at_s=number * HOUR_S,
            )
            for number in range(count)
        )
    )
    told: list[tuple[int, int]] = []
    report = await match(
        household.database,
        folders=household.folders,
        settings=household.settings,
        clock=StandingClock(),
        progress=lambda done, total: told.append((done, total)),
    )

    unknown = sum(1 for number in range(0, count, 2) if number % 9 > 6)
    assert report == MatchReport(
        looked_at=count,
        linked={"file": count // 2, "exact": (count + 1) // 2 - unknown},
        unmatched=unknown,
    )
    assert told == [(BATCH, count), (count, count)]
    assert household.sql("SELECT count(*) FROM listens WHERE enrich_status = 'pending'") == [(0,)]


async def test_duplicates_in_different_chunks_are_found(
    household: Household, songs: list[str]
) -> None:
    """What is written together is no boundary to them."""
    count = BATCH + 10
    for source in ("api:phone", "mpd:den"):
        household.record(
            *(played(songs[0], at_s=number * HOUR_S, source=source) for number in range(count))
        )
    report = await household.match()

    assert report.duplicates == count
    assert household.sql(
        "SELECT DISTINCT r.source, l.enrich_status FROM listens l"
        " JOIN listens_raw r ON r.id = l.raw_id"
    ) == [("mpd:den", "matched")]
    assert household.sql("SELECT count(*) FROM listen_duplicates") == [(count,)]


class Interrupting:
    """A database; whoever uses it is cancelled at one of the uses."""

    def __init__(self, database: Database, at: int) -> None:
        """Cancels the task at the use `at`, counted from 1."""
        self._database = database
        self._left = at

    def read(self, use_case: Callable[[Transaction], T]) -> Future[T]:
        """As `Database.read`."""
        self._count()
        return self._database.read(use_case)

    def write(self, use_case: Callable[[Transaction], T], lane: Lane = Lane.CAPTURE) -> Future[T]:
        """As `Database.write`."""
        self._count()
        return self._database.write(use_case, lane)

    def _count(self) -> None:
        self._left -= 1
        task = asyncio.current_task()
        if self._left == 0 and task is not None:
            task.cancel()


@pytest.mark.parametrize("at", range(1, 11))
async def test_a_run_that_was_interrupted_is_finished_by_the_next(
    household: Household, songs: list[str], at: int
) -> None:
    """Wherever that was; nothing is left half done."""
    for number, name in enumerate(songs):
        household.play(name, at_s=number * HOUR_S)
        household.play("x", title=f"Song {number}", artists=("Singer", "New"), at_s=number + 0.5)
    run = asyncio.ensure_future(
        match(
            cast("Database", Interrupting(household.database, at)),
            folders=household.folders,
            settings=household.settings,
            clock=StandingClock(),
        )
    )
    with pytest.raises(asyncio.CancelledError):
        await run
    await household.match()

    assert [(listen.status, listen.reason) for listen in household.listens()] == [
        ("matched", "file"),
        ("ambiguous", None),
    ] * 7


async def test_plays_that_come_meanwhile_are_linked_by_the_next_run(
    household: Household, songs: list[str]
) -> None:
    """Neither run nor play stands in the other's way."""
    household.play(songs[0])
    run = asyncio.ensure_future(household.match())
    await asyncio.sleep(0)
    household.play(songs[1], at_s=HOUR_S)
    first = await run
    second = await household.match()

    assert [listen.file for listen in household.listens()] == songs[:2]
    assert first.looked_at + second.looked_at == 2


async def test_all_that_can_be_told_of_a_link_is_stored(
    household: Household, songs: list[str]
) -> None:
    """What spoke for the link is kept with it, for people to read."""
    household.play("x", title="song 0", artists=("Singer",), album="Other", duration_s=203.0)
    await household.match()

    assert household.sql(
        "SELECT features_json ->> '$.tier', features_json ->> '$.fitting',"
        " features_json ->> '$.length_gap_s', features_json ->> '$.album'"
        " FROM listen_match_candidates"
    ) == [("exact", 1, 5.0, None)]
    assert songs
