"""Plays become rows: each once, none lost, whatever it is called and whenever it was."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.store.conftest import NOW
from tests.unit.store.plays import START_S, STRING, play, record, rows, statements

from scrobbled.errors import ItemRejected
from scrobbled.store import Database, Transaction
from scrobbled.store.listens.write import LONGEST_SHIFT_S, Recorded, record_play


def at(seconds: float) -> datetime:
    """A time so many seconds after the first play's."""
    return datetime.fromtimestamp(START_S + 300, UTC) + timedelta(seconds=seconds)


def times(database: Database) -> list[datetime]:
    """When the plays began, in the order of recording."""
    return [row["listened_at"] for row in rows(database, "listens_raw")]


def test_a_play_that_counts_becomes_a_raw_row_and_a_listen(database: Database) -> None:
    """Everything that was captured is in the row; the listen waits to be linked."""
    assert record(database, play(1)) == [Recorded(1, 1, anew=True)]
    (raw,) = rows(database, "listens_raw")
    (listen,) = rows(database, "listens")
    (string,) = rows(database, "listen_strings")

    assert raw == {
        "id": 1,
        "play_uid": play(1).play_uid,
        "user_id": 1,
        "listened_at": at(0),
        "utc_offset_min": 60,
        "ingested_at": NOW,
        "source": "mpd:test",
        "source_track_id": "album/1.flac",
        "source_track_key": "album/1.flac",
        "counted": True,
        "played_secs": 180.25,
        "payload_version": 1,
        "payload_json": {"track": {"uri": "album/1.flac"}},
    }
    assert (listen["raw_id"], listen["user_id"], listen["listened_at"]) == (1, 1, at(0))
    assert (listen["duration_secs"], listen["utc_offset_min"]) == (201, 60)
    assert (listen["enrich_status"], listen["track_id"]) == ("pending", None)
    assert (string["artist"], string["title"], string["album"]) == (
        STRING.artist,
        STRING.title,
        STRING.album,
    )
    assert listen["string_id"] == string["id"]


def test_a_skip_becomes_a_raw_row_only(database: Database) -> None:
    """What did not count is kept, but is no listen and names nothing."""
    assert record(database, play(1, counted=False)) == [Recorded(1, None, anew=True)]
    assert [row["counted"] for row in rows(database, "listens_raw")] == [False]
    assert rows(database, "listens") == []
    assert rows(database, "listen_strings") == []


@pytest.mark.parametrize("counted", [True, False])
def test_recording_again_changes_nothing(database: Database, counted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A play that is delivered again, even with other facts, stays as it was."""
    (first,) = record(database, play(1, counted=counted))
    before = rows(database, "listens_raw"), rows(database, "listens")
    (again,) = record(database, play(1, counted=True, played_s=1.0, listened_at_s=5))

    assert again == replace(first, anew=False)
    assert (rows(database, "listens_raw"), rows(database, "listens")) == before


def test_the_same_way_of_naming_is_kept_once(database: Database) -> None:
    """Matching works on ways of naming, of which there are far fewer than listens."""
    other = replace(STRING, album="", album_artist="", duration_bucket_s=None)
    record(database, play(1), play(2), play(3, string=other))

    assert [row["string_id"] for row in rows(database, "listens")] == [1, 1, 2]
    assert rows(database, "listen_strings")[1]["album"] is None


def test_a_user_who_has_gone_missing_is_made_anew(database: Database) -> None:
    """A play is never refused for want of a user; each name is one user."""
    record(database, play(1), play(2, user="ben"), play(3))

    users = {row["id"]: row["username"] for row in rows(database, "users")}
    assert sorted(users.values()) == ["anna", "ben"]
    assert [users[row["user_id"]] for row in rows(database, "listens_raw")] == [
        "anna",
        "ben",
        "anna",
    ]


def test_names_are_the_same_however_they_are_composed(database: Database) -> None:
    """A user whose name is written with a combining mark is the one written without."""
    record(database, play(1, user="Zo\u00eb"), play(2, user="Zoe\u0308"))

    assert len(rows(database, "users")) == 1


def test_plays_of_a_track_in_one_second_move_on(database: Database) -> None:
    """The younger moves to the next free second; another track, user or source is no clash."""
    first = play(1)
    record(
        database,
        first,
        replace(first, play_uid="b"),
        replace(first, play_uid="c", source_track_id="other"),
        replace(first, play_uid="d", user="ben"),
        replace(first, play_uid="e", source="mpd:kitchen"),
        replace(first, play_uid="f", listened_at_s=first.listened_at_s + 1),
    )

    assert times(database) == [at(0), at(1), at(0), at(0), at(0), at(2)]
    assert [row["listened_at"] for row in rows(database, "listens")] == times(database)


def test_plays_without_a_track_of_their_own_are_told_apart_by_time(database: Database) -> None:
    """No name is a name, too: two plays of it in a second are both kept."""
    nameless = play(1, source_track_id=None)
    record(database, nameless, replace(nameless, play_uid="b"))

    assert times(database) == [at(0), at(1)]


@pytest.mark.parametrize(
    "name",
    [
        "x" * 5000,
        "e\u0301" * 100,  # 200 characters as told, 100 as stored
        "e\u0301" * 300,
        " padded " + "y" * 185,
        "\0" * 10 + "z" * 185,
        "album/" + "\udcff" * 60,
    ],
    ids=["long", "combining", "long combining", "padded", "nuls", "no UTF-8"],
)
def test_a_clash_is_seen_however_the_track_is_called(database: Database, name: str) -> None:
    """Names that are shortened or cleaned when stored clash as they are stored, and move on."""
    first = play(1, source_track_id=name)
    record(database, first, replace(first, play_uid="b"))

    assert times(database) == [at(0), at(1)]


def test_a_moment_that_is_full_is_refused(database: Database) -> None:
    """Ten minutes of plays of one track, one a second, are a broken source, not music."""
    first = play(1, counted=False)
    crowd = (replace(first, play_uid=f"{n}") for n in range(LONGEST_SHIFT_S + 1))
    record(database, *crowd)

    with pytest.raises(ItemRejected, match="ten minutes are full"):
        record(database, replace(first, play_uid="one too many"))
    assert times(database)[-1] == at(LONGEST_SHIFT_S)


def test_what_does_not_fit_is_rejected_and_leaves_nothing(database: Database) -> None:
    """A row that no table takes is refused alone; the ways of naming and users stay as they are."""
    with pytest.raises(ItemRejected):
        record(database, play(1, user="nobody " * 40))
    with pytest.raises(ItemRejected):
        record(database, play(1, source="x" * 200))

    assert rows(database, "users") == rows(database, "listens_raw") == []


def test_times_before_1970_are_times(database: Database) -> None:
    """A host without a battery for its clock starts long ago; its plays are kept all the same."""
    record(database, play(1, listened_at_s=-3 * 3600))

    assert times(database) == [datetime(1969, 12, 31, 21, tzinfo=UTC)]


def test_recording_takes_few_statements_however_many_there_are(database: Database) -> None:
    """Each play costs the same: nothing is asked once for each row that is there already."""

    def counting(tx: Transaction) -> list[int]:
        costs = []
        for number in range(1, 30):
            with statements(tx) as seen:
                record_play(tx, play(number), NOW)
            costs.append(len(seen))
        return costs

    costs = database.write(counting).result()

    assert costs[-1] <= 6
    assert len(set(costs[1:])) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", None])), max_size=12))
def test_no_play_is_lost_and_none_doubled(
    database: Database, plays: list[tuple[int, str | None]]
) -> None:
    """Whatever comes in whatever order, again or not: one row for each play, no two alike."""
    run = f"{next(_RUNS):06d}"
    offers = [
        play(
            0,
            play_uid=f"{run}-{n}",
            source=f"mpd:{run}",
            listened_at_s=START_S + second,
            source_track_id=name,
        )
        for n, (second, name) in enumerate(plays)
    ]

    def offer(tx: Transaction) -> set[Any]:
        return {record_play(tx, row, NOW).raw_id for row in [*offers, *reversed(offers)]}

    numbers = database.write(offer).result()

    mine = [row for row in rows(database, "listens_raw") if row["play_uid"].startswith(run)]
    places = [(row["listened_at"], row["source_track_id"]) for row in mine]
    assert {row["id"] for row in mine} == numbers
    assert len(mine) == len(set(places)) == len(plays)


_RUNS = itertools.count()


def test_use_cases_can_be_run_again(database: Database) -> None:
    """A transaction that failed half-way is run anew; that finds nothing of the first time."""
    tries: list[Recorded] = []

    def shaky(tx: Transaction) -> Recorded:
        tries.append(record_play(tx, play(1), NOW))
        if len(tries) == 1:
            raise ItemRejected("once")
        return tries[-1]

    with pytest.raises(ItemRejected):
        database.write(shaky).result()
    assert rows(database, "listens_raw") == []
    assert database.write(shaky).result().anew
    assert database.write(partial(record_play, play=play(1), now=NOW)).result().anew is False
