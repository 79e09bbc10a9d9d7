"""The capture journal: a small SQLite file of its own, beside the main database."""
