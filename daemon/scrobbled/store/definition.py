"""The vocabulary in which tables are defined: names, keys and references of one schema."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.compiler import DDLCompiler

from scrobbled.store.types import Id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can change it on every engine."""

_OPTIONS = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
"""Of every table on MariaDB and MySQL."""


@dataclass(frozen=True, slots=True)
class Definition:
    """Defines the tables of one schema.

    Attributes:
        metadata: what the tables are added to.
        schema: where they live; None for the connection's default schema.
        library: where the media library lives, likewise.
        engine: the name of the dialect that they are for. What only other engines take is left
            out, since SQLAlchemy loads a dialect, megabytes of it, to look at its options.
    """

    metadata: sa.MetaData
    schema: str | None
    library: str | None
    engine: str = "sqlite"

    def entity(self, name: str, *items: SchemaItem, comment: str) -> sa.Table:
        """A table of things, numbered by `id`; numbers are never given out twice."""
        number = sa.Column("id", Id, sa.Identity(), primary_key=True, comment="Never reused.")
        return sa.Table(
            name,
            self.metadata,
            number,
            *items,
            schema=self.schema,
            comment=comment,
            sqlite_autoincrement=True,
            **self._options(),
        )

    def relation(
        self,
        name: str,
        *items: SchemaItem,
        key: Iterable[str],
        comment: str,
        clustered: bool = True,
    ) -> sa.Table:
        """A table identified by `key`, one or more of its own columns.

        `clustered` keeps the rows in the order of the key on SQLite too; not for long rows.
        """
        return sa.Table(
            name,
            self.metadata,
            *items,
            sa.PrimaryKeyConstraint(*key),
            schema=self.schema,
            comment=comment,
            sqlite_with_rowid=not clustered,
            **self._options(),
        )

    def only_where(self, condition: sa.TextClause) -> dict[str, Any]:
        """Makes an index hold only the rows that meet `condition`, where the engine can."""
        partial = self.engine in {"sqlite", "postgresql"}
        return {f"{self.engine}_where": condition} if partial else {}

    def _options(self) -> dict[str, Any]:
        if self.engine not in {"mysql", "mariadb"}:
            return {}
        return {f"{self.engine}_{name}": value for name, value in _OPTIONS.items()}

    def own(
        self, column: str, table: str, ondelete: str, comment: str, *, nullable: bool = False
    ) -> sa.Column[int]:
        """A column that refers to the `id` of a table in this schema."""
        return _reference(column, self.schema, table, ondelete, comment, nullable=nullable)

    def of_library(
        self, column: str, table: str, ondelete: str, comment: str, *, nullable: bool = False
    ) -> sa.Column[int]:
        """A column that refers to the `id` of a table of the media library."""
        return _reference(column, self.library, table, ondelete, comment, nullable=nullable)


def _reference(
    column: str, schema: str | None, table: str, ondelete: str, comment: str, *, nullable: bool
) -> sa.Column[int]:
    target = f"{table}.id" if schema is None else f"{schema}.{table}.id"
    return sa.Column(
        column,
        Id,
        sa.ForeignKey(target, ondelete=ondelete),
        nullable=nullable,
        autoincrement=False,
        comment=comment,
    )


def one_of(column: str, values: Iterable[str], *, name: str | None = None) -> sa.CheckConstraint:
    """The constraint that `column` holds one of `values` (or nothing, where NULL may stand)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name or column)


def text_default(value: str) -> sa.TextClause:
    """A server default that is this text."""
    return sa.text(f"'{value}'")


class NullableKey(sa.Computed):
    """The reference in a column, or 0 where it is NULL, for use in a unique key.

    A NULL would make every row of the key unlike every other. It is virtual, since MariaDB
    refuses a stored one beside ON DELETE SET NULL, but stored on PostgreSQL, which has none other.
    """

    inherit_cache = True

    def __init__(self, column: str) -> None:
        super().__init__(f"coalesce({column}, 0)")


@compiles(NullableKey)
def _as_the_engine_likes(element: NullableKey, _compiler: DDLCompiler, **_options: Any) -> str:
    return f"GENERATED ALWAYS AS ({element.sqltext})"


@compiles(NullableKey, "postgresql")
def _stored(element: NullableKey, _compiler: DDLCompiler, **_options: Any) -> str:
    return f"GENERATED ALWAYS AS ({element.sqltext}) STORED"
