"""Reads of the listening history for linking: what waits, what was told, what is near in time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from scrobbled.domain.duplicates import LONGEST_DELAY_S, Captured
from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.text import NORM_VERSION
from scrobbled.store.medialibrary.bulk import in_lists
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction

_LONGEST_CHAIN = 4
"""Duplicates of duplicates are looked for as far as this many delays reach."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the player said about the file, and what else no column holds.

    Attributes:
        uri: the source's own name of the track, complete.
        file_path: the absolute local path; None when the plugin did not know it.
        stream: whether it is a radio stream.
        genres: as tagged.
    """

    uri: str
    file_path: str | None
    stream: bool
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A listen that waits to be linked.

    Attributes:
        listen_id: the listen.
        raw_id: the play that it is.
        user_id: whose.
        listened_at: when it began.
        source: as in `listens_raw`.
        name_key: the source's name of the track as keys hold it; "" when it has none.
        linked_to: the track that it was linked to before; None for none.
        string_id: how it was named; None when that is not known.
        named: the same in full.
        keys_stored: whether the keys of `named` are stored.
        file_id: the file that the source means by that name, if that is known.
        file_track_id: the recording in it, if that is known.
        file_told: whether `file_id` is at the path that was told, or none was told.
    """

    listen_id: int
    raw_id: int
    user_id: int
    listened_at: datetime
    source: str
    name_key: str
    linked_to: int | None
    string_id: int | None
    named: ListenString
    keys_stored: bool
    file_id: int | None
    file_track_id: int | None
    file_told: bool


def count_pending(tx: Transaction[Tables]) -> int:
    """How many listens wait to be linked."""
    listens = tx.tables.listens
    query = sa.select(sa.func.count()).select_from(listens).where(_waits(listens))
    return tx.connection.execute(query).scalar_one()


def pending(tx: Transaction[Tables], *, after: int, limit: int) -> list[Pending]:
    """Listens that wait, oldest rows first.

    Args:
        tx: the transaction.
        after: only listens with a greater id.
        limit: at most so many.
    """
    tables = tx.tables
    listens, raw, strings = tables.listens, tables.listens_raw, tables.listen_strings
    places, files = tables.media_file_locations, tables.media_files
    here = sa.and_(places.c.source == raw.c.source, places.c.uri == raw.c.source_track_key)
    told_path = raw.c.payload_json[("track", "file_path")].as_string()
    rows = tx.connection.execute(
        sa.select(
            listens.c.id,
            listens.c.raw_id,
            listens.c.user_id,
            listens.c.listened_at,
            raw.c.source,
            raw.c.source_track_key,
            listens.c.track_id,
            listens.c.string_id,
            *(strings.c[name] for name in _STRING_COLUMNS),
            strings.c.norm_version,
            files.c.id.label("file_id"),
            files.c.track_id.label("file_track_id"),
            sa.func.coalesce(told_path == files.c.file_path, sa.true()).label("file_told"),
        )
        .select_from(
            listens.join(raw, raw.c.id == listens.c.raw_id)
            .outerjoin(strings, strings.c.id == listens.c.string_id)
            .outerjoin(places, here)
            .outerjoin(files, files.c.id == places.c.media_file_id)
        )
        .where(_waits(listens), listens.c.id > after)
        .order_by(listens.c.id)
        .limit(limit)
    )
    return [_pending(row) for row in rows]


_STRING_COLUMNS = (
    "artist",
    "title",
    "album",
    "album_artist",
    "duration_bucket",
    "recording_mbid",
    "isrc",
)


def _waits(listens: sa.Table) -> sa.ColumnElement[bool]:
    # A literal, so that engines with partial indexes recognise the one on what waits.
    return listens.c.enrich_status == sa.literal_column("'pending'")


def _pending(row: Any) -> Pending:
    return Pending(
        listen_id=row.id,
        raw_id=row.raw_id,
        user_id=row.user_id,
        listened_at=row.listened_at,
        source=row.source,
        name_key=row.source_track_key,
        linked_to=row.track_id,
        string_id=row.string_id,
        named=ListenString(
            artist=row.artist or "",
            title=row.title or "",
            album=row.album or "",
            album_artist=row.album_artist or "",
            duration_bucket_s=row.duration_bucket,
            recording_mbid=row.recording_mbid,
            isrc=row.isrc,
        ),
        keys_stored=row.norm_version == NORM_VERSION,
        file_id=row.file_id,
        file_track_id=row.file_track_id,
        file_told=bool(row.file_told),
    )


def told(tx: Transaction[Tables], raw_ids: Collection[int]) -> dict[int, Told]:
    """What the players said, by the plays' rows."""
    raw = tx.tables.listens_raw
    found = {}
    for numbers in in_lists(raw_ids):
        rows = tx.connection.execute(
            sa.select(raw.c.id, raw.c.payload_json).where(raw.c.id.in_(numbers))
        )
        found.update({number: _told(payload) for number, payload in rows})
    return found


def _told(payload: Mapping[str, Any]) -> Told:
    track = payload.get("track") or {}
    return Told(
        uri=track.get("uri") or "",
        file_path=track.get("file_path"),
        stream=bool(track.get("stream")),
        genres=tuple(track.get("genres") or ()),
    )


def tracks_with_keys_of(
    tx: Transaction[Tables], string_ids: Collection[int]
) -> list[tuple[int, int, int, int]]:
    """Recordings that share a stored key with strings.

    Returns:
        (string, kind of the string's key, kind of the track's key, track).
    """
    own, keys = tx.tables.listen_string_keys, tx.tables.track_key
    found: list[tuple[int, int, int, int]] = []
    for numbers in in_lists(string_ids):
        rows = tx.connection.execute(
            sa.select(own.c.string_id, own.c.kind, keys.c.kind, keys.c.track_id)
            .select_from(own.join(keys, keys.c.key8 == own.c.key8))
            .where(own.c.string_id.in_(numbers))
        )
        found += [
            (string, of_string, of_track, track) for string, of_string, of_track, track in rows
        ]
    return found


def captured_near(
    tx: Transaction[Tables], moments: Iterable[tuple[int, int, datetime]]
) -> dict[tuple[int, int], list[Captured]]:
    """Linked listens near in time, and the plays known as duplicates of them.

    Args:
        tx: the transaction.
        moments: users, tracks, and when each of the tracks began to sound.

    Returns:
        What is near any of these, by user and track; also what is near another one of the same.
    """
    times: dict[tuple[int, int], list[datetime]] = {}
    for user_id, track_id, at in moments:
        times.setdefault((user_id, track_id), []).append(at)
    reach = timedelta(seconds=LONGEST_DELAY_S * _LONGEST_CHAIN)
    found: dict[tuple[int, int], list[Captured]] = {}
    listens = {}
    for pairs in in_lists(times):
        spans = [at for pair in pairs for at in times[pair]]
        for row in _listens_of(tx, pairs, min(spans) - reach, max(spans) + reach):
            pair = (row.user_id, row.track_id)
            if any(abs(row.listened_at - at) <= reach for at in times[pair]):
                found.setdefault(pair, []).append(
                    _captured(row, row.id, decided=row.enrich_status == "manual")
                )
                listens[row.id] = pair
    for row in _duplicates_of(tx, listens):
        found[listens[row.listen_id]].append(_captured(row, None, kept=row.listen_id))
    return found


def _listens_of(
    tx: Transaction[Tables], pairs: list[tuple[int, int]], first: datetime, last: datetime
) -> Iterable[Any]:
    listens, raw = tx.tables.listens, tx.tables.listens_raw
    columns = (listens.c.user_id, listens.c.track_id)
    # One pair is by far the most frequent, and a plain condition the quickest to prepare.
    which = (
        sa.and_(*(column == value for column, value in zip(columns, pairs[0], strict=True)))
        if len(pairs) == 1
        else sa.tuple_(*columns).in_(pairs)
    )
    return tx.connection.execute(
        sa.select(
            listens.c.id,
            listens.c.raw_id,
            *columns,
            listens.c.listened_at,
            listens.c.enrich_status,
            raw.c.source,
        )
        .select_from(listens.join(raw, raw.c.id == listens.c.raw_id))
        .where(which, listens.c.listened_at.between(first, last))
    )


def _duplicates_of(tx: Transaction[Tables], listen_ids: Collection[int]) -> Iterable[Any]:
    duplicates, raw = tx.tables.listen_duplicates, tx.tables.listens_raw
    for numbers in in_lists(listen_ids):
        rows = tx.connection.execute(
            sa.select(duplicates.c.listen_id, duplicates.c.raw_id, raw.c.listened_at, raw.c.source)
            .select_from(duplicates.join(raw, raw.c.id == duplicates.c.raw_id))
            .where(duplicates.c.listen_id.in_(numbers))
        )
        yield from rows


def _captured(
    row: Any, listen_id: int | None, *, decided: bool = False, kept: int | None = None
) -> Captured:
    return Captured(
        raw_id=row.raw_id,
        listen_id=listen_id,
        listened_at_s=int(row.listened_at.timestamp()),
        source=row.source,
        decided=decided,
        kept=kept,
    )
