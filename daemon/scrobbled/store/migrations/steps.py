"""The vocabulary of revisions: what they define tables in, and how these are created."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import context, op

from scrobbled.store.definition import NAMING, Definition
from scrobbled.store.schema import Schemas, Tables
from scrobbled.store.types import Id


def media_library(*, known: Iterable[str] = ()) -> Definition:
    """To define tables of the media library; `known` are those referred to that exist already."""
    library = _schemas().medialibrary
    metadata = sa.MetaData(naming_convention=NAMING)
    define = Definition(metadata, library, library, _engine())
    _know(define.metadata, library, known)
    return define


def listening_history(*, known_of_library: Iterable[str], known: Iterable[str] = ()) -> Definition:
    """To define tables of the listening history; what is `known` as in `media_library`."""
    schemas = _schemas()
    metadata = sa.MetaData(naming_convention=NAMING)
    define = Definition(metadata, schemas.listens, schemas.medialibrary, _engine())
    _know(define.metadata, schemas.medialibrary, known_of_library)
    _know(define.metadata, schemas.listens, known)
    return define


def create(define: Definition, tables: Iterable[sa.Table]) -> None:
    """Creates `tables`, but for those that an earlier attempt left behind."""
    define.metadata.create_all(op.get_bind(), tables=list(tables), checkfirst=True)


def _engine() -> str:
    return op.get_bind().dialect.name


def _know(metadata: sa.MetaData, schema: str | None, names: Iterable[str]) -> None:
    for name in names:
        sa.Table(name, metadata, sa.Column("id", Id, primary_key=True), schema=schema)


def _schemas() -> Schemas:
    tables: Tables = context.config.attributes["tables"]
    return tables.schemas
