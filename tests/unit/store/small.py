"""A small database of one table, to try the threads on."""

import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from scrobbled.store import Database, SqliteFile, Transaction, open_sqlite_file
from scrobbled.store.writer import WriterLimits

METADATA = sa.MetaData()
NOTES = sa.Table(
    "notes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False, unique=True),
)

Small = Database[sa.MetaData]
SmallTx = Transaction[sa.MetaData]


def open_small(
    path: Path,
    *,
    limits: WriterLimits | None = None,
    busy_timeout_s: float = 5.0,
    most_pages: int = 1_000_000,
) -> Small:
    """Opens the database in `path`, and makes it first if need be."""
    return open_sqlite_file(
        SqliteFile(path, busy_timeout_s=busy_timeout_s, pragmas={"max_page_count": most_pages}),
        METADATA,
        name="small",
        prepare=lambda tx: METADATA.create_all(tx.connection),
        limits=limits,
    )


def note(text: str) -> Callable[[SmallTx], str]:
    """A use case that stores `text` and returns it."""

    def store(tx: SmallTx) -> str:
        tx.connection.execute(NOTES.insert(), {"text": text})
        return text

    return store


def notes(database: Small) -> list[str]:
    """What is stored, in the order of writing."""
    query = sa.select(NOTES.c.text).order_by(NOTES.c.id)
    return list(database.read(lambda tx: tx.connection.execute(query).scalars().all()).result())


class Gate:
    """Holds the writer in a use case until it is opened, so that others come to wait."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._opened = threading.Event()

    def __call__(self, _tx: SmallTx) -> None:
        """The use case."""
        self.entered.set()
        if not self._opened.wait(10):
            raise TimeoutError

    def open(self) -> None:
        """Lets the writer go on."""
        self._opened.set()
