"""Reads of the listening history."""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, union

from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PlayRead:
    """One play with the listen that it became, if any, and its link.

    Attributes:
        listen_id: None for a skip, and for a play that stands for no listen of its own.
        listened_at: when it began to sound, UTC.
        source_track_id: the source's own name of the track, shortened if it is long; None if it
            has none.
        payload_version: of the payload's form.
        payload: everything known of it, as captured.
        track_id: what it is linked to; None when it is not linked. Likewise what follows.
        duplicate_of: the listen that stands for it; None when it is no duplicate.
    """

    raw_id: int
    play_uid: str
    listen_id: int | None
    listened_at: datetime
    ingested_at: datetime
    user: str
    source: str
    source_track_id: str | None
    counted: bool
    played_s: float
    payload_version: int
    payload: dict[str, Any]
    track_id: int | None
    confidence: float | None
    reason: str | None
    status: str | None
    enriched_at: datetime | None
    duplicate_of: int | None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A local file that holds a recording, or of which the recording is a part.

    Attributes:
        missing_since: when it was found to be gone; None while it is there.
    """

    path: str
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class TrackRead:
    """A recording of the library, as it is shown.

    Attributes:
        artists: of the roles primary and featuring, in order.
        files: those that hold it, in the order in which they were found.
    """

    track_id: int
    title: str
    artists: tuple[str, ...]
    duration_s: float | None
    files: tuple[FileRead, ...]


@dataclass(frozen=True, slots=True)
class CandidateRead:
    """An alternative link of a listen."""

    track: TrackRead
    confidence: float
    features: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is."""

    plays: int
    listens: int
    linked: int


def plays(
    tx: Transaction[Tables],
    *,
    user: str | None,
    with_skips: bool,
    oldest_first: bool,
    limit: int | None,
) -> Iterator[PlayRead]:
    """Plays in the order of their start, one by one while the transaction lasts.

    Args:
        tx: the transaction.
        user: only this user's; None for everybody's.
        with_skips: also plays that did not count.
        oldest_first: else newest first.
        limit: at most so many; None for all.
    """
    users = tx.tables.users
    ids = select(users.c.id) if user is None else select(users.c.id).where(users.c.username == user)
    # The indexes are in the order of time for each user, so users are asked for one by one.
    found = [
        _plays_of(tx, user_id, with_skips=with_skips, oldest_first=oldest_first, limit=limit)
        for user_id in tx.connection.execute(ids).scalars().all()
    ]
    merged = heapq.merge(*found, key=_place_in_time, reverse=not oldest_first)
    return merged if limit is None else itertools.islice(merged, limit)


def play_of_listen(tx: Transaction[Tables], listen_id: int) -> PlayRead | None:
    """The play behind a listen; None when there is no such listen."""
    query = _plays(tx.tables, with_skips=True).where(tx.tables.listens.c.id == listen_id)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else PlayRead(*row)


def play_of_raw(tx: Transaction[Tables], raw_id: int) -> PlayRead | None:
    """The play of a row of `listens_raw`; None when there is no such row."""
    query = _plays(tx.tables, with_skips=True).where(tx.tables.listens_raw.c.id == raw_id)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else PlayRead(*row)


def track(tx: Transaction[Tables], track_id: int) -> TrackRead | None:
    """A recording of the library; None when there is none of that id."""
    return _tracks(tx, [track_id]).get(track_id)


def candidates(tx: Transaction[Tables], listen_id: int) -> list[CandidateRead]:
    """The alternative links of a listen, best first."""
    table = tx.tables.listen_match_candidates
    rows = tx.connection.execute(
        select(table.c.track_id, table.c.confidence, table.c.features_json)
        .where(table.c.listen_id == listen_id)
        .order_by(table.c.confidence.desc(), table.c.track_id)
    ).all()
    tracks = _tracks(tx, [row.track_id for row in rows])
    return [
        CandidateRead(tracks[row.track_id], row.confidence, row.features_json or {})
        for row in rows
        if row.track_id in tracks  # two files cannot be kept in step by references
    ]


def totals(tx: Transaction[Tables]) -> Totals:
    """How many plays, listens and linked listens there are."""
    raw, listens = tx.tables.listens_raw, tx.tables.listens
    counted = tx.connection.execute(select(func.count(raw.c.id))).scalar_one()
    kept, linked = tx.connection.execute(
        select(func.count(listens.c.id), func.count(listens.c.track_id))
    ).one()
    return Totals(counted, kept, linked)


def _place_in_time(play: PlayRead) -> tuple[datetime, int]:
    return play.listened_at, play.raw_id


def _plays_of(
    tx: Transaction[Tables],
    user_id: int,
    *,
    with_skips: bool,
    oldest_first: bool,
    limit: int | None,
) -> Iterator[PlayRead]:
    """The plays of one user, in order."""
    raw, listens = tx.tables.listens_raw.c, tx.tables.listens.c
    order = (raw.listened_at, raw.id) if with_skips else (listens.listened_at, listens.raw_id)
    of_user = (raw.user_id if with_skips else listens.user_id) == user_id
    query = _plays(tx.tables, with_skips=with_skips).where(of_user)
    query = query.order_by(*(order if oldest_first else (column.desc() for column in order)))
    rows = tx.connection.execute(query if limit is None else query.limit(limit))
    return (PlayRead(*row) for row in rows)


def _plays(tables: Tables, *, with_skips: bool) -> Select[Any]:
    raw, listens, users = tables.listens_raw, tables.listens, tables.users
    duplicates = tables.listen_duplicates
    joined = raw.join(users, users.c.id == raw.c.user_id)
    joined = joined.join(listens, listens.c.raw_id == raw.c.id, isouter=with_skips)
    joined = joined.outerjoin(duplicates, duplicates.c.raw_id == raw.c.id)
    return select(
        raw.c.id,
        raw.c.play_uid,
        listens.c.id,
        raw.c.listened_at,
        raw.c.ingested_at,
        users.c.username,
        raw.c.source,
        raw.c.source_track_id,
        raw.c.counted,
        raw.c.played_secs,
        raw.c.payload_version,
        raw.c.payload_json,
        listens.c.track_id,
        listens.c.match_confidence,
        listens.c.match_reason,
        listens.c.enrich_status,
        listens.c.last_enriched_at,
        duplicates.c.listen_id,
    ).select_from(joined)


def _tracks(tx: Transaction[Tables], track_ids: list[int]) -> dict[int, TrackRead]:
    tracks = tx.tables.tracks
    names, files = _artists(tx, track_ids), _files(tx, track_ids)
    rows = tx.connection.execute(
        select(tracks.c.id, tracks.c.title, tracks.c.duration_secs).where(
            tracks.c.id.in_(track_ids)
        )
    )
    return {
        track_id: TrackRead(
            track_id,
            title,
            tuple(names.get(track_id, ())),
            duration_s,
            tuple(files.get(track_id, ())),
        )
        for track_id, title, duration_s in rows
    }


def _artists(tx: Transaction[Tables], track_ids: list[int]) -> dict[int, list[str]]:
    """The names to show for each track, as credited, in order."""
    artists, credits_ = tx.tables.artists, tx.tables.track_artists
    names: dict[int, list[str]] = {}
    for track_id, name in tx.connection.execute(
        select(credits_.c.track_id, func.coalesce(credits_.c.credited_name, artists.c.name))
        .join(artists, artists.c.id == credits_.c.artist_id)
        .where(credits_.c.track_id.in_(track_ids), credits_.c.role.in_(("primary", "featuring")))
        .order_by(credits_.c.track_id, credits_.c.role.desc(), credits_.c.position)
    ):
        names.setdefault(track_id, []).append(name)
    return names


def _files(tx: Transaction[Tables], track_ids: list[int]) -> dict[int, list[FileRead]]:
    files, parts = tx.tables.media_files, tx.tables.media_file_parts
    columns = files.c.id, files.c.file_path, files.c.missing_since
    whole = select(files.c.track_id, *columns).where(files.c.track_id.in_(track_ids))
    part = (
        select(parts.c.track_id, *columns)
        .join(parts, parts.c.media_file_id == files.c.id)
        .where(parts.c.track_id.in_(track_ids))
    )
    found: dict[int, list[FileRead]] = {}
    for track_id, _, path, missing_since in tx.connection.execute(
        union(whole, part).order_by("track_id", "id")
    ):
        found.setdefault(track_id, []).append(FileRead(path, missing_since))
    return found
