"""The whole data model, with the schema names that the settings ask for."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.errors import DatabaseRefused
from scrobbled.store.definition import NAMING, Definition
from scrobbled.store.listens.tables import ListeningTables, listening_tables
from scrobbled.store.medialibrary.tables import LibraryTables, library_tables

_SCHEMA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_RESERVED_BY_SQLITE = frozenset({"main", "temp"})


@dataclass(frozen=True, slots=True)
class Schemas:
    """Where the two halves of the data model live.

    Attributes:
        medialibrary: the schema of the media library; None for the connection's default one.
        listens: the schema of the listening history, likewise. Both may be the same.

    Raises:
        DatabaseRefused: a name is none that every engine takes.
    """

    medialibrary: str | None = None
    listens: str | None = None

    def __post_init__(self) -> None:
        for name in self.named():
            if not _SCHEMA_NAME.fullmatch(name) or name.lower() in _RESERVED_BY_SQLITE:
                raise DatabaseRefused(
                    f"{name!r} cannot be the name of a schema: use up to 63 letters, digits and "
                    "underscores, not a digit first, and neither 'main' nor 'temp'.",
                )

    def named(self) -> tuple[str, ...]:
        """The schemas that have a name, each once, the media library's first."""
        names = (self.medialibrary, self.listens)
        return tuple(dict.fromkeys(name for name in names if name is not None))


@dataclass(frozen=True, kw_only=True)
class Tables(LibraryTables, ListeningTables):
    """One attribute for each table of the data model.

    Attributes:
        metadata: what holds them all, in an order in which they can be created.
        schemas: where they live.
    """

    metadata: sa.MetaData
    schemas: Schemas


def build_tables(schemas: Schemas, engine: str = "sqlite") -> Tables:
    """Defines every table of the data model, with real schema names.

    Args:
        schemas: the names.
        engine: the name of the SQLAlchemy dialect that they are for.
    """
    metadata = sa.MetaData(naming_convention=NAMING)
    library = Definition(metadata, schemas.medialibrary, schemas.medialibrary, engine)
    listening = Definition(metadata, schemas.listens, schemas.medialibrary, engine)
    return Tables(
        metadata=metadata,
        schemas=schemas,
        **library_tables(library),
        **listening_tables(listening),
    )
