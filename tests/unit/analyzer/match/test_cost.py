"""Linking costs what there is to link, however long the history and large the library."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from tests.unit.analyzer.match.household import NOW, Household, Music, StandingClock

from scrobbled.analyzer.match import match
from scrobbled.analyzer.match.follow import follow_library
from scrobbled.analyzer.match.places import Folder
from scrobbled.store import Database, Lane, Transaction

T = TypeVar("T")

MOST_STATEMENTS = 30

FOUND_BY_PARTIAL_INDEX = "USING COVERING INDEX ix_listens_enrich_status"
"""It holds only what waits, so going through it is no sweep."""

SMALL = frozenset({"config", "scan_runs", "tag_sources", "users"})
"""Tables that may be read whole."""


class Watched:
    """A database that notes the statements that it is given."""

    def __init__(self, database: Database) -> None:
        """Passes everything on to `database`."""
        self._database = database
        self.statements: list[tuple[str, Any]] = []

    def read(self, use_case: Callable[[Transaction], T]) -> Future[T]:
        """As `Database.read`."""
        return self._database.read(partial(self._noting, use_case))

    def write(self, use_case: Callable[[Transaction], T], lane: Lane = Lane.CAPTURE) -> Future[T]:
        """As `Database.write`."""
        return self._database.write(partial(self._noting, use_case), lane)

    def _noting(self, use_case: Callable[[Transaction], T], tx: Transaction) -> T:
        def note(*event: Any) -> None:
            _connection, _cursor, statement, parameters, _context, many = event
            self.statements.append((statement, parameters[0] if many else parameters))

        sa.event.listen(tx.connection, "before_cursor_execute", note)
        try:
            return use_case(tx)
        finally:
            sa.event.remove(tx.connection, "before_cursor_execute", note)


def sweeps(household: Household, watched: Watched) -> list[str]:
    """The steps of the statements' plans that go through a whole table."""

    def explain(tx: Transaction) -> list[str]:
        steps = []
        for statement, parameters in watched.statements:
            plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [str(row[3]) for row in plan]
        return steps

    return [
        step
        for step in household.read(explain)
        if step.startswith("SCAN ")
        and step.split()[1] in household.database.tables.metadata.tables
        and step.split()[1] not in SMALL
        and not step.endswith(FOUND_BY_PARTIAL_INDEX)
    ]


async def matched(household: Household) -> Watched:
    """What a match asks of the database."""
    watched = Watched(household.database)
    await match(
        cast("Database", watched),
        folders=household.folders,
        settings=household.settings,
        clock=StandingClock(),
    )
    return watched


def test_a_sweep_would_be_seen(household: Household) -> None:
    """What the other tests look for."""
    watched = Watched(household.database)
    query = "SELECT count(*) FROM listens WHERE duration_secs = 1"
    watched.read(lambda tx: tx.connection.exec_driver_sql(query).scalar()).result(10)

    assert sweeps(household, watched) == ["SCAN listens"]


async def test_one_listen_to_a_known_file_costs_few_statements(
    household: Household, music: Path
) -> None:
    """None of them goes through a table."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    household.play("a.flac")
    await household.match()
    household.play("a.flac", at_s=500)
    watched = await matched(household)

    assert sweeps(household, watched) == []
    assert len(watched.statements) <= MOST_STATEMENTS / 2


async def test_one_listen_to_unknown_names_costs_few_statements(
    household: Household, music: Path
) -> None:
    """Keys, facts of what they find, new artists and genres: none goes through a table."""
    household.scan(
        Music(music / "a.flac", "Song", ("Singer",), "A"),
        Music(music / "b.flac", "Song", ("Singer",), "B", 230.0),
    )
    await household.match()
    household.play(
        "x.flac",
        title="Song",
        artists=("Singer",),
        genres=("New",),
        recording_mbid="11111111-1111-4111-8111-111111111111",
    )
    watched = await matched(household)

    assert [listen.status for listen in household.listens()] == ["ambiguous"]
    assert sweeps(household, watched) == []
    assert len(watched.statements) <= MOST_STATEMENTS


async def test_following_a_scan_goes_through_no_listens_but_those_without_link(
    household: Household, music: Path
) -> None:
    """What a changed track concerns is found by indexes; the other is by the index on tracks."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    watched = Watched(household.database)
    await follow_library(cast("Database", watched), [Folder(b"/music", b"/music")], NOW)

    assert watched.statements
    assert sweeps(household, watched) == []
    assert "ix_listens_track_id" in str(
        household.sql(
            "EXPLAIN QUERY PLAN SELECT id FROM listens"
            " WHERE track_id IS NULL AND enrich_status = 'matched'"
        )
    )


async def test_nothing_to_do_costs_next_to_nothing(household: Household, music: Path) -> None:
    """Asked every minute, it asks whether there is something."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    await household.match()
    watched = await matched(household)

    assert len(watched.statements) <= 4


async def test_listens_of_one_batch_share_their_statements(
    household: Household, music: Path
) -> None:
    """A hundred listens cost hardly more statements than one."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    for number in range(100):
        household.play(
            f"x{number}.flac", title=f"Song {number % 7}", artists=("Singer",), at_s=400.0 * number
        )
    watched = await matched(household)

    assert len(watched.statements) <= 2 * MOST_STATEMENTS
