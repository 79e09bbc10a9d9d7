"""Databases opened for reading alone: whatever they are like, they stay as they are."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from scrobbled.errors import DatabaseRefused, DatabaseUnavailable, OperatorError
from scrobbled.store import Tables, Transaction, open_database
from scrobbled.store.journal import journal_path, open_journal
from scrobbled.store.journal.read import backlog
from scrobbled.store.listens.users import all_users, ensure_users
from scrobbled.store.reading import open_database_to_read, open_journal_to_read

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one user, closed."""
    file = tmp_path / "store" / "scrobbled.db"
    with open_database(f"sqlite:///{file}") as database:
        database.write(partial(ensure_users, users=[("anna", None)], now=NOW)).result()
    return file


def names(path: Path) -> list[str] | None:
    """The users that a reader finds; None without a database."""
    database = open_database_to_read(f"sqlite:///{path}")
    if database is None:
        return None
    with database:
        return [user.name for user in database.read(all_users).result()]


def fingerprint(directory: Path) -> dict[str, str]:
    """What each file in it holds."""
    return {
        file.name: sha256(file.read_bytes()).hexdigest() for file in sorted(directory.iterdir())
    }


def test_what_was_written_is_read(path: Path) -> None:
    """A database that nobody uses is read, and nothing is left beside it."""
    before = fingerprint(path.parent)

    assert names(path) == ["anna"]
    assert fingerprint(path.parent) == before


def test_a_daemon_goes_on_writing_meanwhile(path: Path) -> None:
    """Readers see what is committed, and the writer does not wait for them."""
    with open_database(f"sqlite:///{path}") as database:
        reader = open_database_to_read(f"sqlite:///{path}")
        assert reader is not None
        with reader:
            assert len(reader.read(all_users).result()) == 1
            database.write(partial(ensure_users, users=[("ben", None)], now=NOW)).result()
            assert len(reader.read(all_users).result()) == 2


def test_a_reader_cannot_write(path: Path) -> None:
    """Not even by mistake."""

    def write(tx: Transaction[Tables]) -> None:
        ensure_users(tx, [("ben", None)], NOW)

    reader = open_database_to_read(f"sqlite:///{path}")
    assert reader is not None
    with reader, pytest.raises(DatabaseUnavailable, match="readonly"):
        reader.read(write).result()


def test_what_a_killed_writer_left_is_read(path: Path, tmp_path: Path) -> None:
    """The write-ahead log of a process that was killed belongs to the database."""
    copy = tmp_path / "copy"
    copy.mkdir()
    with open_database(f"sqlite:///{path}") as database:
        database.write(partial(ensure_users, users=[("ben", None)], now=NOW)).result()
        for name in (path.name, f"{path.name}-wal"):
            (copy / name).write_bytes((path.parent / name).read_bytes())

    assert names(copy / path.name) == ["anna", "ben"]


@pytest.mark.parametrize("made", [None, b""], ids=["missing", "empty"])
def test_no_database_is_none(tmp_path: Path, made: bytes | None) -> None:
    """Where there is none yet, none is made."""
    path = tmp_path / "none" / "scrobbled.db"
    if made is not None:
        path.parent.mkdir()
        path.write_bytes(made)

    assert names(path) is None
    assert path.parent.exists() == (made is not None)
    assert made is None or fingerprint(path.parent) == {path.name: sha256(made).hexdigest()}


def _older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")


def _no_database(path: Path) -> None:
    path.write_text("Dear diary, " * 1000, encoding="utf-8")


def _damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(8000) + content[8100:])


@pytest.mark.parametrize(
    ("hurt", "told"),
    [
        (_older, r"older version of scrobbled \(schema 0003.*`scrobbled db upgrade`"),
        (_newer, "newer version of scrobbled.*install that version again"),
        (_foreign, r"tables of another program \(recipes\)"),
        (_no_database, "no SQLite database"),
        (_damaged, "damaged.*put back a backup"),
    ],
)
def test_what_cannot_be_used_is_said_and_left_alone(
    path: Path, hurt: Callable[[Path], None], told: str
) -> None:
    """One sentence says what it is and what to do; nothing is upgraded or mended."""
    hurt(path)
    before = fingerprint(path.parent)

    with pytest.raises(DatabaseRefused, match=told):
        names(path)
    assert fingerprint(path.parent)[path.name] == before[path.name]


def test_a_directory_is_no_database(tmp_path: Path) -> None:
    """A folder in its place is named as such."""
    with pytest.raises(DatabaseRefused, match="is a directory"):
        names(tmp_path)


def test_the_journal_is_read(tmp_path: Path) -> None:
    """Beside who writes it, and afterwards."""
    with open_journal(tmp_path):
        beside = open_journal_to_read(tmp_path)
        assert beside is not None
        with beside:
            assert beside.read(backlog).result().waiting == 0
    after = open_journal_to_read(tmp_path)
    assert after is not None
    with after:
        found = after.read(lambda tx: tx.connection.execute(select(tx.tables.outbox)).all())
        assert found.result() == []


def test_no_journal_is_none(tmp_path: Path) -> None:
    """Where there is none yet, none is made."""
    assert open_journal_to_read(tmp_path / "none") is None
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_journal_is_said_and_left_alone(tmp_path: Path) -> None:
    """Only who writes it may set it aside: the daemon does, when it starts."""
    open_journal(tmp_path).close()
    journal_path(tmp_path).write_bytes(b"no journal" * 1000)
    before = fingerprint(tmp_path)

    with pytest.raises(DatabaseRefused, match="no SQLite database"):
        open_journal_to_read(tmp_path)
    assert fingerprint(tmp_path) == before


def test_the_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    """What it holds might mean something else."""
    open_journal(tmp_path).close()
    with closing(sqlite3.connect(journal_path(tmp_path))) as connection, connection:
        connection.execute("PRAGMA user_version=7")

    with pytest.raises(DatabaseRefused, match="its version is 7"):
        open_journal_to_read(tmp_path)


def test_a_path_through_a_file_is_no_database(path: Path) -> None:
    """Nothing can be there."""
    assert names(path / "scrobbled.db") is None


def test_a_name_that_cannot_be_looked_up_is_said(tmp_path: Path) -> None:
    """What the system refuses to look at is no missing database."""
    with pytest.raises(OperatorError, match=r"cannot be read by this user \(File name too long\)"):
        names(tmp_path / ("x" * 300))
