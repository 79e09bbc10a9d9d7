"""The rows of media files: new, changed and moved ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scrobbled.domain.library_record import FileRecord
from scrobbled.domain.text import nfc_stripped, shorten_key
from scrobbled.store.medialibrary.bulk import Row, in_lists, insert_new, insert_numbered
from scrobbled.store.transaction import Transaction

FILE_SOURCE = "file"
"""What `media_file_locations.source` says for the file's own path."""

_COLUMNS = (
    *("track_id", "file_path", "file_path_bytes", "file_path_hash", "position_key"),
    *("duration_secs", "mtime_ns", "size_bytes", "format", "bitrate", "sample_rate"),
    *("channels", "scanned_at"),
)


@dataclass(frozen=True, slots=True)
class FiledAlready:
    """A media file's row.

    Attributes:
        number: its id.
        track_id: None when unmatched.
        duration_s: None when unknown.
        size: bytes.
        siblings: other files of the same track that are there.
        unnamed: whether its track has no artist, as of a file without tags.
    """

    number: int
    track_id: int | None
    duration_s: float | None
    size: int
    siblings: int
    unnamed: bool


def filed_by_path(tx: Transaction, hashes: Iterable[str]) -> dict[str, FiledAlready]:
    """The rows of files by the hashes of their paths, as far as there are any."""
    table = tx.tables.media_files
    found: dict[str, FiledAlready] = {}
    for some in in_lists(list(hashes)):
        found.update(_filed(tx, table.c.file_path_hash.in_(some)))
    return found


def filed_by_number(tx: Transaction, numbers: Iterable[int]) -> list[FiledAlready]:
    """The rows of files by their ids, in the order of these."""
    table = tx.tables.media_files
    found: list[FiledAlready] = []
    for some in in_lists(sorted(set(numbers))):
        found += _filed(tx, table.c.id.in_(some)).values()
    return found


def _filed(tx: Transaction, condition: sa.ColumnElement[bool]) -> dict[str, FiledAlready]:
    table, tracks = tx.tables.media_files, tx.tables.tracks
    other = table.alias("other")
    siblings = (
        sa.select(sa.func.count())
        .where(
            other.c.track_id == table.c.track_id,
            other.c.id != table.c.id,
            other.c.missing_since.is_(None),
        )
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        sa.select(
            *(table.c.file_path_hash, table.c.id, table.c.track_id, table.c.duration_secs),
            *(table.c.size_bytes, siblings, tracks.c.primary_artist_id.is_(None)),
        )
        .outerjoin(tracks, tracks.c.id == table.c.track_id)
        .where(condition)
        .order_by(table.c.id)
    )
    return {row[0]: FiledAlready(*row[1:]) for row in rows}


def file_new(tx: Transaction, files: list[tuple[FileRecord, int]], scanned_at: datetime) -> None:
    """Adds files, each with the id of its track."""
    seconds = int(scanned_at.timestamp())
    rows: list[Row] = [
        (
            *(track_id, file.path, file.path_bytes, file.path_hash, file.position_key),
            *(file.duration_s, file.mtime_ns, file.size, file.format, file.bitrate),
            *(file.sample_rate, file.channels, seconds),
        )
        for file, track_id in files
    ]
    numbers = insert_numbered(tx, tx.tables.media_files, _COLUMNS, rows)
    _locate(tx, zip(numbers, (file.path for file, _ in files), strict=True))


def file_again(
    tx: Transaction, files: list[tuple[int, FileRecord, int]], scanned_at: datetime
) -> None:
    """Changes files given by their ids: what they hold, where they are; they are not missing."""
    table, locations = tx.tables.media_files, tx.tables.media_file_locations
    for number, file, track_id in files:
        tx.connection.execute(
            sa.update(table)
            .where(table.c.id == number)
            .values(
                track_id=track_id,
                file_path=file.path,
                file_path_bytes=file.path_bytes,
                file_path_hash=file.path_hash,
                position_key=file.position_key,
                duration_secs=file.duration_s,
                mtime_ns=file.mtime_ns,
                size_bytes=file.size,
                format=file.format,
                bitrate=file.bitrate,
                sample_rate=file.sample_rate,
                channels=file.channels,
                audio_hash=None,
                missing_since=None,
                scanned_at=scanned_at,
            )
        )
        tx.connection.execute(
            sa.delete(locations).where(
                locations.c.media_file_id == number, locations.c.source == FILE_SOURCE
            )
        )
    _locate(tx, ((number, file.path) for number, file, _ in files))


def leave_broken(tx: Transaction, files: Iterable[tuple[int, FileRecord]]) -> None:
    """Notes of files given by their ids that they cannot be read as they now are."""
    table = tx.tables.media_files
    for number, file in files:
        tx.connection.execute(
            sa.update(table)
            .where(table.c.id == number)
            .values(mtime_ns=file.mtime_ns, size_bytes=file.size, missing_since=None)
        )


def _locate(tx: Transaction, files: Iterable[tuple[int, str]]) -> None:
    rows: list[Row] = [
        (FILE_SOURCE, shorten_key(nfc_stripped(path)), number) for number, path in files
    ]
    insert_new(tx, tx.tables.media_file_locations, ("source", "uri", "media_file_id"), rows)
