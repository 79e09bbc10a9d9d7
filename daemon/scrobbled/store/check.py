"""Looking a database over, without changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from scrobbled.errors import DatabaseRefused
from scrobbled.store.bootstrap import explained, plain_engine
from scrobbled.store.condition import look
from scrobbled.store.location import sqlite_file
from scrobbled.store.migrations import HEAD
from scrobbled.store.reading import is_there
from scrobbled.store.schema import Schemas, Tables, build_tables
from scrobbled.store.sqlite import SqliteFile

_MOST_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: whether it is as it should be.
        what: what was found, one sentence.
        advice: what to do about it; None when `ok`.
    """

    ok: bool
    what: str
    advice: str | None = None


def check_database(url: str, *, schemas: Schemas) -> list[Finding]:
    """Checks the schema's version, the tables, the file's integrity and the references.

    A daemon may go on using the database meanwhile. On a large one this takes minutes.

    Raises:
        DatabaseRefused: there is no database, or not one of ours.
        OperatorError: this user may not look at it.
        DatabaseUnavailable: it cannot be read now.
    """
    file = sqlite_file(url, schemas)
    if not is_there(file.path):
        raise DatabaseRefused(
            f"There is no database in {file.path} yet; `scrobbled db upgrade` makes one.",
        )
    tables = build_tables(schemas)
    with _reading(file) as connection:
        revision = look(connection, tables, str(file.path)).revision
        if revision != HEAD:
            return [_old(revision)]
        return [
            Finding(ok=True, what=f"The schema is up to date (revision {HEAD})."),
            _check_tables(connection, tables),
            _check_integrity(connection),
            _check_references(connection),
        ]


@contextmanager
def _reading(file: SqliteFile) -> Iterator[Connection]:
    engine = plain_engine(file, "BEGIN")
    with explained(file), engine.begin() as connection:
        yield connection


def _old(revision: str | None) -> Finding:
    found = "is empty" if revision is None else f"has revision {revision}"
    return Finding(
        ok=False,
        what=f"The database {found}, and this version of scrobbled wants {HEAD}.",
        advice="Run `scrobbled db upgrade`, or start the daemon, which does the same.",
    )


def _check_tables(connection: Connection, tables: Tables) -> Finding:
    inspector = inspect(connection)
    missing = []
    for table in tables.metadata.sorted_tables:
        if not inspector.has_table(table.name, schema=table.schema):
            missing.append(table.name)
            continue
        found = {column["name"] for column in inspector.get_columns(table.name, table.schema)}
        missing += [f"{table.name}.{column.name}" for column in table.c if column.name not in found]
    if missing:
        return Finding(
            ok=False,
            what=f"Tables or columns are missing: {_listed(missing)}.",
            advice="Something else has changed the database; use a backup.",
        )
    return Finding(ok=True, what=f"All {len(tables.metadata.tables)} tables are there.")


def _check_integrity(connection: Connection) -> Finding:
    rows = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_FAULTS})")
    faults = [fault for fault in rows.scalars() if fault != "ok"]
    if faults:
        return Finding(
            ok=False,
            what=f"The file is damaged: {_listed(faults)}.",
            advice="Stop the daemon and use a backup, or save what can be read with "
            "`sqlite3 FILE .recover`.",
        )
    return Finding(ok=True, what="The file is sound.")


def _check_references(connection: Connection) -> Finding:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MOST_FAULTS)
    broken = [f"{row[0]} row {row[1]} to {row[2]}" for row in rows]
    if broken:
        return Finding(
            ok=False,
            what=f"Rows refer to rows that are not there: {_listed(broken)}.",
            advice="Something else has changed the database; use a backup, and report this.",
        )
    return Finding(ok=True, what="All references lead somewhere.")


def _listed(things: list[str]) -> str:
    shown = "; ".join(things[:_MOST_FAULTS])
    return shown + "; …" if things[_MOST_FAULTS:] else shown
