"""What scans write, when transactions fail, and what matching asks for afterwards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from scrobbled.domain.library_record import (
    AlbumRecord,
    ArtistRecord,
    CreditRecord,
    FileRecord,
    TrackRecord,
)
from scrobbled.domain.matchkeys import recording_keys
from scrobbled.domain.text import normalise
from scrobbled.errors import ScrobbledError
from scrobbled.store import Database, Transaction, open_database
from scrobbled.store.medialibrary.cache import Cache
from scrobbled.store.medialibrary.moved import GoneFiles
from scrobbled.store.medialibrary.read import (
    broken_files,
    changed_tracks,
    known_files,
    last_run,
    places_of,
    siblings_of,
)
from scrobbled.store.medialibrary.runs import (
    begin_run,
    end_run,
    mark_missing,
    mark_returned,
    mark_unread,
)
from scrobbled.store.medialibrary.write import LibraryWriter, Run, Written

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW_S = int(NOW.timestamp())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with open_database(f"sqlite:///{tmp_path / 'main.db'}") as opened:
        yield opened


class Broken(ScrobbledError):
    """Made to fail a transaction."""


def artist(name: str) -> ArtistRecord:
    """An artist by name alone."""
    return ArtistRecord(name, normalise(name), normalise(name), None, None)


def album(title: str, name: str) -> AlbumRecord:
    """An album by title and artist alone."""
    key = normalise(title)
    return AlbumRecord(
        *(title, key, key, artist(name), None, 1999, None, None, "1999", "", None, None, None, ())
    )


def file(name: str, title: str, *, artist_name: str = "A", size: int = 1) -> FileRecord:
    """A file of a recording."""
    keys = tuple((int(kind), key8) for kind, key8 in recording_keys([artist_name], title))
    return FileRecord(
        path=f"/{name}",
        path_bytes=None,
        path_hash=name.rjust(64, "0"),
        mtime_ns=1,
        size=size,
        problem=None,
        track=TrackRecord(
            title=title,
            title_key=normalise(title),
            title_search=normalise(title),
            tagged=True,
            credits=(CreditRecord(artist(artist_name), "primary", None),),
            album=album("X", artist_name),
            disc_no=0,
            track_no=0,
            genres=(("G", "g"),),
            recording_mbid=None,
            ids=(),
            keys=keys,
            attributes=(("own", "value"),),
        ),
        format="flac",
        duration_s=100.0,
    )


def begin(database: Database, *, first: bool = True) -> Run:
    """A scan that has begun."""
    number, source = database.write(partial(begin_run, kind="folders", at=NOW)).result()
    return Run(number, source, first, NOW)


def writer(database: Database, run: Run, gone: GoneFiles | None = None) -> LibraryWriter:
    """What writes for a scan."""
    return LibraryWriter(database.tables, run, gone or GoneFiles())


def write(database: Database, *files: FileRecord, first: bool = True) -> Run:
    """Write files as one scan does."""
    run = begin(database, first=first)
    written = database.write(partial(writer(database, run).write, files=list(files))).result()
    assert written.added + written.changed + written.failed == len(files)
    return run


def count(database: Database, table: Callable[[Database], sa.Table]) -> int:
    """How many rows a table has."""
    statement = sa.select(sa.func.count()).select_from(table(database))
    return database.read(lambda tx: int(tx.connection.execute(statement).scalar_one())).result()


def test_a_failed_transaction_leaves_nothing_behind(database: Database) -> None:
    """Ids that were rolled back are not used again: the next try looks everything up anew."""
    run = begin(database)
    writing = writer(database, run)
    files = [file("a", "One"), file("b", "Two", artist_name="B")]

    def failing(tx: Transaction) -> Written:
        writing.write(tx, files)
        raise Broken

    with pytest.raises(Broken):
        database.write(failing).result()
    written = database.write(partial(writing.write, files=files)).result()
    writing.keep(written)
    again = database.write(partial(writing.write, files=[file("c", "Three")])).result()

    assert (written.added, again.added) == (2, 1)
    assert count(database, lambda d: d.tables.artists) == 2
    assert count(database, lambda d: d.tables.release_groups) == 2
    assert count(database, lambda d: d.tables.genres) == 1
    assert count(database, lambda d: d.tables.track_artists) == 3


def test_what_was_committed_is_remembered(database: Database) -> None:
    """A second chunk of the same artists asks the database for none of them."""
    run = begin(database)
    writing = writer(database, run)
    writing.keep(database.write(partial(writing.write, files=[file("a", "One")])).result())
    asked: list[str] = []

    def watched(tx: Transaction) -> Written:
        connection = tx.connection.connection.driver_connection
        assert connection is not None
        connection.set_trace_callback(asked.append)
        try:
            return writing.write(tx, [file("b", "Two")])
        finally:
            connection.set_trace_callback(None)

    database.write(watched).result()

    assert asked
    assert not [text for text in asked if "FROM artists" in text or "FROM genres" in text]
    assert not [text for text in asked if "FROM release" in text]


def test_track_uids_are_uuids_of_version_7_in_order_of_time(database: Database) -> None:
    """A track's lasting name says when it was given and is unlike any other."""
    for day in range(3):
        number, source = database.write(partial(begin_run, kind="folders", at=NOW)).result()
        run = Run(number, source, first=True, at=NOW + timedelta(days=day))
        files = [file(f"{day}{n}", f"Song {day} {n}") for n in range(5)]
        database.write(partial(writer(database, run).write, files=files)).result()
    table = database.tables.tracks

    statement = sa.select(table.c.track_uid).order_by(table.c.id)
    uids = database.read(lambda tx: list(tx.connection.execute(statement).scalars())).result()

    assert len(set(uids)) == 15
    assert {UUID(uid).version for uid in uids} == {7}
    days = [int(UUID(uid).int >> 80) // 86_400_000 for uid in uids]
    assert days == [days[0] + number // 5 for number in range(15)]


def test_changed_tracks_are_told_in_pages(database: Database) -> None:
    """Matching reads what changed since a scan in the order of ids, as much as it wants."""
    write(database, file("a", "One"), file("b", "Two"))
    second = write(database, file("c", "Three"), file("d", "Four"), file("e", "Five"))

    def changed(tx: Transaction) -> list[list[int]]:
        since = second.number
        return [
            changed_tracks(tx, since_run=1, limit=10),
            changed_tracks(tx, since_run=since, limit=2),
            changed_tracks(tx, since_run=since, after=4, limit=2),
            changed_tracks(tx, since_run=since + 1, limit=2),
        ]

    assert database.read(changed).result() == [[1, 2, 3, 4, 5], [3, 4], [5], []]
    assert database.read(last_run).result() == second.number


def test_changed_tracks_are_found_by_an_index(database: Database) -> None:
    """A library of a million is not searched for the few that changed."""
    table = database.tables.tracks
    asked = sa.select(table.c.id).where(table.c.scan_run_id >= 5, table.c.id > 0)
    text = str(asked.compile(compile_kwargs={"literal_binds": True}))

    plan = database.read(
        lambda tx: str(tx.connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")).fetchall())
    ).result()

    assert "ix_tracks_scan_run_id" in plan


def test_nothing_is_searched_row_by_row(database: Database) -> None:
    """Every query of a scan goes straight to its rows, also in a library that it knows nothing of.

    A plan that looks at all ids of one kind, or at all of one scheme, grows with the library.
    """
    write(database, file("a", "One"))
    run = begin(database, first=False)
    writing = writer(database, run, GoneFiles([(1, 1)]))
    asked: set[str] = set()

    def watched(tx: Transaction) -> list[str]:
        connection = tx.connection.connection.driver_connection
        assert connection is not None
        connection.set_trace_callback(asked.add)
        moved = file("moved", "One")
        writing.write(tx, [file("a", "Renamed"), moved, _with_ids(file("b", "Three"))])
        connection.set_trace_callback(None)
        return [
            f"{row[3]}: {text}"
            for text in asked
            if text.startswith(("SELECT", "UPDATE", "DELETE")) and "sqlite_sequence" not in text
            for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")
        ]

    plans = database.write(watched).result()

    assert len(plans) > 10
    wide = (
        "SCAN",
        "(entity_type=?)",
        "(scheme=?)",
        "(scheme=? AND entity_type=?)",
        "(source_id=?)",
    )
    assert [plan for plan in plans if any(part in plan.partition(": ")[0] for part in wide)] == []


def _with_ids(plain: FileRecord) -> FileRecord:
    track, mbid = plain.track, "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
    assert track is not None
    assert track.album is not None
    known = track.album._replace(group_mbid=mbid, release_mbid=mbid)
    people = tuple(c._replace(artist=c.artist._replace(mbid=mbid)) for c in track.credits)
    return plain._replace(
        track=track._replace(recording_mbid=mbid, album=known, credits=people, genres=(("H", "h"),))
    )


def test_missing_and_returned_files_change_their_tracks(database: Database) -> None:
    """Matching hears of tracks that lost a file and of those that have it again."""
    write(database, file("a", "One"), file("b", "Two"))
    changed = partial(changed_tracks, limit=10)

    second = begin(database)
    database.write(partial(mark_missing, numbers=[1], at=NOW, run=second.number)).result()
    database.write(
        partial(mark_missing, numbers=[1], at=NOW + timedelta(1), run=second.number)
    ).result()
    assert database.read(partial(changed, since_run=second.number)).result() == [1]
    page = database.read(partial(known_files, after=0, limit=10)).result()
    assert [row[5] for row in page.rows] == [1, 0]

    third = begin(database)
    database.write(partial(mark_returned, numbers=[1], run=third.number)).result()
    assert database.read(partial(changed, since_run=third.number)).result() == [1]
    page = database.read(partial(known_files, after=0, limit=10)).result()
    assert [row[5] for row in page.rows] == [0, 0]


def test_files_are_missing_since_they_were_first_missed(database: Database) -> None:
    """A second look at a missing file does not make it missing later."""
    write(database, file("a", "One"))
    for day in range(2):
        at = NOW + timedelta(days=day)
        database.write(partial(mark_missing, numbers=[1], at=at, run=1)).result()
    table = database.tables.media_files

    statement = sa.select(table.c.missing_since)
    assert database.read(lambda tx: tx.connection.execute(statement).scalar()).result() == NOW


def test_known_files_come_in_pages(database: Database) -> None:
    """All of them, in the order of ids, or those below a folder."""
    write(database, *(file(f"{'xy'[n % 2]}/{n}", f"Song {n}") for n in range(5)))

    def paged(tx: Transaction, below: str | None) -> list[list[str]]:
        pages = []
        after: int | None = 0
        while after is not None:
            page = known_files(tx, after=after, limit=2, below=below)
            pages.append([row[0] for row in page.rows])
            after = page.last
        return pages

    assert database.read(partial(paged, below=None)).result() == [
        ["/x/0", "/y/1"],
        ["/x/2", "/y/3"],
        ["/x/4"],
    ]
    assert database.read(partial(paged, below="/x")).result() == [["/x/0", "/x/2"], ["/x/4"]]
    assert database.read(partial(paged, below="/x/4")).result() == [["/x/4"]]
    assert database.read(partial(paged, below="/")).result()[0] == ["/x/0", "/y/1"]
    assert database.read(partial(paged, below="/%")).result() == [[]]


def test_siblings_are_the_other_files_of_a_track(database: Database) -> None:
    """Files that are there, of the same recordings, and not those that were asked for."""
    write(database, file("a", "One"), file("b", "One"), file("c", "One"), file("d", "Two"))
    database.write(partial(mark_missing, numbers=[3], at=NOW, run=1)).result()

    found = database.read(partial(siblings_of, numbers=[1, 4])).result()

    assert found == [(2, b"/b")]
    assert database.read(partial(places_of, numbers=[1, 9])).result() == [(1, b"/a", 1)]


def test_files_to_be_read_again_look_changed(database: Database) -> None:
    """No file has the time that marks them."""
    write(database, file("a", "One"))
    database.write(partial(mark_unread, numbers=[1])).result()

    page = database.read(partial(known_files, after=0, limit=1)).result()
    assert page.rows[0][2] == -1


def test_errors_are_kept_and_replaced(database: Database) -> None:
    """A file has one error, the newest, and none once it can be read."""
    broken = FileRecord("/a", None, "a".rjust(64, "0"), 1, 2, "It is broken.", None)
    run = write(database, broken)
    write(database, broken._replace(mtime_ns=3, problem="It is worse."), first=False)
    assert database.read(broken_files).result() == [(b"/a", 3, 2)]

    write(database, file("a", "One"), first=False)
    assert database.read(broken_files).result() == []
    assert run.number == 1


def test_runs_that_were_interrupted_are_told(database: Database) -> None:
    """A scan that begins finds out about one that never ended."""
    first = begin(database)
    second = begin(database)
    end = partial(end_run, status="finished", at=NOW, seen=3, read=2, failed=1, message="told")
    database.write(partial(end, number=second.number)).result()
    table = database.tables.scan_runs

    rows = database.read(
        lambda tx: tx.connection.execute(
            sa.select(table.c.id, table.c.status, table.c.files_seen, table.c.message)
        ).fetchall()
    ).result()

    assert [tuple(row) for row in rows] == [
        (first.number, "failed", 0, "It was interrupted."),
        (second.number, "finished", 3, "told"),
    ]
    assert first.source_id == second.source_id


def test_an_unknown_way_to_end_is_refused(database: Database) -> None:
    """The status of a run is one of few."""
    run = begin(database)
    end = partial(end_run, at=NOW, seen=0, read=0, failed=0, message=None)

    with pytest.raises(ScrobbledError):
        database.write(partial(end, number=run.number, status="odd")).result()


def test_gone_files_are_found_by_size_once() -> None:
    """What was found elsewhere is no longer gone."""
    gone = GoneFiles([(1, 10), (2, 10), (3, 20)])
    assert (gone.of_size(10), gone.of_size(20), gone.of_size(30)) == ([1, 2], [3], [])

    gone.found([1, 3, 99])

    assert (gone.of_size(10), gone.of_size(20), bool(gone)) == ([2], [], True)
    gone.found([2])
    assert not gone
    assert not GoneFiles()


def test_a_cache_forgets_what_was_not_committed() -> None:
    """Until it is told to keep, what it was given is for this transaction alone."""
    cache: Cache[str, int] = Cache(10)
    cache.put("lost", 1)
    cache.begin()
    cache.put("kept", 2)

    assert (cache.get("lost"), cache.get("kept")) == (None, 2)
    cache.keep()
    cache.begin()
    assert cache.get("kept") == 2


def test_a_cache_is_bounded() -> None:
    """It starts anew rather than grow without end."""
    cache: Cache[int, int] = Cache(100)
    for number in range(1_000):
        cache.begin()
        cache.put(number, number)
        cache.keep()

    kept = [number for number in range(1_000) if cache.get(number) is not None]
    assert 0 < len(kept) <= 100
    assert cache.get(999) == 999
