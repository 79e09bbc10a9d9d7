"""Reads and writes many rows at once: all that differs between the engines when a scan writes.

Statements are SQLAlchemy's, compiled once and kept; they and their rows go to the driver as they
are, past the types that clean and cut values, since compiling a statement anew costs as much as
some fifty rows. So the rows must be clean already.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from scrobbled.store.transaction import Transaction

Row = tuple[Any, ...]
ValueT = TypeVar("ValueT")

LONGEST_LIST = 512
"""Values in one IN list, few enough for every engine."""

_SHORTEST_LIST = 8


def insert_rows(tx: Transaction, table: sa.Table, columns: Sequence[str], rows: list[Row]) -> None:
    """Inserts `rows`, whose values stand in the order of `columns`."""
    if rows:
        _execute_many(tx, _insert(table, tuple(columns), tx.connection.dialect), rows)


def insert_new(tx: Transaction, table: sa.Table, columns: Sequence[str], rows: list[Row]) -> None:
    """Inserts those of `rows` whose keys are not there yet, and leaves the others as they are."""
    if rows:
        _execute_many(tx, _insert_new(table, tuple(columns), tx.connection.dialect), rows)


def insert_numbered(
    tx: Transaction, table: sa.Table, columns: Sequence[str], rows: list[Row]
) -> list[int]:
    """Inserts `rows` into a table with an `id`; returns the ids in the same order."""
    if not rows:
        return []
    if tx.connection.dialect.name == "sqlite":
        first = _next_sqlite_id(tx, table)
        numbered = [(number, *row) for number, row in enumerate(rows, first)]
        insert_rows(tx, table, ("id", *columns), numbered)
        return list(range(first, first + len(rows)))
    statement = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    given = [dict(zip(columns, row, strict=True)) for row in rows]
    return list(tx.connection.execute(statement, given).scalars())


def fetch_rows(tx: Transaction, statement: sa.Select[Any]) -> list[Row]:
    """The rows of a query as the driver gives them: for many rows of plain values."""
    compiled = statement.compile(dialect=tx.connection.dialect)
    values = dict(compiled.params)
    order = None if compiled.positiontup is None else list(compiled.positiontup)
    return _Query(str(compiled), values, [], order).rows(tx, [])


def in_lists(values: Collection[ValueT]) -> Iterable[list[ValueT]]:
    """`values` in lists that are short enough for an IN."""
    several = list(values)
    for start in range(0, len(several), LONGEST_LIST):
        yield several[start : start + LONGEST_LIST]


class Lookup:
    """A query for the rows in which a column has one of many values, asked again and again.

    Lists of values are filled up to a power of two, so that few statements serve them all.
    """

    def __init__(self, statement: sa.Select[Any], column: sa.ColumnElement[Any]) -> None:
        """Rows of `statement` in which `column` has one of the values."""
        self._statement = statement
        self._column = column
        self._compiled: dict[int, _Query] = {}

    def rows(self, tx: Transaction, values: Collection[Any]) -> list[Row]:
        """The rows for `values`; nothing for none."""
        found: list[Row] = []
        for some in in_lists(values):
            length = _SHORTEST_LIST
            while length < len(some):
                length *= 2
            query = self._compiled.get(length)
            if query is None:
                query = self._compiled[length] = self._compile(length, tx.connection.dialect)
            found += query.rows(tx, some + [some[-1]] * (length - len(some)))
        return found

    def _compile(self, length: int, dialect: sa.Dialect) -> "_Query":
        names = [f"v{number}" for number in range(length)]
        column_type = self._column.type
        values = [sa.bindparam(name, type_=column_type) for name in names]
        compiled = self._statement.where(self._column.in_(values)).compile(dialect=dialect)
        order = None if compiled.positiontup is None else list(compiled.positiontup)
        return _Query(str(compiled), dict(compiled.params), names, order)


@dataclass(frozen=True, slots=True)
class _Query:
    """A compiled query; `order` names its parameters where the driver counts them."""

    text: str
    constants: dict[str, Any]
    names: list[str]
    order: list[str] | None

    def rows(self, tx: Transaction, values: list[Any]) -> list[Row]:
        given = self.constants | dict(zip(self.names, values, strict=True))
        cursor = _cursor(tx)
        try:
            cursor.execute(
                self.text, given if self.order is None else [given[n] for n in self.order]
            )
            return list(cursor.fetchall())
        finally:
            cursor.close()


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement for the driver, and how a row becomes its parameters."""

    text: str
    parameters: Callable[[Row], Any] | None


@lru_cache(maxsize=256)
def _insert(table: sa.Table, columns: tuple[str, ...], dialect: sa.Dialect) -> _Statement:
    return _compiled(sa.insert(table), columns, dialect)


@lru_cache(maxsize=256)
def _insert_new(table: sa.Table, columns: tuple[str, ...], dialect: sa.Dialect) -> _Statement:
    if dialect.name in {"mysql", "mariadb"}:
        # Not INSERT IGNORE, which takes broken references and cut values for "already there".
        key = next(iter(table.primary_key.columns)).name
        return _compiled(
            mysql.insert(table).on_duplicate_key_update({key: table.c[key]}), columns, dialect
        )
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return _compiled(insert(table).on_conflict_do_nothing(), columns, dialect)


def _compiled(statement: sa.Insert, columns: tuple[str, ...], dialect: sa.Dialect) -> _Statement:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    if compiled.positiontup is None:
        return _Statement(str(compiled), lambda row: dict(zip(columns, row, strict=True)))
    if tuple(compiled.positiontup) == columns:
        return _Statement(str(compiled), None)
    return _Statement(
        str(compiled), itemgetter(*(columns.index(name) for name in compiled.positiontup))
    )


def _execute_many(tx: Transaction, statement: _Statement, rows: list[Row]) -> None:
    cursor = _cursor(tx)
    try:
        given = rows if statement.parameters is None else list(map(statement.parameters, rows))
        cursor.executemany(statement.text, given)
    finally:
        cursor.close()


def _next_sqlite_id(tx: Transaction, table: sa.Table) -> int:
    """The id after the highest ever given out; the transaction holds the write lock already."""
    schema = f'"{table.schema}".' if table.schema else ""
    query = f"SELECT seq FROM {schema}sqlite_sequence WHERE name = ?"  # noqa: S608 - our own names
    cursor = _cursor(tx)
    try:
        row = cursor.execute(query, (table.name,)).fetchone()
    finally:
        cursor.close()
    return int(row[0]) + 1 if row else 1


def _cursor(tx: Transaction) -> Any:
    """A cursor of the driver within the transaction; its errors are the driver's own."""
    return tx.connection.connection.cursor()
