"""The capture journal: a small SQLite file of its own, beside the main database."""

from scrobbled.store.journal.faults import journal_trouble
from scrobbled.store.journal.opening import (
    JOURNAL_FILE,
    JournalFile,
    JournalStore,
    JournalTransaction,
    journal_path,
    open_journal,
)

__all__ = [
    "JOURNAL_FILE",
    "JournalFile",
    "JournalStore",
    "JournalTransaction",
    "journal_path",
    "journal_trouble",
    "open_journal",
]
