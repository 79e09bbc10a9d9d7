"""Release groups, their editions, and what is on them."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, NullableKey, one_of, text_default
from scrobbled.store.types import Code, DisplayText, Id, KeyText, ShortenedText

RELEASE_GROUP_TYPES = (
    "album",
    "single",
    "ep",
    "compilation",
    "live",
    "mixtape",
    "dj_mix",
    "remix",
    "other",
)
"""What `release_groups.type` can be."""


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables, but for `release_items`, which needs the tracks."""
    yield _release_groups(define)
    yield _releases(define)
    yield _release_labels(define)


def _nullable_key(column: str) -> sa.Column[int]:
    return sa.Column(
        f"{column.removesuffix('_id')}_key",
        Id,
        NullableKey(column),
        comment=f"{column}, or 0 for none.",
    )


def _release_groups(define: Definition) -> sa.Table:
    return define.entity(
        "release_groups",
        sa.Column("title", DisplayText(), nullable=False),
        sa.Column("title_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        sa.Column("title_search", DisplayText(), comment="Without case and accents; to search."),
        sa.Column("type", KeyText(16), nullable=False, server_default=text_default("album")),
        sa.Column("mbid", Code(36), unique=True, comment="MusicBrainz release group id."),
        define.own("primary_artist_id", "artists", "SET NULL", "Album artist.", nullable=True),
        _nullable_key("primary_artist_id"),
        sa.Column("year", sa.SmallInteger, comment="Of the first edition; NULL when unknown."),
        one_of("type", RELEASE_GROUP_TYPES),
        sa.UniqueConstraint("primary_artist_key", "title_normalized", "type"),
        sa.Index("ix_release_groups_primary_artist_id", "primary_artist_id"),
        sa.Index("ix_release_groups_title_normalized", "title_normalized"),
        comment="What the editions of one album have in common.",
    )


def _releases(define: Definition) -> sa.Table:
    return define.entity(
        "releases",
        sa.Column("title", DisplayText(), nullable=False),
        sa.Column("title_normalized", ShortenedText(), nullable=False, comment="Matching key."),
        sa.Column(
            "release_date",
            KeyText(10),
            nullable=False,
            server_default=text_default(""),
            comment="ISO 8601, as much as is known: 1999, 1999-05; empty when unknown.",
        ),
        define.own("release_group_id", "release_groups", "SET NULL", "Its group.", nullable=True),
        _nullable_key("release_group_id"),
        sa.Column(
            "edition_key",
            ShortenedText(),
            nullable=False,
            server_default=text_default(""),
            comment="Tells editions of one day apart (country, format, catalogue number, …).",
        ),
        sa.Column("country", KeyText(64), comment="As tagged."),
        sa.Column("format", DisplayText(), comment="CD, vinyl, digital, … as tagged."),
        sa.UniqueConstraint("release_group_key", "title_normalized", "release_date", "edition_key"),
        sa.Index("ix_releases_release_group_id", "release_group_id"),
        sa.Index("ix_releases_title_normalized", "title_normalized"),
        comment="Concrete editions.",
    )


def release_items(define: Definition) -> sa.Table:
    """Defines `release_items`; the tracks must be defined first."""
    return define.relation(
        "release_items",
        define.own("release_id", "releases", "CASCADE", "The edition."),
        sa.Column("disc_no", sa.SmallInteger, nullable=False, comment="0 when unknown."),
        sa.Column("track_no", sa.SmallInteger, nullable=False, comment="0 when unknown."),
        define.own("track_id", "tracks", "CASCADE", "The recording."),
        sa.Index("ix_release_items_track_id", "track_id"),
        key=("release_id", "disc_no", "track_no", "track_id"),
        comment="Track lists.",
    )


def _release_labels(define: Definition) -> sa.Table:
    return define.relation(
        "release_labels",
        define.own("release_id", "releases", "CASCADE", "The edition."),
        define.own("label_id", "labels", "CASCADE", "The label."),
        sa.Column(
            "cat_id",
            KeyText(64),
            nullable=False,
            server_default=text_default(""),
            comment="Catalogue number; empty when unknown.",
        ),
        sa.Column("role", KeyText(32), comment="What the label did, if told."),
        sa.Column("territory", KeyText(64), comment="Where, if told."),
        sa.Index("ix_release_labels_label_id", "label_id"),
        key=("release_id", "label_id", "cat_id"),
        comment="Labels of an edition, with catalogue numbers.",
    )
