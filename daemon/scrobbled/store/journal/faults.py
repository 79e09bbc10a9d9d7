"""What ails the journal, in words about the journal."""

import sqlite3

from scrobbled.errors import DatabaseUnavailable, JournalUnavailable
from scrobbled.store.faults import Fault, driver_error, fault_of, sqlite_code

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NO_SPACE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
"""SQLite says "full" when a file cannot be made longer, and "I/O error" when its shared memory
cannot be; a failing disk gives the latter, too."""


def journal_trouble(error: DatabaseUnavailable) -> JournalUnavailable:
    """What `error`, raised by the journal's file, means for who wanted something of it."""
    cause = error.__cause__
    if cause is None:
        return JournalUnavailable(str(error))  # closed, or on a file system that cannot hold it
    told = driver_error(cause)
    if fault_of(cause) is Fault.BUSY:
        return JournalUnavailable(
            f"The journal is locked by another process ({told}); close what has it open."
        )
    code = sqlite_code(cause)
    if code == sqlite3.SQLITE_FULL:
        return JournalUnavailable(
            f"There is no space for the journal ({told}); free some on its disk.", lacks_space=True
        )
    if code in _DAMAGED:
        return JournalUnavailable(f"The journal is damaged ({told}).", damaged=True)
    return JournalUnavailable(
        f"The journal cannot be used now ({told}); look at its disk, its permissions and the "
        "system's log.",
        lacks_space=code in _NO_SPACE,
    )
