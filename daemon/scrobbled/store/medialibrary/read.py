"""Reads of the media library that scanning and matching need."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.store.medialibrary.bulk import Row, fetch_rows, in_lists
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Page:
    """Some known files.

    Attributes:
        rows: as (path, the path's bytes where it is no UTF-8, mtime in nanoseconds, size in bytes,
            id, whether it was missing).
        last: the id of the last of them; None when there are no more.
    """

    rows: Sequence[Row]
    last: int | None


def known_files(tx: Transaction, *, after: int, limit: int, below: str | None = None) -> Page:
    """Files of the library in the order of their ids.

    Args:
        tx: the transaction.
        after: the id after which to begin.
        limit: how many at most.
        below: the folder (as text) that they are in; None for all.
    """
    table = tx.tables.media_files
    statement = (
        sa.select(
            *(table.c.file_path, table.c.file_path_bytes, table.c.mtime_ns, table.c.size_bytes),
            *(table.c.id, sa.case((table.c.missing_since.is_(None), 0), else_=1)),
        )
        .where(table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
    )
    if below is not None:
        statement = statement.where(_is_below(table.c.file_path, below))
    rows = fetch_rows(tx, statement)
    return Page(rows, rows[-1][4] if len(rows) == limit else None)


def broken_files(tx: Transaction) -> list[tuple[bytes, int, int]]:
    """Files that could not be read, as (path, mtime in nanoseconds, size in bytes)."""
    table = tx.tables.scan_errors
    rows = tx.connection.execute(
        sa.select(table.c.file_path, table.c.file_path_bytes, table.c.mtime_ns, table.c.size_bytes)
    )
    return [(raw or path.encode(), mtime_ns, size) for path, raw, mtime_ns, size in rows]


def files_at(tx: Transaction, hashes: Iterable[str]) -> list[int]:
    """The ids of the files at the paths with these hashes."""
    table = tx.tables.media_files
    found: list[int] = []
    for some in in_lists(list(hashes)):
        statement = sa.select(table.c.id).where(table.c.file_path_hash.in_(some))
        found += tx.connection.execute(statement).scalars()
    return found


def places_of(tx: Transaction, numbers: Iterable[int]) -> list[tuple[int, bytes, int]]:
    """Files by their ids, as (id, path, size in bytes)."""
    table = tx.tables.media_files
    found: list[tuple[int, bytes, int]] = []
    for some in in_lists(list(numbers)):
        rows = tx.connection.execute(
            sa.select(
                table.c.id, table.c.file_path, table.c.file_path_bytes, table.c.size_bytes
            ).where(table.c.id.in_(some))
        )
        found += [(number, raw or path.encode(), size) for number, path, raw, size in rows]
    return found


def siblings_of(tx: Transaction, numbers: Iterable[int]) -> list[tuple[int, bytes]]:
    """The other files, not missing, of the tracks of these files, as (id, path)."""
    table = tx.tables.media_files
    wanted = set(numbers)
    found: dict[int, bytes] = {}
    for some in in_lists(wanted):
        theirs = sa.select(table.c.track_id).where(table.c.id.in_(some))
        rows = tx.connection.execute(
            sa.select(table.c.id, table.c.file_path, table.c.file_path_bytes).where(
                table.c.track_id.in_(theirs), table.c.missing_since.is_(None)
            )
        )
        found.update({number: raw or path.encode() for number, path, raw in rows})
    return [(number, path) for number, path in found.items() if number not in wanted]


def changed_tracks(tx: Transaction, *, since_run: int, after: int = 0, limit: int) -> list[int]:
    """The ids of tracks that scans added, changed or took the last file of, ascending.

    Args:
        tx: the transaction.
        since_run: the first scan (`scan_runs.id`) whose changes are wanted.
        after: the track after which to begin.
        limit: how many at most.
    """
    table = tx.tables.tracks
    statement = (
        sa.select(table.c.id)
        .where(table.c.scan_run_id >= since_run, table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
    )
    return list(tx.connection.execute(statement).scalars())


def last_run(tx: Transaction) -> int:
    """The id of the newest scan; 0 when there was none."""
    runs = tx.tables.scan_runs
    return int(tx.connection.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0)


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or in it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _is_below(column: sa.Column[str], folder: str) -> sa.ColumnElement[bool]:
    prefix = folder.rstrip(os.sep) + os.sep
    return sa.or_(column == folder, sa.func.substr(column, 1, len(prefix)) == prefix)
