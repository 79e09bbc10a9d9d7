"""Opening databases for those who only read: nothing is made, upgraded, locked or set aside.

This works beside a running daemon, and then also for a user who may read the file but not write
it.
"""

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self

from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

from scrobbled.errors import DatabaseRefused, OperatorError, ScrobbledError
from scrobbled.store.condition import look
from scrobbled.store.database import CLOSE_TIMEOUT_S
from scrobbled.store.faults import DRIVER_ERRORS, sqlite_code
from scrobbled.store.journal.opening import journal_path
from scrobbled.store.journal.tables import JOURNAL_VERSION, JournalTables, journal_tables
from scrobbled.store.location import opening_error, sqlite_file
from scrobbled.store.migrations import HEAD
from scrobbled.store.readers import Readers
from scrobbled.store.schema import Schemas, Tables, build_tables
from scrobbled.store.sqlite import SqliteFile, begin_with
from scrobbled.store.transaction import T, TablesT, Transaction

_SINGLE = Schemas()
_NO_WAY_IN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


class Readable(Protocol[TablesT]):
    """What can be read from: an open `Database`, or one that was opened for reading alone."""

    def read(self, use_case: Callable[[Transaction[TablesT]], T]) -> Future[T]:
        """Runs `use_case`; see `Database.read`."""
        ...


class ReadOnly(Generic[TablesT]):
    """A database that was opened for reading alone."""

    def __init__(self, readers: Readers[TablesT]) -> None:
        """Takes over threads that run already."""
        self._readers = readers

    def read(self, use_case: Callable[[Transaction[TablesT]], T]) -> Future[T]:
        """Runs `use_case` on the database as it is at one moment; errors as `Database.read`."""
        return self._readers.submit(use_case)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Ends what still reads, and lets go of the file."""
        self._readers.close(timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_database_to_read(
    url: str, *, schemas: Schemas = _SINGLE, readers: int = 1
) -> ReadOnly[Tables] | None:
    """Opens the main database to read from it.

    Args:
        url: where it is: `sqlite:///PATH`.
        schemas: the names of its two schemas.
        readers: how many threads read, at most.

    Returns:
        None when there is none yet, or nothing in it.

    Raises:
        DatabaseRefused: it is older or newer than this version, damaged, or not one of ours.
        OperatorError: this user may not read it.
        DatabaseUnavailable: it cannot be read now.
    """
    file = sqlite_file(url, schemas)
    tables = build_tables(schemas)

    def check(tx: Transaction[Tables]) -> bool:
        found = look(tx.connection, tables, str(file.path))
        if not found.empty and not found.current:
            raise DatabaseRefused(
                f"{file.path} was written by an older version of scrobbled (schema "
                f"{found.revision}, this version reads {HEAD}); restart the daemon, which "
                "upgrades it, or run `scrobbled db upgrade`.",
            )
        return not found.empty

    return _open(file, tables, check, name="read", readers=readers)


def open_journal_to_read(state_dir: Path) -> ReadOnly[JournalTables] | None:
    """Opens the journal in `state_dir` to read from it.

    Returns:
        None when there is none yet, or nothing in it.

    Raises:
        DatabaseRefused: it is of another version, or damaged.
        OperatorError: this user may not read it.
        DatabaseUnavailable: it cannot be read now.
    """
    path = journal_path(state_dir)

    def check(tx: Transaction[JournalTables]) -> bool:
        version = tx.connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version not in {0, JOURNAL_VERSION}:
            raise DatabaseRefused(
                f"{path} was written by another version of scrobbled (its version is {version}, "
                f"this one reads {JOURNAL_VERSION}); use the version that the daemon has.",
            )
        return bool(version)

    return _open(SqliteFile(path), journal_tables(), check, name="read-journal", readers=1)


def _open(
    file: SqliteFile,
    tables: TablesT,
    check: Callable[[Transaction[TablesT]], bool],
    *,
    name: str,
    readers: int,
) -> ReadOnly[TablesT] | None:
    """Opens `file` if it is there and `check` does not find it empty."""
    if not is_there(file.path):
        return None
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(file),
        poolclass=QueuePool,
        pool_size=readers,
        max_overflow=0,
    )
    begin_with(engine, "BEGIN")
    try:
        with engine.connect() as connection, connection.begin():
            filled = check(Transaction(connection, tables))
    except DRIVER_ERRORS as error:
        engine.dispose()
        told = _refusal(file, error)
        if told is None:
            raise
        raise told from error
    except BaseException:
        engine.dispose()
        raise
    if not filled:
        engine.dispose()
        return None
    return ReadOnly(Readers(engine, tables, name=name, threads=readers))


def _connect(file: SqliteFile) -> sqlite3.Connection:
    """A connection that cannot write.

    Who may write the file opens it as a writer would, since only such a connection removes what
    SQLite keeps beside the file when it is the last to close. Others use SQLite's read-only mode
    (https://sqlite.org/wal.html#read_only_databases).
    """
    mode = "rw" if os.access(file.path, os.W_OK) else "ro"
    connection = sqlite3.connect(
        f"{file.path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=file.busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,  # as `SqliteFile.connect_plain`
    )
    connection.execute("PRAGMA query_only=ON")
    return connection


def is_there(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        OperatorError: this user may not look.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise OperatorError(_not_allowed(path, error.strerror)) from error
    return True


def _refusal(file: SqliteFile, error: BaseException) -> ScrobbledError | None:
    path = file.path
    if path.is_dir():
        return DatabaseRefused(f"{path} is a directory; database.url must name a file.")
    if sqlite_code(error) not in _NO_WAY_IN:
        return opening_error(file, error)
    if not os.access(path, os.R_OK):
        return OperatorError(_not_allowed(path, "Permission denied"))
    # SQLite keeps an index of the write-ahead log beside the file, and can only do without one
    # of its own while another process has one there.
    return OperatorError(
        f"{path} cannot be read by this user while no daemon runs, since SQLite wants to write "
        "beside it; start the daemon, or run the command as its user (sudo -u scrobbled ...)."
    )


def _not_allowed(path: Path, reason: str | None) -> str:
    return (
        f"{path} cannot be read by this user ({reason}); run the command as the daemon's user "
        "(sudo -u scrobbled ...)."
    )
