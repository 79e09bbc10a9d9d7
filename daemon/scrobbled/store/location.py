"""Where the database is: what its URL says."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from scrobbled.errors import DatabaseRefused, DatabaseUnavailable, OperatorError, RetryLater
from scrobbled.store.faults import driver_error, sqlite_code
from scrobbled.store.schema import Schemas
from scrobbled.store.sqlite import SqliteFile

_SERVERS = {"mariadb": "MariaDB", "mysql": "MySQL", "postgresql": "PostgreSQL"}

_PRAGMAS = {"journal_size_limit": 64 * 1024 * 1024}
"""A scan can make the write-ahead log long; it is cut back to this when it starts anew."""


def sqlite_file(url: str, schemas: Schemas) -> SqliteFile:
    """The file that `url` names.

    Raises:
        DatabaseRefused: the URL names none, or the schemas are split.
    """
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise DatabaseRefused(
            "The database's URL cannot be read; it should look like "
            "sqlite:////var/lib/scrobbled/scrobbled.db.",
        ) from error
    backend = parts.get_backend_name()
    if backend != "sqlite":
        name = _SERVERS.get(backend, repr(backend))
        raise DatabaseRefused(
            f"This version supports SQLite; {name} is not supported yet. "
            "Use a URL such as sqlite:////var/lib/scrobbled/scrobbled.db.",
        )
    if parts.database in {None, "", ":memory:"} or parts.query or parts.host:
        raise DatabaseRefused(
            "A SQLite database needs the path of a file and nothing else: "
            "sqlite:////absolute/path.db, or sqlite:///relative/path.db.",
        )
    if schemas.named():
        raise DatabaseRefused(
            "This version keeps a SQLite database in one file; leave medialibrary_schema and "
            "listens_schema (SCROBBLER_MEDIALIBRARY_SCHEMA, SCROBBLER_LISTENS_SCHEMA) empty.",
        )
    return SqliteFile(Path(str(parts.database)).absolute(), pragmas=_PRAGMAS)


def make_directory(file: SqliteFile) -> None:
    """Makes the directory of `file`, readable by its owner only, unless it is there.

    Raises:
        DatabaseRefused: it is not there and cannot be made, or `file` is a directory itself.
    """
    directory = file.path.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseRefused(
            f"The database's directory {directory} cannot be made ({error.strerror}); "
            "make it, or choose another place in database.url.",
        ) from error
    if file.path.is_dir():
        raise DatabaseRefused(
            f"{file.path} is a directory; database.url must name a file.",
        )


def opening_error(file: SqliteFile, error: BaseException) -> OperatorError | RetryLater | None:
    """What a driver's error in opening `file` means; None when it is a bug of ours."""
    path, told = file.path, driver_error(error)
    match sqlite_code(error):
        case sqlite3.SQLITE_NOTADB:
            return DatabaseRefused(
                f"{path} is no SQLite database; move it away, or choose another in database.url.",
            )
        case sqlite3.SQLITE_CORRUPT:
            return DatabaseRefused(
                f"{path} is damaged ({told}); put back a backup of it, "
                "or save what can be read with `sqlite3 FILE .recover`.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return DatabaseRefused(
                f"{path} cannot be opened for writing ({told}); let this user write "
                "the file and its directory, or choose another place in database.url.",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return DatabaseUnavailable(f"{path} is locked by another process ({told}).")
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_NOMEM:
            return DatabaseUnavailable(
                f"{path} cannot be written now ({told}); look at its disk's space and health.",
            )
        case _:
            return None
