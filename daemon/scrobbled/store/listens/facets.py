"""What a listen is linked to beside its track."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition


def tables(define: Definition) -> Iterator[sa.Table]:
    """Defines these tables."""
    yield define.relation(
        "listen_match_candidates",
        define.own("listen_id", "listens", "CASCADE", "The listen."),
        define.of_library("track_id", "tracks", "CASCADE", "What it could be."),
        sa.Column("confidence", sa.Double, nullable=False, comment="0 to 1."),
        sa.Column("features_json", sa.JSON, comment="What spoke for it and against it."),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        sa.Index("ix_listen_match_candidates_track_id", "track_id"),
        key=("listen_id", "track_id"),
        comment="Alternative links of a listen.",
        clustered=False,
    )
    yield _facet(define, "artist")
    yield _facet(define, "genre")


def _facet(define: Definition, entity: str) -> sa.Table:
    return define.relation(
        f"listen_{entity}s",
        define.own("listen_id", "listens", "CASCADE", "The listen."),
        define.of_library(f"{entity}_id", f"{entity}s", "CASCADE", f"The {entity}."),
        sa.Index(f"ix_listen_{entity}s_{entity}_id", f"{entity}_id", "listen_id"),
        key=("listen_id", f"{entity}_id"),
        comment=f"Whom to credit: each {entity} of each listen.",
    )
