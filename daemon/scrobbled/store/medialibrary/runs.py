"""What scans do besides files: their runs, what they could not read, what was not there."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from scrobbled.domain.library_record import FileRecord
from scrobbled.store.medialibrary.bulk import Row, in_lists, insert_rows
from scrobbled.store.transaction import Transaction

FILE_TAGS = "file_tags"
"""The tag source of what files say."""

_FILE_TAGS_PRIORITY = 50


def begin_run(tx: Transaction, kind: str, at: datetime) -> tuple[int, int]:
    """Notes that a scan begins, and that those that were running were interrupted.

    Args:
        tx: the transaction.
        kind: what is scanned.
        at: when it begins, UTC.

    Returns:
        The ids of the run and of the tag source that files' tags are from.
    """
    runs, sources = tx.tables.scan_runs, tx.tables.tag_sources
    tx.connection.execute(
        sa.update(runs)
        .where(runs.c.status == "running")
        .values(status="failed", message="It was interrupted.")
    )
    source_id = tx.connection.execute(
        sa.select(sources.c.id).where(sources.c.name == FILE_TAGS)
    ).scalar()
    if source_id is None:
        added = sa.insert(sources).values(name=FILE_TAGS, priority=_FILE_TAGS_PRIORITY)
        source_id = _number(tx.connection.execute(added))
    begun = sa.insert(runs).values(started_at=at, kind=kind, status="running")
    return _number(tx.connection.execute(begun)), int(source_id)


def _number(result: sa.CursorResult[tuple[()]]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise LookupError("the engine told no id")
    return int(key[0])


def end_run(
    tx: Transaction,
    number: int,
    *,
    status: str,
    at: datetime,
    seen: int,
    read: int,
    failed: int,
    message: str | None,
) -> None:
    """Notes how a scan ended: `status` is one of `SCAN_STATUSES`."""
    runs = tx.tables.scan_runs
    tx.connection.execute(
        sa.update(runs)
        .where(runs.c.id == number)
        .values(
            finished_at=at,
            status=status,
            files_seen=seen,
            files_read=read,
            files_failed=failed,
            message=message,
        )
    )


def note_errors(tx: Transaction, files: Iterable[FileRecord], at: datetime) -> None:
    """Notes of files that they cannot be read, in place of what was noted of them before."""
    broken = list(files)
    if not broken:
        return
    forget_errors(tx, (file.path_hash for file in broken))
    rows: list[Row] = [
        (
            *(file.path_hash, file.path, file.path_bytes, file.problem or ""),
            *(file.mtime_ns, file.size, int(at.timestamp())),
        )
        for file in broken
    ]
    columns = (
        *("file_path_hash", "file_path", "file_path_bytes", "reason"),
        *("mtime_ns", "size_bytes", "seen_at"),
    )
    insert_rows(tx, tx.tables.scan_errors, columns, rows)


def forget_errors(tx: Transaction, hashes: Iterable[str]) -> None:
    """Forgets that files could not be read."""
    errors = tx.tables.scan_errors
    for some in in_lists(list(hashes)):
        tx.connection.execute(sa.delete(errors).where(errors.c.file_path_hash.in_(some)))


def mark_missing(tx: Transaction, numbers: Iterable[int], at: datetime, run: int) -> None:
    """Notes that files are not there since `at`; those that were missing stay as they are."""
    files = tx.tables.media_files
    for some in in_lists(list(numbers)):
        tx.connection.execute(
            sa.update(files)
            .where(files.c.id.in_(some), files.c.missing_since.is_(None))
            .values(missing_since=at)
        )
        _touch_tracks_of(tx, some, run)


def mark_returned(tx: Transaction, numbers: Iterable[int], run: int) -> None:
    """Notes that missing files are there again, unchanged."""
    files = tx.tables.media_files
    for some in in_lists(list(numbers)):
        tx.connection.execute(
            sa.update(files).where(files.c.id.in_(some)).values(missing_since=None)
        )
        _touch_tracks_of(tx, some, run)


def _touch_tracks_of(tx: Transaction, files: list[int], run: int) -> None:
    table, tracks = tx.tables.media_files, tx.tables.tracks
    theirs = sa.select(table.c.track_id).where(table.c.id.in_(files), table.c.track_id.is_not(None))
    tx.connection.execute(sa.update(tracks).where(tracks.c.id.in_(theirs)).values(scan_run_id=run))


def mark_unread(tx: Transaction, numbers: Iterable[int]) -> None:
    """Makes files look changed, so that this scan, or the next if it is killed, reads them."""
    files = tx.tables.media_files
    for some in in_lists(list(numbers)):
        tx.connection.execute(sa.update(files).where(files.c.id.in_(some)).values(mtime_ns=-1))
