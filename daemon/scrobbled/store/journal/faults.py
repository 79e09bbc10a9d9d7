"""What ails the journal, in words about the journal."""

import sqlite3

from scrobbled.errors import (
    DatabaseUnavailable,
    JournalDamaged,
    JournalFull,
    JournalUnavailable,
)
from scrobbled.store.faults import Fault, driver_error, fault_of, sqlite_code

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def journal_trouble(error: DatabaseUnavailable) -> JournalUnavailable:
    """What `error`, raised by the journal's file, means for who wanted something of it."""
    cause = error.__cause__
    if cause is None:
        return JournalUnavailable(str(error))  # closed, or on a file system that cannot hold it
    told, code = driver_error(cause), sqlite_code(cause)
    advice = "look at its disk, its permissions and the system's log"
    if fault_of(cause) is Fault.BUSY:
        return JournalUnavailable(
            f"The journal is locked by another process ({told}); close what has it open."
        )
    if code in _DAMAGED:
        return JournalDamaged(f"The journal is damaged ({told}).")
    if code == sqlite3.SQLITE_FULL:
        return JournalFull(f"There is no space for the journal ({told}); free some on its disk.")
    if code == sqlite3.SQLITE_IOERR:
        # So SQLite says when there is no space for its shared memory; or the disk fails.
        return JournalFull(f"The journal's disk is full or fails ({told}); {advice}.")
    return JournalUnavailable(f"The journal cannot be used now ({told}); {advice}.")
