"""Opening the main database: made if it is not there, upgraded if it is old, else refused."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import NullPool

from scrobbled.errors import DatabaseRefused
from scrobbled.store.condition import Condition, look, version_table
from scrobbled.store.database import Database, open_sqlite_file
from scrobbled.store.faults import DRIVER_ERRORS, Fault, fault_of
from scrobbled.store.location import make_directory, opening_error, sqlite_file
from scrobbled.store.migrations import HEAD
from scrobbled.store.schema import Schemas, Tables, build_tables
from scrobbled.store.sqlite import SqliteFile, begin_with
from scrobbled.store.writer import WriterLimits

PATIENCE_S = 30.0
"""How long to wait for another process that makes or upgrades the same database."""

_POLL_S = 0.02

_SINGLE = Schemas()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing a database did.

    Attributes:
        found: the condition that it was in.
        revision: the revision that it has now.
    """

    found: Condition
    revision: str


def open_database(
    url: str,
    *,
    schemas: Schemas = _SINGLE,
    readers: int = 2,
    limits: WriterLimits | None = None,
    patience_s: float = PATIENCE_S,
) -> Database[Tables]:
    """Opens the main database, ready for use; makes or upgrades it first where needed.

    Args:
        url: where it is: `sqlite:///PATH`. Its directory is made if need be.
        schemas: the names of its two schemas.
        readers: how many threads read, at most.
        limits: of the writer; None for the usual ones.
        patience_s: how long to wait for another process that makes or upgrades it.

    Raises:
        DatabaseRefused: it must not or cannot be used, until a person does something about it.
        DatabaseUnavailable: it cannot be used now; trying again later may help.
    """
    file = sqlite_file(url, schemas)
    tables = build_tables(schemas)
    prepare(file, tables, patience_s)
    with explained(file):
        return open_sqlite_file(file, tables, name="store", readers=readers, limits=limits)


def upgrade_database(url: str, *, schemas: Schemas = _SINGLE) -> Prepared:
    """Makes or upgrades the main database without opening it.

    Raises:
        DatabaseRefused, DatabaseUnavailable: as `open_database`.
    """
    return prepare(sqlite_file(url, schemas), build_tables(schemas))


def prepare(file: SqliteFile, tables: Tables, patience_s: float = PATIENCE_S) -> Prepared:
    """Makes or upgrades the database in `file`, or finds that nothing is to do.

    Two processes may do so at once: one waits for the other, and finds it done. Nothing is
    changed about a file that is refused.

    Raises:
        DatabaseRefused, DatabaseUnavailable: as `open_database`.
    """
    make_directory(file)
    patient = replace(file, busy_timeout_s=patience_s)
    with explained(file):
        with plain_engine(patient, "BEGIN").begin() as connection:
            found = look(connection, tables, str(file.path))
        if not found.current:
            found = _bring_up_to_date(patient, tables)
        _try_to_write(patient)
        _switch_to_wal(patient)
    return Prepared(found, HEAD)


def _bring_up_to_date(file: SqliteFile, tables: Tables) -> Condition:
    """Makes or upgrades the tables while nobody else can use the file; how it was before."""
    # Enforced references would delete the children of a table that an upgrade rebuilds.
    with plain_engine(file, "BEGIN EXCLUSIVE", "PRAGMA foreign_keys=OFF").begin() as connection:
        found = look(connection, tables, str(file.path))
        if found.empty:
            tables.metadata.create_all(connection, checkfirst=False)
            _stamp(connection, tables)
        elif not found.current:
            from scrobbled.store.upgrade import upgrade  # noqa: PLC0415 - loads Alembic

            upgrade(connection, tables)
            _check_references(connection, file)
    return found


def _stamp(connection: Connection, tables: Tables) -> None:
    version = version_table(tables)
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def _check_references(connection: Connection, file: SqliteFile) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseRefused(
            f"{file.path} was left as it was: after the upgrade, rows of {broken[0]} would refer "
            f"to rows of {broken[2]} that are not there. Use a backup, and report this.",
        )


def _try_to_write(file: SqliteFile) -> None:
    """Finds a file that cannot be written now, rather than with the first play."""
    with closing(file.connect_plain()) as connection:
        connection.execute("BEGIN IMMEDIATE")
        # A file that may only be read still gives its lock, but takes no change.
        connection.execute("PRAGMA user_version=0")
        connection.execute("ROLLBACK")


def _switch_to_wal(file: SqliteFile) -> None:
    """Waits for others to let go of the file: the mode changes only when nobody else is in it."""
    give_up_at_s = time.monotonic() + file.busy_timeout_s
    while True:
        try:
            file.connect().close()
        except sqlite3.OperationalError as error:
            if fault_of(error) is not Fault.BUSY or time.monotonic() >= give_up_at_s:
                raise
            time.sleep(_POLL_S)
        else:
            return


def plain_engine(file: SqliteFile, begin: str, *first: str) -> Engine:
    """An engine that changes nothing about the file by itself."""

    def connect() -> sqlite3.Connection:
        connection = file.connect_plain()
        for statement in first:
            connection.execute(statement)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)
    return begin_with(engine, begin)


@contextmanager
def explained(file: SqliteFile) -> Iterator[None]:
    """Raises drivers' errors in opening `file` as what they mean to a person."""
    try:
        yield
    except DRIVER_ERRORS as error:
        told = opening_error(file, error)
        if told is None:
            raise
        raise told from error
