"""What is read of the listening history: all of it, in order, and by way of indexes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from tests.unit.store.conftest import NOW
from tests.unit.store.plays import plan, play, record, statements
from tests.unit.store.recordings import (
    add_artist,
    add_file,
    add_track,
    credit,
    duplicate,
    insert,
    link,
    suggest,
)

from scrobbled.store import Database, Transaction
from scrobbled.store.listens import read as reads
from scrobbled.store.listens.read import FileRead, PlayRead, Totals, TrackRead


def plays(database: Database, **changes: Any) -> list[PlayRead]:
    """What `plays` reads; newest first, without skips, of everybody, unless changed."""
    asked = {"user": None, "with_skips": False, "oldest_first": False, "limit": None} | changes
    return database.read(lambda tx: list(reads.plays(tx, **asked))).result()


def numbers(found: list[PlayRead]) -> list[int]:
    """The raw ids, in the order read."""
    return [each.raw_id for each in found]


@pytest.fixture
def household(database: Database) -> Database:
    """Plays of two people, recorded out of order; the third and the sixth are skips."""
    record(
        database,
        play(5),
        play(2, user="ben"),
        play(4, counted=False),
        play(1),
        play(3, user="ben"),
        play(0, user="ben", counted=False),
    )
    return database


def test_listens_come_newest_first(household: Database) -> None:
    """By the time of the play, whoever it was and whenever it was recorded."""
    found = plays(household)

    assert numbers(found) == [1, 5, 2, 4]
    assert all(each.counted for each in found)
    assert [each.listen_id for each in found] == [1, 4, 2, 3]


def test_skips_are_told_when_asked_for(household: Database) -> None:
    """A skip has no listen, and stands where it was in time."""
    found = plays(household, with_skips=True)

    assert numbers(found) == [1, 3, 5, 2, 4, 6]
    assert [each.raw_id for each in found if each.listen_id is None] == [3, 6]


@pytest.mark.parametrize("with_skips", [True, False])
def test_the_other_order_is_the_reverse(household: Database, with_skips: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Oldest first is exactly newest first the other way round, also among equal times."""
    first = play(5, play_uid="twin", source_track_id="other")
    record(household, first)
    newest = plays(household, with_skips=with_skips)

    assert plays(household, with_skips=with_skips, oldest_first=True) == newest[::-1]
    assert numbers(newest)[:2] == [7, 1], "of two at one time the later row is the newer"


@pytest.mark.parametrize("limit", [1, 3, 4, 5, 100])
@pytest.mark.parametrize("oldest_first", [True, False])
def test_a_limit_cuts_what_comes_last(
    household: Database,
    limit: int,
    oldest_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A limit gives the beginning of the whole list, of all users together."""
    everything = plays(household, oldest_first=oldest_first)

    assert plays(household, oldest_first=oldest_first, limit=limit) == everything[:limit]


def test_plays_of_one_user(household: Database) -> None:
    """Each user's plays, and nothing of a user that there is not."""
    assert numbers(plays(household, user="ben", with_skips=True)) == [5, 2, 6]
    assert numbers(plays(household, user="anna")) == [1, 4]
    assert plays(household, user="nobody") == []


def test_everything_captured_is_read(database: Database) -> None:
    """A play is read as it was recorded."""
    record(database, play(1))
    (found,) = plays(database)

    assert found == PlayRead(
        raw_id=1,
        play_uid=play(1).play_uid,
        listen_id=1,
        listened_at=found.listened_at,
        ingested_at=NOW,
        user="anna",
        source="mpd:test",
        source_track_id="album/1.flac",
        counted=True,
        played_s=180.25,
        payload_version=1,
        payload={"track": {"uri": "album/1.flac"}},
        track_id=None,
        confidence=None,
        reason=None,
        status="pending",
        enriched_at=None,
        duplicate_of=None,
    )
    assert found.listened_at.timestamp() == play(1).listened_at_s


def test_a_play_is_found_by_either_number(household: Database) -> None:
    """By its listen, or by its raw row; None when there is none such."""
    by_listen = household.read(partial(reads.play_of_listen, listen_id=2)).result()
    by_raw = household.read(partial(reads.play_of_raw, raw_id=2)).result()
    skip = household.read(partial(reads.play_of_raw, raw_id=3)).result()

    assert by_listen is not None
    assert by_listen == by_raw
    assert (by_listen.raw_id, by_listen.listen_id, by_listen.user) == (2, 2, "ben")
    assert skip is not None
    assert skip.listen_id is None
    assert household.read(partial(reads.play_of_listen, listen_id=99)).result() is None
    assert household.read(partial(reads.play_of_raw, raw_id=99)).result() is None


def test_links_and_duplicates_are_told(household: Database) -> None:
    """What a listen is linked to and why; what stands for a play that was captured twice."""

    def judge(tx: Transaction) -> int:
        track_id = add_track(tx, "Song")
        link(tx, 1, track_id, match_confidence=0.98, match_reason="exact")
        duplicate(tx, raw_id=2, of_listen_id=1)
        return track_id

    track_id = household.write(judge).result()
    linked = household.read(partial(reads.play_of_listen, listen_id=1)).result()
    twin = household.read(partial(reads.play_of_raw, raw_id=2)).result()

    assert linked is not None
    assert (linked.track_id, linked.confidence, linked.reason) == (track_id, 0.98, "exact")
    assert (linked.status, linked.enriched_at, linked.duplicate_of) == ("matched", NOW, None)
    assert twin is not None
    assert (twin.listen_id, twin.duplicate_of, twin.counted) == (None, 1, True)
    assert numbers(plays(household)) == [1, 5, 4], "it is no listen of its own"


def test_a_recording_with_its_artists_and_files(database: Database) -> None:
    """Artists as credited, primary ones first; files that hold it whole or in part, also gone ones.

    Composers and the like are not who it is by.
    """

    def fill(tx: Transaction) -> int:
        track_id = add_track(tx, "Song", ["First", "Second"], "/music/song.flac")
        credit(tx, track_id, add_artist(tx, "Guest"), role="featuring", position=0)
        credit(tx, track_id, add_artist(tx, "Writer"), role="composer", position=0)
        alias = add_artist(tx, "Prince")
        credit(tx, track_id, alias, position=2, credited_name="The Artist")
        album = add_file(tx, "/music/album.flac", missing_since=NOW)
        insert(tx, "media_file_parts", media_file_id=album, track_id=track_id, start_ms=0)
        return track_id

    track_id = database.write(fill).result()

    assert database.read(partial(reads.track, track_id=track_id)).result() == TrackRead(
        track_id=track_id,
        title="Song",
        artists=("First", "Second", "The Artist", "Guest"),
        duration_s=200.0,
        files=(FileRead("/music/song.flac", None), FileRead("/music/album.flac", NOW)),
    )
    assert database.read(partial(reads.track, track_id=99)).result() is None


def test_candidates_come_best_first(database: Database) -> None:
    """What a listen could be as well, with how sure that is; one that is gone is left out."""
    record(database, play(1))

    def fill(tx: Transaction) -> list[int]:
        tracks = [add_track(tx, title) for title in ("Live", "Studio", "Gone")]
        for track_id, confidence in zip(tracks, (0.4, 0.9, 0.7), strict=True):
            suggest(tx, 1, track_id, confidence)
        return tracks

    live, studio, gone = database.write(fill).result()
    found = database.read(partial(reads.candidates, listen_id=1)).result()
    assert [(each.track.track_id, each.confidence) for each in found] == [
        (studio, 0.9),
        (gone, 0.7),
        (live, 0.4),
    ]


def test_a_candidate_that_is_gone_is_left_out(tx: Transaction) -> None:
    """Where library and history are two files nothing keeps them in step but us."""
    tx.connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    suggest(tx, 1, 7, 0.5)

    assert reads.candidates(tx, 1) == []


def test_totals(household: Database) -> None:
    """Plays with skips, listens, and those of them that are linked."""
    household.write(lambda tx: link(tx, 2, add_track(tx, "Song"))).result()

    assert household.read(reads.totals).result() == Totals(plays=6, listens=4, linked=1)


QUESTIONS: dict[str, tuple[Callable[[Transaction], Any], int]] = {
    "history of all": (
        lambda tx: list(reads.plays(tx, user=None, with_skips=False, oldest_first=False, limit=50)),
        3,
    ),
    "history of one": (
        lambda tx: list(
            reads.plays(tx, user="anna", with_skips=False, oldest_first=True, limit=50)
        ),
        2,
    ),
    "history with skips": (
        lambda tx: list(reads.plays(tx, user="ben", with_skips=True, oldest_first=False, limit=50)),
        2,
    ),
    "play of a listen": (lambda tx: reads.play_of_listen(tx, 1), 1),
    "play of a row": (lambda tx: reads.play_of_raw(tx, 1), 1),
    "recording": (lambda tx: reads.track(tx, 1), 3),
    "candidates": (lambda tx: reads.candidates(tx, 1), 4),
}
"""What is read, and in how many statements at most, however much there is."""

SMALL = ("SCAN users", "CONSTANT ROW", "SCAN (subquery")
"""What may be read from end to end: a household's users, and the values that were asked for."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_reading_goes_by_indexes(household: Database, question: str) -> None:
    """No table that grows is read from end to end, and no more is sorted than what is shown."""
    ask, at_most = QUESTIONS[question]

    def look(tx: Transaction) -> tuple[int, list[str]]:
        track_id = add_track(tx, "Song", ["First"], "/music/song.flac")
        for listen_id in (1, 2):
            suggest(tx, listen_id, track_id, 0.5)
        with statements(tx) as seen:
            ask(tx)
        return len(seen), [step for each in seen for step in plan(tx, *each)]

    count, steps = household.write(look).result()

    assert count <= at_most
    scans = [step for step in steps if "SCAN" in step and not any(s in step for s in SMALL)]
    assert scans == []
    if "history" in question:
        assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps)


def test_reading_costs_the_same_for_many(database: Database) -> None:
    """A page of the history is one statement for each user, not one for each play."""

    def look(tx: Transaction) -> int:
        with statements(tx) as seen:
            list(reads.plays(tx, user=None, with_skips=True, oldest_first=False, limit=None))
        return len(seen)

    record(database, play(0))
    few = database.read(look).result()
    record(database, *(replace(play(number), user="anna") for number in range(1, 60)))

    assert database.read(look).result() == few == 2
