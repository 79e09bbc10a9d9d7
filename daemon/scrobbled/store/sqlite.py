"""SQLite files: how each connection to one is opened, and how its transactions begin."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from scrobbled.errors import DatabaseUnavailable


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """One SQLite file and how to use it.

    Every connection runs in WAL mode with synchronous=FULL: a commit that was acknowledged
    survives the loss of power, and readers never wait for the writer.

    Attributes:
        path: the file; it is created when it is not there, its directory is not.
        busy_timeout_s: how long a statement waits for another process's lock.
        foreign_keys: whether references are enforced.
        pragmas: further ones, by name, such as `{"journal_size_limit": 1048576}`.
    """

    path: Path
    busy_timeout_s: float = 5.0
    foreign_keys: bool = True
    pragmas: Mapping[str, int | str] = field(default_factory=dict)

    def connect(self) -> sqlite3.Connection:
        """Opens a connection that leaves transactions to who uses it.

        Raises:
            sqlite3.Error: the file cannot be opened or is no database.
            DatabaseUnavailable: its file system cannot hold a write-ahead log.
        """
        connection = self.connect_plain()
        try:
            self._switch_to_wal(connection)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA foreign_keys={'ON' if self.foreign_keys else 'OFF'}")
            for name, value in self.pragmas.items():
                connection.execute(f"PRAGMA {name}={value}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise DatabaseUnavailable(
                f"{self.path} is on a file system without shared memory (SQLite stays in "
                f"{mode} mode); move it to a local disk.",
            )

    def connect_plain(self) -> sqlite3.Connection:
        """Opens a connection without changing anything about the file."""
        return sqlite3.connect(
            self.path,
            timeout=self.busy_timeout_s,
            isolation_level=None,  # the drivers' own idea of when to begin is not wanted
            check_same_thread=False,  # connections stay with their threads, but for interrupt()
        )

    def connect_reading(self) -> sqlite3.Connection:
        """Opens a connection that refuses to write."""
        connection = self.connect()
        connection.execute("PRAGMA query_only=ON")
        return connection


def writing_engine(file: SqliteFile) -> Engine:
    """An engine whose transactions take the write lock when they begin.

    A transaction that reads first and writes later could not be saved by waiting when another
    one wrote in between (SQLITE_BUSY_SNAPSHOT), so each says at once that it is going to write.
    """
    engine = create_engine(
        "sqlite://",
        creator=file.connect,
        poolclass=NullPool,
        json_serializer=_compact_json,
    )
    return begin_with(engine, "BEGIN IMMEDIATE")


def reading_engine(file: SqliteFile, readers: int) -> Engine:
    """An engine with at most `readers` connections, whose transactions see one moment."""
    engine = create_engine(
        "sqlite://",
        creator=file.connect_reading,
        poolclass=QueuePool,
        pool_size=readers,
        max_overflow=0,
    )
    return begin_with(engine, "BEGIN")


def begin_with(engine: Engine, statement: str) -> Engine:
    """Makes `statement` begin each transaction of `engine`."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)
    return engine


_compact_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
