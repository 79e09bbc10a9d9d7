"""Writes many rows at once: all that differs between the engines when a scan writes.

Statements are SQLAlchemy's, compiled once; the rows go to the driver as they are, past the types
that clean and cut values, which doubles the speed. So the rows must be clean already.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from scrobbled.store.transaction import Transaction

Row = tuple[Any, ...]
ValueT = TypeVar("ValueT")

LONGEST_LIST = 500
"""Values in one IN list, few enough for every engine."""


def insert_rows(tx: Transaction, table: sa.Table, columns: Sequence[str], rows: list[Row]) -> None:
    """Inserts `rows`, whose values stand in the order of `columns`."""
    if rows:
        _execute(tx, _insert(table, tuple(columns), tx.connection.dialect), rows)


def insert_new(tx: Transaction, table: sa.Table, columns: Sequence[str], rows: list[Row]) -> None:
    """Inserts those of `rows` whose keys are not there yet, and leaves the others as they are."""
    if rows:
        _execute(tx, _insert_new(table, tuple(columns), tx.connection.dialect), rows)


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


def in_lists(values: Collection[ValueT]) -> Iterable[list[ValueT]]:
    """`values` in lists that are short enough for an IN."""
    several = list(values)
    for start in range(0, len(several), LONGEST_LIST):
        yield several[start : start + LONGEST_LIST]


def _next_sqlite_id(tx: Transaction, table: sa.Table) -> int:
    """The id after the highest ever given out; the transaction holds the write lock already."""
    schema = f'"{table.schema}".' if table.schema else ""
    last = tx.connection.exec_driver_sql(
        f"SELECT seq FROM {schema}sqlite_sequence WHERE name = ?",  # noqa: S608 - our own names
        (table.name,),
    ).scalar()
    return 1 if last is None else int(last) + 1


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
        from sqlalchemy.dialects import mysql  # noqa: PLC0415 - memory that SQLite needs not spend

        # Not INSERT IGNORE, which takes broken references and cut values for "already there".
        key = next(iter(table.primary_key.columns)).name
        return _compiled(
            mysql.insert(table).on_duplicate_key_update({key: table.c[key]}), columns, dialect
        )
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - likewise

        return _compiled(postgresql.insert(table).on_conflict_do_nothing(), columns, dialect)
    return _compiled(sqlite.insert(table).on_conflict_do_nothing(), columns, dialect)


def _compiled(statement: sa.Insert, columns: tuple[str, ...], dialect: sa.Dialect) -> _Statement:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    if compiled.positiontup is None:
        return _Statement(str(compiled), lambda row: dict(zip(columns, row, strict=True)))
    if tuple(compiled.positiontup) == columns:
        return _Statement(str(compiled), None)
    return _Statement(
        str(compiled), itemgetter(*(columns.index(name) for name in compiled.positiontup))
    )


def _execute(tx: Transaction, statement: _Statement, rows: list[Row]) -> None:
    given = rows if statement.parameters is None else list(map(statement.parameters, rows))
    tx.connection.exec_driver_sql(statement.text, given)
