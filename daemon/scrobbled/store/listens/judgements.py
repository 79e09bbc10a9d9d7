"""What people decided about links, and the rules they gave."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, one_of
from scrobbled.store.types import Code, Instant, KeyText, LongText, ShortenedText

DECISION_SCOPES = ("listen", "item", "string")
"""What a decision holds for: one play, an item of a source, or everything so named."""

DECISION_VERDICTS = ("track", "not_track", "not_in_library")
"""What was decided: it is this recording, it is not this one, or it is none that is there."""

_SCOPE_COLUMNS = (
    "(scope = 'listen' AND raw_id IS NOT NULL)"
    " OR (scope = 'item' AND source IS NOT NULL AND source_track_id IS NOT NULL)"
    " OR (scope = 'string' AND string_hash IS NOT NULL)"
)


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables."""
    yield _match_decisions(define)
    yield _rules(define)
    yield _listen_exclusions(define)


def _match_decisions(define: Definition) -> sa.Table:
    return define.entity(
        "match_decisions",
        define.own(
            "user_id", "users", "RESTRICT", "Who decided; NULL: nobody named.", nullable=True
        ),
        sa.Column("scope", KeyText(16), nullable=False, comment="What it holds for."),
        define.own("raw_id", "listens_raw", "RESTRICT", "Scope listen: the play.", nullable=True),
        sa.Column("source", KeyText(), comment="Scope item: the source."),
        sa.Column("source_track_id", ShortenedText(), comment="Scope item: the item."),
        sa.Column("string_hash", Code(64), comment="Scope string: SHA-256 of the three, NFC."),
        sa.Column("artist", LongText, comment="As the player named it, NFC; NULL: not told."),
        sa.Column("title", LongText, comment="Likewise."),
        sa.Column("album", LongText, comment="Likewise."),
        sa.Column("verdict", KeyText(16), nullable=False),
        sa.Column("target_track_uid", Code(36), comment="The recording, tried first."),
        sa.Column("target_recording_mbid", Code(36), comment="The recording, tried second."),
        sa.Column("target_audio_hash", Code(64), comment="The recording, tried third."),
        sa.Column("target_position_key", Code(64), comment="The recording, tried last."),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant, comment="NULL while it holds."),
        one_of("scope", DECISION_SCOPES),
        one_of("verdict", DECISION_VERDICTS),
        sa.CheckConstraint(_SCOPE_COLUMNS, name="scope_columns"),
        sa.Index("ix_match_decisions_raw_id", "raw_id"),
        sa.Index("ix_match_decisions_item", "source", "source_track_id"),
        sa.Index("ix_match_decisions_string_hash", "string_hash"),
        comment="Links that people decided, by what stays the same through scans and rebuilds.",
    )


def _rules(define: Definition) -> sa.Table:
    return define.entity(
        "rules",
        sa.Column("seq", sa.BigInteger, nullable=False, unique=True, comment="Order of effect."),
        define.own("user_id", "users", "RESTRICT", "NULL: the household.", nullable=True),
        sa.Column("kind", KeyText(32), nullable=False, comment="merge, exclude, …"),
        sa.Column("selector", sa.JSON, nullable=False, comment="What it is about."),
        sa.Column("action", sa.JSON, nullable=False, comment="What is done with it."),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant, comment="NULL while it holds."),
        comment="Corrections, for what there is and what is to come.",
    )


def _listen_exclusions(define: Definition) -> sa.Table:
    return define.relation(
        "listen_exclusions",
        define.own("listen_id", "listens", "CASCADE", "What is left out."),
        define.own("rule_id", "rules", "CASCADE", "The rule."),
        sa.Index("ix_listen_exclusions_rule_id", "rule_id"),
        key=("listen_id", "rule_id"),
        comment="Listens that a rule leaves out of the statistics.",
    )
