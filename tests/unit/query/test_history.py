"""Plays as they are shown."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from tests.unit.query.conftest import SONG, START_S, Stores, closed, skipped
from tests.unit.store.recordings import add_track, link

from scrobbled.domain.observation import TrackInfo
from scrobbled.query.history import HistoryEntry, Link, history
from scrobbled.store import Transaction


def test_a_listen_is_shown_with_all_that_people_ask_for(stores: Stores) -> None:
    """Who, when, where, what, how much of it, and what it is linked to."""
    stores.record(closed())
    stores.database.write(
        lambda tx: link(tx, 1, add_track(tx, "Song"), match_confidence=0.98, match_reason="exact")
    ).result()

    assert history(stores.database) == [
        HistoryEntry(
            listen_id=1,
            raw_id=1,
            listened_at=datetime.fromtimestamp(START_S + 300, UTC),
            user="anna",
            source="mpd:test",
            source_track_id="album/song.flac",
            title="Song",
            artists=("First", "Second"),
            album="Album",
            duration_secs=200.0,
            played_secs=200.0,
            counted=True,
            closed_by="finished",
            link=Link(1, 0.98, "exact"),
        )
    ]


def test_a_skip_is_no_listen(stores: Stores) -> None:
    """It is shown when asked for, without a listen's number and without a link."""
    stores.record(closed(1), skipped(2))

    assert [entry.listen_id for entry in history(stores.database)] == [1]
    newest, _ = history(stores.database, with_skips=True)
    assert (newest.listen_id, newest.raw_id, newest.counted, newest.link) == (None, 2, False, None)
    assert newest.played_secs == 9.0


def test_order_user_and_limit(stores: Stores) -> None:
    """The arguments mean what they say."""
    stores.record(closed(1), closed(2, user="ben"), closed(3))

    def shown(**asked: object) -> list[int]:
        return [entry.raw_id for entry in history(stores.database, **asked)]  # type: ignore[arg-type]  # any argument

    assert shown() == [3, 2, 1]
    assert shown(oldest_first=True) == [1, 2, 3]
    assert shown(limit=2) == [3, 2]
    assert shown(user="ben") == [2]


def test_the_name_of_a_track_is_told_whole(stores: Stores) -> None:
    """However long it is, and whatever its tags lack."""
    name = f"{'long/' * 100}09 Untagged.flac#10.000-20.000"
    stores.record(closed(track=TrackInfo(uri=name)))
    (entry,) = history(stores.database)

    assert entry.source_track_id == name
    assert (entry.title, entry.artists, entry.album) == ("09 Untagged", (), None)
    assert entry.duration_secs is None


def test_one_play_that_cannot_be_read_hides_no_other(stores: Stores) -> None:
    """A payload of another version, or a broken one, is shown as far as the columns tell."""
    stores.record(closed(1), closed(2), closed(3, track=replace(SONG, title="Other")))

    def spoil(tx: Transaction) -> None:
        raw = tx.tables.listens_raw
        tx.connection.execute(
            sa.update(raw).where(raw.c.id == 2).values(payload_json={"form": "of the future"})
        )

    stores.database.write(spoil).result()
    third, second, first = history(stores.database)

    assert (third.title, first.title) == ("Other", "Song")
    assert second.source_track_id == "album/song.flac"
    assert (second.title, second.artists) == ("song", ())
    assert (second.played_secs, second.closed_by, second.counted) == (200.0, "unknown", True)
