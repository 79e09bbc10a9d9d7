"""A database is made, found, upgraded or refused when it is opened."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from scrobbled.errors import DatabaseRefused, DatabaseUnavailable
from scrobbled.store import Schemas, build_tables, open_database
from scrobbled.store.migrations import HEAD
from scrobbled.store.upgrade import upgrade

NOBODY = 65534
"""The user and group without rights, on Debian and most others."""

OPENING_PROCESS = """
import os, sys
import sqlalchemy.dialects.sqlite
from scrobbled.errors import ScrobbledError
from scrobbled.store import open_database
sys.stdin.readline()
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    open_database(f"sqlite:///{sys.argv[1]}").close()
except ScrobbledError as error:
    print(type(error).__name__, error)
else:
    print("open", "alembic" in sys.modules)
"""


def url(path: Path) -> str:
    """The URL of a database in this file."""
    return f"sqlite:///{path}"


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    """The answer of a connection of its own."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "scrobbled.db"


def test_a_new_database_is_made_with_its_directory(tmp_path: Path) -> None:
    """What is missing of the path is made, for its owner only."""
    path = tmp_path / "new" / "deep" / "scrobbled.db"
    open_database(url(path)).close()

    assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert query(path, "SELECT count(*) FROM listens") == [(0,)]
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_there_again(path: Path) -> None:
    """Opening an existing database changes nothing about it."""
    with open_database(url(path)) as database:
        database.write(
            lambda tx: tx.connection.exec_driver_sql(
                "INSERT INTO users (username, created_at) VALUES ('anna', 0)"
            )
        ).result()
    with open_database(url(path)):
        pass

    assert query(path, "SELECT username FROM users") == [("anna",)]


def test_every_connection_is_set_up_for_safety(path: Path) -> None:
    """Writer and readers: write-ahead log, synced at every commit, references enforced."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with open_database(url(path)) as database:
        found = [
            [
                run(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA {p}").scalar()).result()  # noqa: B023 - run at once
                for p in pragmas
            ]
            for run in (database.write, database.read)
        ]

    assert found == [["wal", 2, 1, 5000]] * 2


def test_an_up_to_date_database_is_opened_without_alembic(path: Path) -> None:
    """The daemon's memory is small because what upgrades need is loaded for upgrades only."""
    assert opened_by(path) == ["open False", "open False"]
    assert opened_by(path) == ["open False", "open False"]


def opened_by(path: Path, processes: int = 2, *, user: int | None = None) -> list[str]:
    """What processes say that open the database at the same moment, as `user` if given."""
    arguments = [str(path)] if user is None else [str(path), str(user)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING_PROCESS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in started]


@pytest.mark.parametrize("number", range(5))
def test_processes_that_start_at_once_all_come_up(tmp_path: Path, number: int) -> None:
    """On an empty file one makes the tables, and the others wait and find them."""
    path = tmp_path / f"{number}.db"

    assert opened_by(path, 4) == ["open False"] * 4
    assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


def refused(path: Path) -> str:
    """The sentence with which the database is refused; its file must stay as it is."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DatabaseRefused) as refusal:
        open_database(url(path))
    assert (path.read_bytes() if path.is_file() else None) == before
    return str(refusal.value)


def test_a_newer_schema_is_refused(path: Path) -> None:
    """It is never downgraded; the error says which versions meet."""
    open_database(url(path)).close()
    query(path, "UPDATE alembic_version SET version_num = '9001'")
    sentence = refused(path)

    assert "newer version of scrobbled (schema 9001" in sentence
    assert f"knows {HEAD}" in sentence


def test_tables_of_another_program_are_refused(path: Path) -> None:
    """Also when they have names of ours: there is no revision, so they are not ours."""
    query(path, "CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT)")
    query(path, "CREATE TABLE scrobbles (timestamp INTEGER PRIMARY KEY)")

    assert "tables of another program (artists)" in refused(path)


def test_a_file_of_another_program_is_refused(path: Path) -> None:
    """A file that is somebody else's is not made ours by adding tables to it."""
    for name in "abcd":
        query(path, f"CREATE TABLE {name} (id INTEGER)")

    assert "(a, b, c, …)" in refused(path)


def test_another_programs_alembic_is_refused(path: Path) -> None:
    """A table of revisions alone does not make a database ours."""
    query(path, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    query(path, "INSERT INTO alembic_version VALUES ('ae1027a6acf')")

    assert "another program" in refused(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """Somebody's text file is left alone."""
    path.write_text("dear diary, " * 1000)

    assert "is no SQLite database" in refused(path)


def test_a_damaged_database_is_refused(path: Path) -> None:
    """Where not even the list of tables can be read, a backup is needed."""
    open_database(url(path)).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    sentence = refused(path)

    assert "is damaged" in sentence
    assert "backup" in sentence


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """The error names what is wrong with the path."""
    assert "is a directory" in refused(tmp_path)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file stands where a directory should be."""
    (tmp_path / "file").touch()

    assert "cannot be made (File exists)" in refused(tmp_path / "file" / "scrobbled.db")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("sqlite://", "needs the path of a file"),
        ("sqlite:///:memory:", "needs the path of a file"),
        ("sqlite:////tmp/x.db?mode=ro", "nothing else"),
        ("not a url", "cannot be read"),
        ("mariadb://user:hidden@host/db", "supports SQLite; MariaDB is not"),
        ("mysql://user:hidden@host/db", "supports SQLite; MySQL is not"),
        ("postgresql+psycopg://user:hidden@host/db", "supports SQLite; PostgreSQL is not"),
        ("oracle://user:hidden@host/db", "supports SQLite; 'oracle' is not"),
    ],
)
def test_other_urls_are_refused(wrong: str, sentence: str) -> None:
    """One sentence that says what is possible, and never the password."""
    with pytest.raises(DatabaseRefused) as refusal:
        open_database(wrong)

    assert sentence in str(refusal.value)
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize(
    "schemas", [Schemas("medialibrary", "listens"), Schemas("library"), Schemas(None, "listens")]
)
def test_a_split_is_refused(path: Path, schemas: Schemas) -> None:
    """As long as a file cannot be split, nothing is made that would have to be moved later."""
    with pytest.raises(DatabaseRefused, match="in one file"):
        open_database(url(path), schemas=schemas)
    assert not path.exists()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that a user without rights can reach, which those of pytest are not."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become a user without rights")
    folder = Path(tempfile.mkdtemp(prefix="scrobbled-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_file_that_may_only_be_read_is_refused(public_folder: Path) -> None:
    """The error says so at the start, and not with the first play."""
    path = public_folder / "scrobbled.db"
    open_database(url(path)).close()

    (said,) = opened_by(path, 1, user=NOBODY)

    assert said.startswith("DatabaseRefused")
    assert "cannot be opened for writing" in said


def test_a_directory_that_may_only_be_read_is_refused(public_folder: Path) -> None:
    """Neither the file nor a directory for it can be made there."""
    said = [
        *opened_by(public_folder / "scrobbled.db", 1, user=NOBODY),
        *opened_by(public_folder / "new" / "scrobbled.db", 1, user=NOBODY),
    ]

    assert "cannot be opened for writing" in said[0]
    assert "cannot be made (Permission denied)" in said[1]


def test_a_locked_database_is_away_and_not_refused(path: Path) -> None:
    """A lock goes away by itself, so the daemon may try again."""
    open_database(url(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as rival:
        rival.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable, match="locked by another process"):
            open_database(url(path), patience_s=0.1)


def test_one_of_several_processes_upgrades(path: Path) -> None:
    """Started at once on an older database, one applies the revisions and the others wait."""
    engine = sa.create_engine(url(path))
    with engine.begin() as connection:
        upgrade(connection, build_tables(Schemas()), "0001")
    engine.dispose()

    assert sorted(opened_by(path, 3)) == ["open False", "open False", "open True"]
    assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
