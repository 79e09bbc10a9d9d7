"""Writes of the scrobbler: plays as captured, and the listens made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select

from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.text import nfc_stripped, shorten_key
from scrobbled.errors import ItemRejected
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction

LONGEST_SHIFT_S = 600
"""A play is moved forward by at most this many seconds to find a free place."""


@dataclass(frozen=True, slots=True)
class PlayRow:
    """One play to be recorded.

    Attributes:
        play_uid: recording the same one twice changes nothing.
        user: the name of a user.
        source: `<type>:<name>[/<player>]`.
        source_track_id: the source's own name of the track; None if it has none.
        listened_at_s: when it began to sound, seconds since the epoch, UTC.
        utc_offset_min: the user's offset from UTC then; None when unknown.
        counted: whether it is a listen; a skip otherwise.
        played_s: seconds that sounded in this play.
        heard_s: the same, with those of a play that it took up again.
        payload: everything that is known of it.
        payload_version: of the payload's form.
        string: how the track was named.
    """

    play_uid: str
    user: str
    source: str
    source_track_id: str | None
    listened_at_s: int
    utc_offset_min: int | None
    counted: bool
    played_s: float
    heard_s: float
    payload: Mapping[str, Any]
    payload_version: int
    string: ListenString


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a play was recorded.

    Attributes:
        raw_id: its row in `listens_raw`.
        listen_id: its row in `listens`; None when it did not count.
        anew: False when it had been recorded before.
    """

    raw_id: int
    listen_id: int | None
    anew: bool


def record_play(tx: Transaction[Tables], play: PlayRow, now: datetime) -> Recorded:
    """Records a play, and a listen if it counts; recording it again changes nothing.

    Args:
        tx: the transaction.
        play: what to record.
        now: the present, for `ingested_at`.

    Raises:
        ItemRejected: the database refuses this play, and always will.
    """
    return _known_play(tx, play.play_uid) or _new_play(tx, play, now)


def _known_play(tx: Transaction[Tables], play_uid: str) -> Recorded | None:
    raw, listens = tx.tables.listens_raw, tx.tables.listens
    row = tx.connection.execute(
        select(raw.c.id, listens.c.id)
        .select_from(raw.outerjoin(listens, listens.c.raw_id == raw.c.id))
        .where(raw.c.play_uid == play_uid)
    ).one_or_none()
    return None if row is None else Recorded(row[0], row[1], anew=False)


def _new_play(tx: Transaction[Tables], play: PlayRow, now: datetime) -> Recorded:
    user_id = _user_id(tx, play.user, now)
    listened_at = _free_time(tx, user_id, play)
    shared = {
        "user_id": user_id,
        "listened_at": listened_at,
        "utc_offset_min": play.utc_offset_min,
    }
    raw_id = _insert(
        tx,
        tx.tables.listens_raw,
        {
            **shared,
            "play_uid": play.play_uid,
            "ingested_at": now,
            "source": play.source,
            "source_track_id": play.source_track_id,
            "counted": play.counted,
            "played_secs": play.played_s,
            "payload_version": play.payload_version,
            "payload_json": play.payload,
        },
    )
    if not play.counted:
        return Recorded(raw_id, None, anew=True)
    listen = {
        **shared,
        "raw_id": raw_id,
        "duration_secs": play.heard_s,
        "string_id": _string_id(tx, play.string),
    }
    return Recorded(raw_id, _insert(tx, tx.tables.listens, listen), anew=True)


def _user_id(tx: Transaction[Tables], name: str, now: datetime) -> int:
    """The user's row; made if it has gone missing, since a play is never refused for that."""
    users = tx.tables.users
    found = tx.connection.execute(select(users.c.id).where(users.c.username == name)).scalar()
    return found or _insert(tx, users, {"username": name, "created_at": now})


def _free_time(tx: Transaction[Tables], user_id: int, play: PlayRow) -> datetime:
    """The play's time, moved forward where another play of the same track has it.

    Raises:
        ItemRejected: there is no free second nearby.
    """
    raw = tx.tables.listens_raw
    wanted = datetime.fromtimestamp(play.listened_at_s, UTC)
    same_track = raw.c.source_track_key == shorten_key(nfc_stripped(play.source_track_id or ""))
    taken = set(
        tx.connection.execute(
            select(raw.c.listened_at).where(
                raw.c.user_id == user_id,
                raw.c.listened_at >= wanted,
                raw.c.listened_at <= wanted + timedelta(seconds=LONGEST_SHIFT_S),
                raw.c.source == play.source,
                same_track,
            )
        ).scalars()
    )
    for shift_s in range(LONGEST_SHIFT_S + 1):
        free = wanted + timedelta(seconds=shift_s)
        if free not in taken:
            return free
    raise ItemRejected("ten minutes are full of plays of this track, one each second")


def _string_id(tx: Transaction[Tables], string: ListenString) -> int:
    strings = tx.tables.listen_strings
    found = tx.connection.execute(
        select(strings.c.id).where(strings.c.key_hash == string.key_hash)
    ).scalar()
    return found or _insert(
        tx,
        strings,
        {
            "key_hash": string.key_hash,
            "artist": string.artist,
            "title": string.title,
            "album": string.album or None,
            "album_artist": string.album_artist or None,
            "duration_bucket": string.duration_bucket_s,
            "recording_mbid": string.recording_mbid,
            "isrc": string.isrc,
            "norm_version": 0,
        },
    )


def _insert(tx: Transaction[Tables], table: Table, values: Mapping[str, Any]) -> int:
    """Inserts one row and returns its id."""
    key: Any = tx.connection.execute(insert(table).values(values)).inserted_primary_key
    return int(key[0])
