"""Opening the journal."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from sqlalchemy import inspect

from scrobbled.errors import DatabaseUnavailable, JournalFull, OperatorError
from scrobbled.log import get_logger
from scrobbled.store.database import Database, open_sqlite_file
from scrobbled.store.journal.faults import journal_trouble
from scrobbled.store.journal.tables import JOURNAL_VERSION, JournalTables, journal_tables
from scrobbled.store.sqlite import SqliteFile
from scrobbled.store.transaction import Transaction

JOURNAL_FILE = "journal.db"

JournalStore: TypeAlias = Database[JournalTables]
JournalTransaction: TypeAlias = Transaction[JournalTables]

log = get_logger(__name__)


def open_journal(state_dir: Path, make_room: Callable[[], bool] = lambda: False) -> JournalStore:
    """Opens the journal in `state_dir`, and makes it when there is none.

    A file that is damaged is set aside under another name and a new one begun: what it held may
    be lost, but what is played from now on must not be.

    Args:
        state_dir: where it is.
        make_room: is called when the disk is full; gives up some space, False without any.

    Raises:
        OperatorError: it cannot be written, or a newer version of the daemon has written it.
    """
    path = journal_path(state_dir)
    while True:
        try:
            return _open(path)
        except DatabaseUnavailable as error:
            trouble = journal_trouble(error)
            if isinstance(trouble, JournalFull) and make_room():
                continue
            if not _is_damaged(path):
                raise OperatorError(f"{path} cannot be opened: {trouble}") from error
            aside = _set_aside(path)
            log.error(  # noqa: TRY400 - a damaged file is no bug; its reason says all
                "journal.set_aside", path=str(path), kept_as=str(aside), reason=str(trouble)
            )


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The journal's file, as it was when it was opened."""

    path: Path
    device: int
    inode: int

    @classmethod
    def opened_in(cls, state_dir: Path) -> Self:
        """The one that was opened in `state_dir` just now."""
        found = journal_path(state_dir).stat()
        return cls(journal_path(state_dir), found.st_dev, found.st_ino)

    @property
    def is_there(self) -> bool:
        """Whether the file in its place is still this one.

        SQLite goes on writing to a file that was deleted or moved away, without a word.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        except OSError:
            return True  # nobody knows
        return (found.st_dev, found.st_ino) == (self.device, self.inode)


def journal_path(state_dir: Path) -> Path:
    """Where the journal is."""
    return state_dir / JOURNAL_FILE


def _open(path: Path) -> JournalStore:
    # Written by one process at a time, which holds the daemon's lock.
    file = SqliteFile(path, foreign_keys=False, pragmas={"journal_size_limit": 16 * 1024 * 1024})
    return open_sqlite_file(file, journal_tables(), name="journal", prepare=_prepare, readers=1)


def _prepare(tx: JournalTransaction) -> None:
    found = str(tx.connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if found != "ok":
        raise DatabaseUnavailable(f"The journal is damaged ({found.splitlines()[-1]}).")
    version = tx.connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > JOURNAL_VERSION:
        raise OperatorError(
            f"The journal was written by a newer scrobbled (its version is {version}, this one "
            f"knows {JOURNAL_VERSION}): install that one again, or move the journal away."
        )
    if not inspect(tx.connection).has_table("receipts"):  # the youngest
        tx.tables.metadata.create_all(tx.connection)
        tx.connection.exec_driver_sql(f"PRAGMA user_version={JOURNAL_VERSION}")


def _is_damaged(path: Path) -> bool:
    """Whether SQLite finds the file to be no database, or one with faults."""
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        return False
    try:
        connection = sqlite3.connect(path)
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True
    return bool(found != "ok")


def _set_aside(path: Path) -> Path:
    """Renames the file, and what SQLite keeps beside it, to the first free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside
