"""`scrobbled db`."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.cli.command import scrobbled

from scrobbled.store.migrations import HEAD


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration with a database of its own, which is not made yet."""
    path = tmp_path / "scrobbled.yaml"
    path.write_text(
        f"state_dir: {tmp_path}\ndatabase:\n  url: sqlite:///{tmp_path}/music.db\n"
        "users:\n  - name: anna\n"
    )
    return path


def test_upgrade_makes_a_database_once(file: Path) -> None:
    """The first time it is made, the second time there is nothing to do."""
    first = scrobbled("db", "upgrade", "-c", file)
    second = scrobbled("db", "upgrade", "-c", file)

    assert (first.returncode, first.stdout) == (0, f"Made the database (revision {HEAD}).\n")
    assert second.stdout == f"The database is up to date (revision {HEAD}).\n"


def test_check_finds_a_good_database_good(file: Path) -> None:
    """Each thing that was looked at has its line."""
    scrobbled("db", "upgrade", "-c", file)
    checked = scrobbled("db", "check", "-c", file)

    assert checked.returncode == 0
    assert [line[:4] for line in checked.stdout.splitlines()] == ["ok  "] * 4


def test_check_fails_where_something_is_wrong(file: Path) -> None:
    """What is wrong stands in the answer, for people and for programs, and in the status."""
    scrobbled("db", "upgrade", "-c", file)
    with closing(sqlite3.connect(file.parent / "music.db")) as connection, connection:
        connection.execute("DROP TABLE title_aliases")
    checked = scrobbled("db", "check", "-c", file)
    as_json = scrobbled("db", "check", "--json", "-c", file)

    assert checked.returncode == as_json.returncode == 1
    assert "FAIL Tables or columns are missing: title_aliases." in checked.stdout
    assert [finding["ok"] for finding in json.loads(as_json.stdout)] == [True, False, True, True]


def test_check_makes_nothing(file: Path) -> None:
    """Without a database it says how one is made."""
    checked = scrobbled("db", "check", "-c", file)

    assert checked.returncode == 1
    assert "`scrobbled db upgrade` makes one" in checked.stderr
    assert not (file.parent / "music.db").exists()
