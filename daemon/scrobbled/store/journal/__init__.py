"""The capture journal: a small SQLite file of its own, beside the main database."""

from scrobbled.store.journal.opening import (
    JOURNAL_FILE,
    JournalStore,
    JournalTransaction,
    journal_path,
    open_journal,
)

__all__ = [
    "JOURNAL_FILE",
    "JournalStore",
    "JournalTransaction",
    "journal_path",
    "open_journal",
]
