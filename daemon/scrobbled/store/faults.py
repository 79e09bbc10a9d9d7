"""What a driver's error means for who waits: try again, not now, never, or a bug."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from sqlalchemy.exc import DBAPIError

from scrobbled.errors import DatabaseUnavailable, ItemRejected

DRIVER_ERRORS = (DBAPIError, sqlite3.Error)
"""What a statement can raise, through SQLAlchemy or beside it."""


class Fault(Enum):
    """The kinds of errors.

    BUSY: somebody else holds the lock; the same transaction may succeed in a moment.
    AWAY: the file cannot be read or written now: disk full, I/O error, no permission.
    REJECTED: the rows break a constraint; they will break it again.
    BUG: the statement is wrong.
    """

    BUSY = "busy"
    AWAY = "away"
    REJECTED = "rejected"
    BUG = "bug"


_PRIMARY_CODE = 0xFF
"""Extended result codes carry the primary one in their low byte (sqlite.org/rescode.html)."""

_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_PROTOCOL: Fault.BUSY,
    sqlite3.SQLITE_CANTOPEN: Fault.AWAY,
    sqlite3.SQLITE_CORRUPT: Fault.AWAY,
    sqlite3.SQLITE_FULL: Fault.AWAY,
    sqlite3.SQLITE_INTERRUPT: Fault.AWAY,
    sqlite3.SQLITE_IOERR: Fault.AWAY,
    sqlite3.SQLITE_NOMEM: Fault.AWAY,
    sqlite3.SQLITE_NOTADB: Fault.AWAY,
    sqlite3.SQLITE_PERM: Fault.AWAY,
    sqlite3.SQLITE_READONLY: Fault.AWAY,
    sqlite3.SQLITE_CONSTRAINT: Fault.REJECTED,
    sqlite3.SQLITE_MISMATCH: Fault.REJECTED,
    sqlite3.SQLITE_TOOBIG: Fault.REJECTED,
}


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error in `error`, which may be one itself."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    return error


def sqlite_code(error: BaseException) -> int | None:
    """SQLite's primary result code; None when the error is none of SQLite's library."""
    code = getattr(driver_error(error), "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE


def fault_of(error: BaseException) -> Fault:
    """What kind of error it is."""
    code = sqlite_code(error)
    if code is None:
        return Fault.BUG
    return _SQLITE_FAULTS.get(code, Fault.BUG)


def for_caller(error: BaseException) -> BaseException:
    """The error to hand to who waits: one of ours where there is one, without any values.

    SQLAlchemy's own text holds the statement's parameters, so only the driver's is passed on.
    """
    cause = driver_error(error)
    told: Exception
    match fault_of(error):
        case Fault.BUG:
            return error
        case Fault.BUSY:
            told = DatabaseUnavailable(f"The database is locked by another process ({cause}).")
        case Fault.AWAY:
            told = DatabaseUnavailable(
                f"The database cannot be used now ({cause}); "
                "look at its disk's space, its permissions and the system's log.",
            )
        case Fault.REJECTED:
            told = ItemRejected(f"The database refuses the row ({cause}).")
    told.__cause__ = error
    return told


@contextmanager
def translated() -> Iterator[None]:
    """Raises drivers' errors as the errors that callers know."""
    try:
        yield
    except DRIVER_ERRORS as error:
        told = for_caller(error)
        if told is error:
            raise
        raise told from error


def closed() -> DatabaseUnavailable:
    """The error of a use case that came too late."""
    return DatabaseUnavailable("The database has been closed; the program is about to end.")
