"""Users, their plays as captured, and the listens made of them."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, one_of, text_default
from scrobbled.store.types import (
    Code,
    DisplayText,
    Instant,
    KeyText,
    ShortenedText,
    WholeSeconds,
)

ENRICH_STATUSES = ("pending", "matched", "ambiguous", "unmatched", "manual")
"""What `listens.enrich_status` can be."""

MATCH_REASONS = (
    "manual",
    "file",
    "item",
    "recording_mbid",
    "isrc",
    "exact",
    "normalized",
    "parsed",
    "fuzzy",
    "other_edit",
    "own_metadata",
)
"""What `match_reason` can be, where there is one."""


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables."""
    yield _users(define)
    yield _config(define)
    yield _listens_raw(define)
    yield _listen_strings(define)
    yield _listen_string_keys(define)
    yield _listens(define)
    yield _listen_duplicates(define)
    yield _source_items(define)


def _users(define: Definition) -> sa.Table:
    return define.entity(
        "users",
        sa.Column("username", KeyText(), nullable=False, unique=True),
        sa.Column("timezone", KeyText(64), comment="IANA name; NULL for the system's."),
        sa.Column("created_at", Instant, nullable=False),
        comment="Whose plays there are.",
    )


def _config(define: Definition) -> sa.Table:
    return define.relation(
        "config",
        sa.Column("key", KeyText(), nullable=False, comment="Namespaced, such as analyzer.x."),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        key=("key",),
        comment="What the daemon remembers about itself.",
        clustered=False,
    )


def _play_columns(define: Definition) -> tuple[sa.Column[int], sa.Column[object], sa.Column[int]]:
    return (
        define.own("user_id", "users", "RESTRICT", "Whose play it is."),
        sa.Column("listened_at", Instant, nullable=False, comment="When it began to sound."),
        sa.Column("utc_offset_min", sa.SmallInteger, comment="The user's then; NULL if unknown."),
    )


def _listens_raw(define: Definition) -> sa.Table:
    return define.entity(
        "listens_raw",
        sa.Column("play_uid", Code(36), nullable=False, unique=True, comment="Given by capture."),
        *_play_columns(define),
        sa.Column("ingested_at", Instant, nullable=False, comment="When this row was written."),
        sa.Column("source", KeyText(), nullable=False, comment="<type>:<name>"),
        sa.Column("source_track_id", ShortenedText(), comment="Its name there; NULL: not known."),
        sa.Column(
            "source_track_key",
            KeyText(),
            sa.Computed("coalesce(source_track_id, '')", persisted=True),
            comment="source_track_id, or empty; for the unique key.",
        ),
        sa.Column("counted", sa.Boolean, nullable=False, comment="False for a skip."),
        sa.Column("played_secs", sa.Double, nullable=False, comment="Seconds that sounded."),
        sa.Column("payload_version", sa.SmallInteger, nullable=False),
        sa.Column("payload_json", sa.JSON, nullable=False, comment="All that is known of it."),
        sa.UniqueConstraint(
            "user_id", "listened_at", "source", "source_track_key", name="uq_listens_raw_play"
        ),
        comment="Every play, as captured; rows are never changed.",
    )


def _link_columns() -> tuple[sa.Column[float], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("match_confidence", sa.Double, comment="0 to 1; NULL without a link."),
        sa.Column("match_reason", KeyText(16), comment="Why it is linked, or NULL."),
        sa.Column("matcher_version", sa.Integer, comment="Of what decided; NULL if nothing has."),
    )


def _link_checks() -> tuple[sa.CheckConstraint, sa.CheckConstraint]:
    return (
        one_of("match_reason", MATCH_REASONS),
        sa.CheckConstraint("match_confidence BETWEEN 0 AND 1", name="match_confidence"),
    )


def _listen_strings(define: Definition) -> sa.Table:
    return define.entity(
        "listen_strings",
        sa.Column("key_hash", Code(64), nullable=False, unique=True, comment="Of all that follows"),
        sa.Column("artist", DisplayText(), nullable=False, server_default=text_default("")),
        sa.Column("title", DisplayText(), nullable=False, server_default=text_default("")),
        sa.Column("album", DisplayText(), comment="NULL when not told."),
        sa.Column("album_artist", DisplayText(), comment="NULL when not told."),
        sa.Column("duration_bucket", sa.Integer, comment="Of the length; NULL when not told."),
        sa.Column("recording_mbid", Code(36), comment="NULL when not told."),
        sa.Column("isrc", Code(12), comment="NULL when not told."),
        sa.Column("norm_version", sa.Integer, nullable=False, comment="Of its keys; 0: none yet."),
        define.of_library("track_id", "tracks", "SET NULL", "What it means.", nullable=True),
        *_link_columns(),
        sa.Column("last_searched_at", Instant, comment="NULL while it was never looked for."),
        *_link_checks(),
        sa.Index("ix_listen_strings_track_id", "track_id"),
        sa.Index("ix_listen_strings_last_searched_at", "last_searched_at"),
        comment="Each distinct way in which a track was named: what is searched and remembered.",
    )


def _listen_string_keys(define: Definition) -> sa.Table:
    return define.relation(
        "listen_string_keys",
        sa.Column("key8", sa.BigInteger, nullable=False, comment="As track_key.key8."),
        sa.Column("kind", sa.SmallInteger, nullable=False, comment="As track_key.kind."),
        define.own("string_id", "listen_strings", "CASCADE", "The string."),
        sa.Index("ix_listen_string_keys_string_id", "string_id"),
        key=("key8", "kind", "string_id"),
        comment="Matching keys of strings; what new recordings are looked up in.",
    )


def _listens(define: Definition) -> sa.Table:
    pending = sa.text("enrich_status = 'pending'")
    return define.entity(
        "listens",
        define.own("raw_id", "listens_raw", "RESTRICT", "The play that it is."),
        *_play_columns(define),
        sa.Column("duration_secs", WholeSeconds, comment="Seconds heard; NULL when unknown."),
        define.own("string_id", "listen_strings", "RESTRICT", "How it was named.", nullable=True),
        define.of_library("track_id", "tracks", "SET NULL", "NULL: not linked.", nullable=True),
        sa.Column(
            "enrich_status", KeyText(16), nullable=False, server_default=text_default("pending")
        ),
        *_link_columns(),
        sa.Column("last_enriched_at", Instant, comment="NULL while it never was."),
        one_of("enrich_status", ENRICH_STATUSES),
        *_link_checks(),
        sa.UniqueConstraint("raw_id"),
        sa.UniqueConstraint("user_id", "track_id", "listened_at", name="uq_listen_dedupe"),
        sa.Index("ix_listens_user_id_listened_at", "user_id", "listened_at"),
        sa.Index("ix_listens_track_id", "track_id"),
        sa.Index("ix_listens_string_id", "string_id"),
        # Engines with partial indexes hold only what waits; ask with the literal 'pending'.
        sa.Index(
            "ix_listens_enrich_status",
            "enrich_status",
            "id",
            **define.only_where(pending),
        ),
        comment="Plays that counted.",
    )


def _listen_duplicates(define: Definition) -> sa.Table:
    return define.relation(
        "listen_duplicates",
        define.own("raw_id", "listens_raw", "RESTRICT", "The play that is no listen of its own."),
        define.own("listen_id", "listens", "CASCADE", "The listen that stands for it."),
        sa.Column("reason", KeyText(32), nullable=False),
        sa.Column("at", Instant, nullable=False, comment="When it was found."),
        sa.Index("ix_listen_duplicates_listen_id", "listen_id"),
        key=("raw_id",),
        comment="Plays that were captured twice.",
    )


def _source_items(define: Definition) -> sa.Table:
    return define.relation(
        "source_items",
        sa.Column("source", KeyText(), nullable=False, comment="As in listens_raw."),
        sa.Column("item_id", ShortenedText(), nullable=False, comment="As source_track_id."),
        sa.Column("version", sa.Integer, nullable=False, comment="Counts up from 1."),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("payload_json", sa.JSON, nullable=False, comment="As the server said."),
        key=("source", "item_id", "version"),
        comment="What a server said about an item, each time that it changed.",
        clustered=False,
    )
