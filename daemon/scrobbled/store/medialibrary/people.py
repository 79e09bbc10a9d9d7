"""Artists, genres, labels, and what says who they are elsewhere."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, one_of, text_default
from scrobbled.store.types import Code, DisplayText, Id, KeyText, ShortenedText

ENTITY_TYPES = (
    "track",
    "release",
    "release_group",
    "artist",
    "label",
    "publisher",
    "playlist",
    "event",
    "genre",
)
"""What an external id or a redirect can be about."""


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables."""
    yield _artists(define)
    yield _tag_sources(define)
    yield _artist_aliases(define)
    yield _genres(define)
    yield _labels(define)
    yield _external_ids(define)
    yield _entity_redirects(define)


def _artists(define: Definition) -> sa.Table:
    return define.entity(
        "artists",
        sa.Column("name", DisplayText(), nullable=False, comment="Display name."),
        sa.Column("name_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        sa.Column("name_search", DisplayText(), comment="Without case and accents; to search."),
        sa.Column("sort_name", DisplayText(), comment="As tagged; NULL when not told."),
        sa.Column("mbid", Code(36), unique=True, comment="MusicBrainz artist id."),
        sa.Column(
            "disambiguation",
            KeyText(),
            nullable=False,
            server_default=text_default(""),
            comment="Tells namesakes apart; empty for the first of a name.",
        ),
        sa.UniqueConstraint("name_normalized", "disambiguation"),
        comment="Canonical artists.",
    )


def _tag_sources(define: Definition) -> sa.Table:
    return define.entity(
        "tag_sources",
        sa.Column("name", KeyText(), nullable=False, unique=True, comment="Such as file_tags."),
        sa.Column("priority", sa.Integer, nullable=False, comment="The larger one wins."),
        comment="Where a tag or an alias came from.",
    )


def _artist_aliases(define: Definition) -> sa.Table:
    return define.entity(
        "artist_aliases",
        define.own("artist_id", "artists", "CASCADE", "Whose other name it is."),
        sa.Column("alias", KeyText(), nullable=False, comment="The other spelling."),
        sa.Column("alias_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        define.own("source_id", "tag_sources", "RESTRICT", "Who said so.", nullable=True),
        sa.UniqueConstraint("artist_id", "alias"),
        sa.Index("ix_artist_aliases_alias_normalized", "alias_normalized"),
        comment="Alternate spellings of artists.",
    )


def _genres(define: Definition) -> sa.Table:
    return define.entity(
        "genres",
        sa.Column("name", ShortenedText(), nullable=False, unique=True, comment="Display name."),
        sa.Column("name_normalized", ShortenedText(), nullable=False, unique=True),
        comment="Canonical genres.",
    )


def _labels(define: Definition) -> sa.Table:
    return define.entity(
        "labels",
        sa.Column("name", DisplayText(), nullable=False, comment="Display name."),
        sa.Column("name_normalized", ShortenedText(), nullable=False, unique=True),
        comment="Music labels.",
    )


def _external_ids(define: Definition) -> sa.Table:
    return define.entity(
        "external_ids",
        sa.Column("entity_type", KeyText(16), nullable=False),
        sa.Column("entity_id", Id, nullable=False, comment="The id in that entity's table."),
        sa.Column("scheme", KeyText(32), nullable=False, comment="mbid, isrc, acoustid, …"),
        sa.Column("value", KeyText(), nullable=False),
        one_of("entity_type", ENTITY_TYPES),
        sa.UniqueConstraint("entity_type", "entity_id", "scheme", "value"),
        # Not unique: an ISRC or AcoustID rightly belongs to several tracks.
        sa.Index("ix_external_ids_lookup", "scheme", "value", "entity_type"),
        comment="Ids of other catalogues for anything in the library.",
    )


def _entity_redirects(define: Definition) -> sa.Table:
    return define.relation(
        "entity_redirects",
        sa.Column("entity_type", KeyText(16), nullable=False),
        sa.Column("entity_id", Id, nullable=False, comment="What was merged away."),
        sa.Column("target_id", Id, nullable=False, comment="What stands for it."),
        sa.Column("rule_id", Id, nullable=False, comment="The rule that said so (rules.id)."),
        one_of("entity_type", ENTITY_TYPES),
        sa.Index("ix_entity_redirects_target", "entity_type", "target_id"),
        key=("entity_type", "entity_id"),
        comment="Merges: consulted by scan and facets; the merged rows stay.",
    )
