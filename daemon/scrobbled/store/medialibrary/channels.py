"""Publishers and their playlists, events and their recordings."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition
from scrobbled.store.types import DisplayText, Instant, KeyText, ShortenedText


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables."""
    yield _publishers(define)
    yield _release_publishers(define)
    yield _playlists(define)
    yield _playlist_items(define)
    yield _events(define)
    yield _event_recordings(define)


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
