"""The rest of the media library: files, scans, playlists, events."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, one_of
from scrobbled.store.migrations import steps
from scrobbled.store.types import Code, DisplayText, Instant, KeyText, LongText, ShortenedText

revision = "0002"
down_revision = "0001"

_SCAN_STATUSES = ("running", "finished", "failed", "cancelled")


def upgrade() -> None:
    """Creates these tables."""
    define = steps.media_library(known=("tracks", "releases"))
    steps.create(define, _tables(define))


def _tables(define: Definition) -> Iterator[sa.Table]:
    yield _media_files(define)
    yield _media_file_parts(define)
    yield _media_file_locations(define)
    yield _scan_runs(define)
    yield _scan_errors(define)
    yield _publishers(define)
    yield _release_publishers(define)
    yield _playlists(define)
    yield _playlist_items(define)
    yield _events(define)
    yield _event_recordings(define)


def _path_columns() -> tuple[sa.Column[str], sa.Column[bytes]]:
    return (
        sa.Column("file_path", LongText, nullable=False, comment="Absolute; escaped if not UTF-8."),
        sa.Column("file_path_bytes", sa.LargeBinary, comment="The path; NULL if it is UTF-8."),
    )


def _media_files(define: Definition) -> sa.Table:
    return define.entity(
        "media_files",
        define.own("track_id", "tracks", "SET NULL", "NULL when unmatched.", nullable=True),
        *_path_columns(),
        sa.Column("file_path_hash", Code(64), nullable=False, unique=True, comment="SHA-256."),
        sa.Column("audio_hash", Code(64), comment="Of the packets, without tags; NULL if not yet."),
        sa.Column("position_key", Code(64), comment="Hash of album artist/album/disc/no./title."),
        sa.Column("duration_secs", sa.Double, comment="Length; NULL when unknown."),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False, comment="As stat says."),
        sa.Column("size_bytes", sa.BigInteger, nullable=False, comment="As stat says."),
        sa.Column("format", KeyText(32), comment="mp3, flac, …"),
        sa.Column("bitrate", sa.Integer, comment="Bits a second."),
        sa.Column("sample_rate", sa.Integer, comment="Hertz."),
        sa.Column("channels", sa.SmallInteger),
        sa.Column("missing_since", Instant, comment="NULL while the file is there."),
        sa.Column("scanned_at", Instant, nullable=False, comment="When its tags were read."),
        sa.Index("ix_media_files_track_id", "track_id"),
        sa.Index("ix_media_files_audio_hash", "audio_hash"),
        sa.Index("ix_media_files_position_key", "position_key"),
        comment="Local files.",
    )


def _media_file_parts(define: Definition) -> sa.Table:
    return define.entity(
        "media_file_parts",
        define.own("media_file_id", "media_files", "CASCADE", "The file."),
        define.own("track_id", "tracks", "SET NULL", "NULL when unmatched.", nullable=True),
        sa.Column("start_ms", sa.Integer, nullable=False, comment="From the file's start."),
        sa.Column("end_ms", sa.Integer, comment="NULL for the end of the file."),
        sa.UniqueConstraint("media_file_id", "start_ms"),
        sa.Index("ix_media_file_parts_track_id", "track_id"),
        comment="Recordings that are a part of a file (CUE sheets).",
    )


def _media_file_locations(define: Definition) -> sa.Table:
    return define.relation(
        "media_file_locations",
        sa.Column("source", KeyText(), nullable=False, comment="As in listens_raw."),
        sa.Column("uri", ShortenedText(), nullable=False, comment="As source_track_id."),
        define.own("media_file_id", "media_files", "CASCADE", "The file."),
        sa.Index("ix_media_file_locations_media_file_id", "media_file_id"),
        key=("source", "uri"),
        comment="How each source names a file.",
    )


def _scan_runs(define: Definition) -> sa.Table:
    return define.entity(
        "scan_runs",
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("finished_at", Instant, comment="NULL while it runs, or if it was killed."),
        sa.Column("kind", KeyText(32), nullable=False, comment="What was scanned."),
        sa.Column("status", KeyText(16), nullable=False),
        sa.Column("files_seen", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("files_read", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("files_failed", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("message", LongText, comment="What there is to say about it."),
        one_of("status", _SCAN_STATUSES),
        comment="One row for each scan.",
    )


def _scan_errors(define: Definition) -> sa.Table:
    return define.relation(
        "scan_errors",
        sa.Column("file_path_hash", Code(64), nullable=False, comment="SHA-256 of the path."),
        *_path_columns(),
        sa.Column("reason", LongText, nullable=False, comment="Why it cannot be read."),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False, comment="As stat said then."),
        sa.Column("size_bytes", sa.BigInteger, nullable=False, comment="As stat said then."),
        sa.Column("seen_at", Instant, nullable=False),
        key=("file_path_hash",),
        comment="Files that cannot be read; tried again only when they change.",
        clustered=False,
    )


def _publishers(define: Definition) -> sa.Table:
    return define.entity(
        "publishers",
        sa.Column("name", DisplayText(), nullable=False),
        sa.Column("name_normalized", ShortenedText(), nullable=False),
        sa.Column("platform", KeyText(32), nullable=False, comment="youtube, soundcloud, …"),
        sa.Column("handle", KeyText(), comment="The publisher's name there."),
        sa.Index("ix_publishers_name_normalized", "name_normalized"),
        sa.Index("ix_publishers_platform_handle", "platform", "handle"),
        comment="Channels and platforms that publish.",
    )


def _release_publishers(define: Definition) -> sa.Table:
    return define.relation(
        "release_publishers",
        define.own("release_id", "releases", "CASCADE", "The edition."),
        define.own("publisher_id", "publishers", "CASCADE", "The publisher."),
        sa.Index("ix_release_publishers_publisher_id", "publisher_id"),
        key=("release_id", "publisher_id"),
        comment="Publishers of an edition.",
    )


def _playlists(define: Definition) -> sa.Table:
    return define.entity(
        "playlists",
        sa.Column("platform", KeyText(32), nullable=False),
        define.own("owner_publisher_id", "publishers", "SET NULL", "Whose it is.", nullable=True),
        sa.Column("title", DisplayText(), nullable=False),
        sa.Column("title_normalized", ShortenedText(), nullable=False),
        sa.Index("ix_playlists_owner_publisher_id", "owner_publisher_id"),
        comment="Playlists and series.",
    )


def _playlist_items(define: Definition) -> sa.Table:
    return define.relation(
        "playlist_items",
        define.own("playlist_id", "playlists", "CASCADE", "The playlist."),
        sa.Column("position", sa.Integer, nullable=False, comment="Order; gaps are usual."),
        define.own("track_id", "tracks", "CASCADE", "Or a release.", nullable=True),
        define.own("release_id", "releases", "CASCADE", "Or a track.", nullable=True),
        sa.CheckConstraint("(track_id IS NULL) <> (release_id IS NULL)", name="one_target"),
        sa.Index("ix_playlist_items_track_id", "track_id"),
        sa.Index("ix_playlist_items_release_id", "release_id"),
        key=("playlist_id", "position"),
        comment="What is on a playlist: a track or a release each.",
    )


def _events(define: Definition) -> sa.Table:
    return define.entity(
        "events",
        sa.Column("name", DisplayText(), nullable=False),
        sa.Column("name_normalized", ShortenedText(), nullable=False),
        sa.Column("start_date", KeyText(10), comment="ISO 8601, as much as is known."),
        sa.Column("end_date", KeyText(10), comment="Likewise."),
        sa.Column("location", DisplayText()),
        sa.Index("ix_events_name_normalized", "name_normalized"),
        comment="Festivals and shows.",
    )


def _event_recordings(define: Definition) -> sa.Table:
    return define.relation(
        "event_recordings",
        define.own("event_id", "events", "CASCADE", "The event."),
        define.own("track_id", "tracks", "CASCADE", "The recording of a set."),
        sa.Column("stage", DisplayText()),
        sa.Column("set_time", Instant, comment="When the set began."),
        sa.Index("ix_event_recordings_track_id", "track_id"),
        key=("event_id", "track_id"),
        comment="Sets recorded at an event.",
    )
