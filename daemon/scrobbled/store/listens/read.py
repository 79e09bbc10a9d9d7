"""Reads of the listening history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PlayRead:
    """One play with the listen that it became, if any, and its link.

    Attributes:
        listen_id: None for a skip, and for a play that stands for no listen of its own.
        listened_at: when it began to sound, UTC.
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
    counted: bool
    played_s: float
    payload: dict[str, Any]
    track_id: int | None
    confidence: float | None
    reason: str | None
    status: str | None
    enriched_at: datetime | None
    duplicate_of: int | None


@dataclass(frozen=True, slots=True)
class TrackRead:
    """A recording of the library, as it is shown.

    Attributes:
        artists: of the roles primary and featuring, in order.
        files: paths of its files.
    """

    track_id: int
    title: str
    artists: tuple[str, ...]
    duration_s: float | None
    files: tuple[str, ...]


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
) -> list[PlayRead]:
    """Plays in the order of their start.

    Args:
        tx: the transaction.
        user: only this user's; None for everybody's.
        with_skips: also plays that did not count.
        oldest_first: else newest first.
        limit: at most so many; None for all.
    """
    raw, users = tx.tables.listens_raw, tx.tables.users
    order = (raw.c.listened_at, raw.c.id)
    query = _plays(tx.tables, with_skips=with_skips)
    query = query.order_by(*(order if oldest_first else (column.desc() for column in order)))
    if user is not None:
        query = query.where(users.c.username == user)
    if limit is not None:
        query = query.limit(limit)
    return [PlayRead(*row) for row in tx.connection.execute(query)]


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
        CandidateRead(tracks[row.track_id], row.confidence, row.features_json or {}) for row in rows
    ]


def totals(tx: Transaction[Tables]) -> Totals:
    """How many plays, listens and linked listens there are."""
    raw, listens = tx.tables.listens_raw, tx.tables.listens
    counted = tx.connection.execute(select(func.count(raw.c.id))).scalar_one()
    kept, linked = tx.connection.execute(
        select(func.count(listens.c.id), func.count(listens.c.track_id))
    ).one()
    return Totals(counted, kept, linked)


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
        raw.c.counted,
        raw.c.played_secs,
        raw.c.payload_json,
        listens.c.track_id,
        listens.c.match_confidence,
        listens.c.match_reason,
        listens.c.enrich_status,
        listens.c.last_enriched_at,
        duplicates.c.listen_id,
    ).select_from(joined)


def _tracks(tx: Transaction[Tables], track_ids: list[int]) -> dict[int, TrackRead]:
    tables = tx.tables
    tracks, artists, credits_ = tables.tracks, tables.artists, tables.track_artists
    files = tables.media_files
    names: dict[int, list[str]] = {}
    for track_id, name in tx.connection.execute(
        select(credits_.c.track_id, func.coalesce(credits_.c.credited_name, artists.c.name))
        .join(artists, artists.c.id == credits_.c.artist_id)
        .where(credits_.c.track_id.in_(track_ids), credits_.c.role.in_(("primary", "featuring")))
        .order_by(credits_.c.track_id, credits_.c.role.desc(), credits_.c.position)
    ).tuples():
        names.setdefault(track_id, []).append(name)
    paths: dict[int, list[str]] = {}
    for track_id, path in tx.connection.execute(
        select(files.c.track_id, files.c.file_path)
        .where(files.c.track_id.in_(track_ids))
        .order_by(files.c.id)
    ).tuples():
        paths.setdefault(track_id, []).append(path)
    rows = tx.connection.execute(
        select(tracks.c.id, tracks.c.title, tracks.c.duration_secs).where(
            tracks.c.id.in_(track_ids)
        )
    )
    return {
        row.id: TrackRead(
            row.id,
            row.title,
            tuple(names.get(row.id, ())),
            row.duration_secs,
            tuple(paths.get(row.id, ())),
        )
        for row in rows
    }
