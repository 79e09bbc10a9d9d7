"""Recordings and everything that the tags say about them."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition
from scrobbled.store.medialibrary import releases
from scrobbled.store.types import Code, DisplayText, Id, KeyText, LongText, ShortenedText


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables, and `release_items`."""
    yield _tracks(define)
    yield releases.release_items(define)
    yield _title_aliases(define)
    yield _track_artists(define)
    yield _track_genres(define)
    yield _track_labels(define)
    yield _track_tag_attributes(define)
    yield _track_tag_values(define)
    yield _track_key(define)


def _tracks(define: Definition) -> sa.Table:
    return define.entity(
        "tracks",
        sa.Column("track_uid", Code(36), nullable=False, unique=True, comment="Given once, kept."),
        sa.Column("title", DisplayText(), nullable=False, comment="Canonical title."),
        sa.Column("title_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        sa.Column("title_search", DisplayText(), comment="Without case and accents; to search."),
        sa.Column("duration_secs", sa.Double, comment="Length; NULL when unknown."),
        define.own("primary_artist_id", "artists", "SET NULL", "First artist.", nullable=True),
        define.own("album_id", "release_groups", "SET NULL", "Release group.", nullable=True),
        sa.Column(
            "norm_version",
            sa.Integer,
            nullable=False,
            server_default=sa.text("0"),
            comment="Version of the normalisation that made its keys; 0 for none yet.",
        ),
        sa.Column(
            "scan_run_id",
            Id,
            nullable=False,
            server_default=sa.text("0"),
            comment="The scan that last added or changed it, or took its last file; 0 for none.",
        ),
        sa.Index("ix_tracks_scan_run_id", "scan_run_id"),
        sa.Index("ix_tracks_title_normalized", "title_normalized"),
        sa.Index("ix_tracks_primary_artist_id", "primary_artist_id"),
        sa.Index("ix_tracks_album_id", "album_id"),
        comment="Recordings: one row for each, however many files and albums have it.",
    )


def _title_aliases(define: Definition) -> sa.Table:
    return define.entity(
        "title_aliases",
        define.own("track_id", "tracks", "CASCADE", "Whose other title it is."),
        sa.Column("alias", DisplayText(), nullable=False, comment="The other title."),
        sa.Column("alias_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        define.own("source_id", "tag_sources", "RESTRICT", "Who said so.", nullable=True),
        sa.UniqueConstraint("track_id", "alias_normalized"),
        sa.Index("ix_title_aliases_alias_normalized", "alias_normalized"),
        comment="Alternate titles of recordings.",
    )


def _track_artists(define: Definition) -> sa.Table:
    return define.relation(
        "track_artists",
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        define.own("artist_id", "artists", "CASCADE", "The artist."),
        sa.Column("role", KeyText(32), nullable=False, comment="primary, featuring, remixer, …"),
        sa.Column("position", sa.SmallInteger, nullable=False, comment="Order, from 0."),
        sa.Column("credited_name", DisplayText(), comment="As credited, if not by their name."),
        sa.Column("join_phrase", DisplayText(), comment="What stands before the next, as tagged."),
        sa.Index("ix_track_artists_artist_id", "artist_id", "track_id"),
        key=("track_id", "artist_id", "role"),
        comment="Artists of a recording, with roles and order.",
    )


def _track_genres(define: Definition) -> sa.Table:
    return define.relation(
        "track_genres",
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        define.own("genre_id", "genres", "CASCADE", "The genre."),
        sa.Column(
            "weight",
            sa.Double,
            nullable=False,
            server_default=sa.text("1"),
            comment="From 0 to 1.",
        ),
        sa.Index("ix_track_genres_genre_id", "genre_id", "track_id"),
        key=("track_id", "genre_id"),
        comment="Weighted genres of a recording.",
    )


def _track_labels(define: Definition) -> sa.Table:
    return define.relation(
        "track_labels",
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        define.own("label_id", "labels", "CASCADE", "The label."),
        sa.Index("ix_track_labels_label_id", "label_id"),
        key=("track_id", "label_id"),
        comment="Labels of a recording.",
    )


def _track_tag_attributes(define: Definition) -> sa.Table:
    return define.relation(
        "track_tag_attributes",
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        sa.Column("key", KeyText(64), nullable=False, comment="Name of the tag."),
        sa.Column("value", LongText, nullable=False, comment="The value that won."),
        define.own("source_id", "tag_sources", "RESTRICT", "Who said so."),
        sa.Index("ix_track_tag_attributes_source_id", "source_id"),
        key=("track_id", "key"),
        comment="Tags resolved by the priority of their sources.",
        clustered=False,
    )


def _track_tag_values(define: Definition) -> sa.Table:
    return define.relation(
        "track_tag_values",
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        define.own("source_id", "tag_sources", "RESTRICT", "Who said so."),
        sa.Column("key", KeyText(64), nullable=False, comment="Name of the tag."),
        sa.Column("ordinal", sa.SmallInteger, nullable=False, comment="Order, from 0."),
        sa.Column("value", LongText, nullable=False),
        sa.Index("ix_track_tag_values_source_id", "source_id"),
        key=("track_id", "source_id", "key", "ordinal"),
        comment="Every value that every source gave; resolved into track_tag_attributes.",
        clustered=False,
    )


def _track_key(define: Definition) -> sa.Table:
    return define.relation(
        "track_key",
        sa.Column("key8", sa.BigInteger, nullable=False, comment="64 bits of a hash, signed."),
        sa.Column("kind", sa.SmallInteger, nullable=False, comment="Which key it is."),
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        sa.Index("ix_track_key_track_id", "track_id"),
        key=("key8", "kind", "track_id"),
        comment="Matching keys of recordings, joined with listen_string_keys.",
    )
