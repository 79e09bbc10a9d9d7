"""The catalogue of the media library: artists, releases, recordings."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition, NullableKey, one_of, text_default
from scrobbled.store.migrations import steps
from scrobbled.store.types import Code, DisplayText, Id, KeyText, LongText, ShortenedText

revision = "0001"
down_revision = None

_ENTITY_TYPES = (
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

_RELEASE_GROUP_TYPES = (
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


def upgrade() -> None:
    """Creates these tables."""
    define = steps.media_library()
    steps.create(define, _tables(define))


def _tables(define: Definition) -> Iterator[sa.Table]:
    yield _artists(define)
    yield _tag_sources(define)
    yield _artist_aliases(define)
    yield _genres(define)
    yield _labels(define)
    yield _external_ids(define)
    yield _entity_redirects(define)
    yield _release_groups(define)
    yield _releases(define)
    yield _release_labels(define)
    yield _tracks(define)
    yield _release_items(define)
    yield _title_aliases(define)
    yield _track_artists(define)
    yield _track_genres(define)
    yield _track_labels(define)
    yield _track_tag_attributes(define)
    yield _track_tag_values(define)
    yield _track_key(define)


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
        one_of("entity_type", _ENTITY_TYPES),
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
        one_of("entity_type", _ENTITY_TYPES),
        sa.Index("ix_entity_redirects_target", "entity_type", "target_id"),
        key=("entity_type", "entity_id"),
        comment="Merges: consulted by scan and facets; the merged rows stay.",
    )


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
        one_of("type", _RELEASE_GROUP_TYPES),
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


def _release_items(define: Definition) -> sa.Table:
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
