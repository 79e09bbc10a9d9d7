"""The questions asked all the time are answered from an index, however much is stored."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.store.conftest import NOW

from scrobbled.store import Tables, Transaction

Question = Callable[[Tables], sa.Select[Any]]


def recent(t: Tables) -> sa.Select[Any]:
    """The newest listens of a user, a page further on."""
    here = sa.tuple_(t.listens.c.listened_at, t.listens.c.id) < sa.tuple_(NOW, 1000)
    return (
        sa.select(t.listens.c.id)
        .where(t.listens.c.user_id == 1, t.listens.c.listened_at <= NOW, here)
        .order_by(t.listens.c.listened_at.desc(), t.listens.c.id.desc())
        .limit(50)
    )


def recent_with_skips(t: Tables) -> sa.Select[Any]:
    """The newest plays of a user."""
    raw = t.listens_raw.c
    return sa.select(raw.id).where(raw.user_id == 1).order_by(raw.listened_at.desc()).limit(50)


def by_play_uid(t: Tables) -> sa.Select[Any]:
    """The row of a play that is delivered again."""
    return sa.select(t.listens_raw.c.id).where(t.listens_raw.c.play_uid == "x")


def clash(t: Tables) -> sa.Select[Any]:
    """Whether the place of a play is taken."""
    raw = t.listens_raw.c
    return sa.select(raw.id).where(
        raw.user_id == 1,
        raw.listened_at == NOW,
        raw.source == "mpd:home",
        raw.source_track_key == "",
    )


def of_raw(t: Tables) -> sa.Select[Any]:
    """The listen of a play."""
    return sa.select(t.listens.c.id).where(t.listens.c.raw_id == 1)


def pending(t: Tables) -> sa.Select[Any]:
    """The listens that wait to be linked."""
    waits = t.listens.c.enrich_status == sa.literal_column("'pending'")
    return sa.select(t.listens.c.id).where(waits).order_by(t.listens.c.id).limit(500)


def of_track(t: Tables) -> sa.Select[Any]:
    """The listens of a recording."""
    return sa.select(t.listens.c.id).where(t.listens.c.track_id == 1)


def of_string(t: Tables) -> sa.Select[Any]:
    """The listens that were named in one way."""
    return sa.select(t.listens.c.id).where(t.listens.c.string_id == 1)


def string_by_hash(t: Tables) -> sa.Select[Any]:
    """Whether a track was named like this before."""
    return sa.select(t.listen_strings.c.id).where(t.listen_strings.c.key_hash == "x")


def tracks_of_strings(t: Tables) -> sa.Select[Any]:
    """What some strings could be, by their keys."""
    keys, strings = t.track_key.c, t.listen_string_keys.c
    return sa.select(keys.track_id, strings.string_id).where(
        strings.string_id.in_([1, 2, 3]), keys.key8 == strings.key8, keys.kind == strings.kind
    )


def strings_of_tracks(t: Tables) -> sa.Select[Any]:
    """Which strings some new recordings could be."""
    keys, strings = t.track_key.c, t.listen_string_keys.c
    return sa.select(keys.track_id, strings.string_id).where(
        keys.track_id.in_([1, 2, 3]), keys.key8 == strings.key8, keys.kind == strings.kind
    )


def file_by_path(t: Tables) -> sa.Select[Any]:
    """The file that a player named."""
    return sa.select(t.media_files.c.track_id).where(t.media_files.c.file_path_hash == "x")


def file_by_location(t: Tables) -> sa.Select[Any]:
    """The file by a source's name of it."""
    location = t.media_file_locations.c
    return sa.select(location.media_file_id).where(location.source == "s", location.uri == "u")


def file_by_audio(t: Tables) -> sa.Select[Any]:
    """The same sound under another name."""
    return sa.select(t.media_files.c.id).where(t.media_files.c.audio_hash == "x")


def by_external_id(t: Tables) -> sa.Select[Any]:
    """The recordings with an ISRC or a MusicBrainz id."""
    ids = t.external_ids.c
    return sa.select(ids.entity_id).where(
        ids.scheme == "isrc", ids.value == "x", ids.entity_type == "track"
    )


def artist_by_name(t: Tables) -> sa.Select[Any]:
    """The artists of a name."""
    return sa.select(t.artists.c.id).where(t.artists.c.name_normalized == "x")


def artists_of_listens(t: Tables) -> sa.Select[Any]:
    """Whom to credit for a page of listens."""
    return sa.select(t.listen_artists.c.artist_id).where(
        t.listen_artists.c.listen_id.in_([1, 2, 3])
    )


def listens_of_artist(t: Tables) -> sa.Select[Any]:
    """An artist's page."""
    return sa.select(sa.func.count()).where(t.listen_artists.c.artist_id == 1)


def top_of_all_time(t: Tables) -> sa.Select[Any]:
    """The most heard artists of a user."""
    total = t.roll_artist_total.c
    query = sa.select(total.artist_id, total.n).where(total.user_id == 1)
    return query.order_by(total.n.desc()).limit(50)


def top_of_months(t: Tables) -> sa.Select[Any]:
    """The most heard recordings of some months."""
    month = t.roll_track_month.c
    return (
        sa.select(month.track_id, sa.func.sum(month.n))
        .where(month.user_id == 1, month.month.between(202511, 202610))
        .group_by(month.track_id)
    )


def period(t: Tables) -> sa.Select[Any]:
    """The listens of a user in a period."""
    when = t.listens.c.listened_at
    return sa.select(t.listens.c.track_id).where(
        t.listens.c.user_id == 1, when >= NOW - timedelta(days=30), when < NOW
    )


def decisions(t: Tables) -> sa.Select[Any]:
    """What people decided about an item."""
    made = t.match_decisions.c
    return sa.select(made.id).where(made.source == "s", made.source_track_id == "x")


QUESTIONS: list[Question] = [
    artist_by_name,
    artists_of_listens,
    by_external_id,
    by_play_uid,
    clash,
    decisions,
    file_by_audio,
    file_by_location,
    file_by_path,
    listens_of_artist,
    of_raw,
    of_string,
    of_track,
    pending,
    period,
    recent,
    recent_with_skips,
    string_by_hash,
    strings_of_tracks,
    top_of_all_time,
    top_of_months,
    tracks_of_strings,
]

SORTED_IN_MEMORY = {
    "top_of_months": "the sums exist only once the rows of the months were read",
}
"""What need not come out of an index in order, and why."""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_a_question_is_answered_from_an_index(tx: Transaction, question: Question) -> None:
    """No table is read from end to end, and nothing is sorted that an index has in order."""
    plan = explained(tx, question(tx.tables))

    assert plan
    for step in plan:
        if "TEMP B-TREE" in step:
            assert question.__name__ in SORTED_IN_MEMORY, plan
        else:
            # All of a partial index is read: it has nothing but what is asked for.
            assert step.startswith("SEARCH") or "ix_listens_enrich_status" in step, plan


def test_what_waits_is_found_in_an_index_of_its_own(tx: Transaction) -> None:
    """The index of pending listens holds nothing else, so it is small once all are linked."""
    (step,) = explained(tx, pending(tx.tables))

    assert re.search("USING (COVERING )?INDEX ix_listens_enrich_status", step)


def explained(tx: Transaction, query: sa.Select[Any]) -> list[str]:
    """The steps by which SQLite would answer `query`."""
    text = query.compile(tx.connection, compile_kwargs={"render_postcompile": True})
    values = tuple(text.params[name] for name in text.positiontup or ())
    rows = tx.connection.exec_driver_sql(
        f"EXPLAIN QUERY PLAN {text}",
        tuple(int(v.timestamp()) if hasattr(v, "timestamp") else v for v in values),
    )
    return [row.detail for row in rows]
