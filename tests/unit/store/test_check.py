"""Looking a database over finds what is wrong with it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from scrobbled.errors import DatabaseRefused
from scrobbled.store import Schemas, build_tables, check_database, open_database
from scrobbled.store.upgrade import upgrade

SINGLE = Schemas()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database, made and closed."""
    path = tmp_path / "scrobbled.db"
    open_database(f"sqlite:///{path}").close()
    return path


def wrongs(path: Path) -> list[str]:
    """What is found wrong."""
    findings = check_database(f"sqlite:///{path}", schemas=SINGLE)
    assert all((finding.advice is None) == finding.ok for finding in findings)
    return [finding.what for finding in findings if not finding.ok]


def do(path: Path, *statements: str) -> None:
    """Changes the database behind the daemon's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_good_database_has_no_faults(path: Path) -> None:
    """Also while it is open, and a write is under way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")

        assert wrongs(path) == []


def test_a_missing_column_is_found(path: Path) -> None:
    """Generated columns are seen as well, so the others are not taken for missing."""
    do(path, "ALTER TABLE artists DROP COLUMN sort_name")

    assert wrongs(path) == ["Tables or columns are missing: artists.sort_name."]


def test_a_broken_reference_is_found(path: Path) -> None:
    """A listen of a track that is not there."""
    do(path, "INSERT INTO title_aliases (track_id, alias, alias_normalized) VALUES (7, 'a', 'a')")

    assert wrongs(path) == ["Rows refer to rows that are not there: title_aliases row 1 to tracks."]


def test_a_damaged_index_is_found(path: Path) -> None:
    """An index that does not agree with its table."""
    do(
        path,
        "INSERT INTO genres (name, name_normalized) VALUES ('a', 'a')",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master"
        " WHERE name = 'ix_tracks_album_id') WHERE name = 'sqlite_autoindex_genres_1'",
    )

    assert any("damaged" in wrong for wrong in wrongs(path))


def test_an_old_database_is_found(tmp_path: Path) -> None:
    """The advice is to upgrade it; nothing is upgraded by looking."""
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, build_tables(SINGLE), "0002")
    engine.dispose()

    (wrong,) = wrongs(path)
    assert "has revision 0002" in wrong
    assert wrongs(path) == [wrong]


def test_an_absent_database_is_not_made(tmp_path: Path) -> None:
    """The error says how to make one."""
    with pytest.raises(DatabaseRefused, match="db upgrade"):
        check_database(f"sqlite:///{tmp_path}/none.db", schemas=SINGLE)

    assert list(tmp_path.iterdir()) == []
