"""The journal's file: made, opened again, set aside when broken, and missed when it is gone."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.disks import fill, small_disk

from scrobbled.errors import JournalDamaged, OperatorError
from scrobbled.store.journal import (
    JournalFile,
    JournalStore,
    journal_path,
    journal_trouble,
    open_journal,
)
from scrobbled.store.journal.read import Backlog, backlog
from scrobbled.store.journal.tables import JOURNAL_VERSION
from scrobbled.store.journal.write import bury


def letters(journal: JournalStore) -> int:
    """How many dead letters there are."""
    found: Backlog = journal.read(backlog).result()
    return found.dead_letters


def fill_with_letters(directory: Path, count: int = 2000) -> None:
    """Makes a journal of some size."""
    with open_journal(directory) as journal:
        for _ in range(count):
            journal.write(lambda tx: bury(tx, source="s", at_s=0.0, reason="r", body="b" * 500))


def test_a_journal_is_made_and_found_again(tmp_path: Path) -> None:
    """What is in it is there the next time; only its user may read it."""
    with open_journal(tmp_path) as journal:
        journal.write(lambda tx: bury(tx, source="s", at_s=0.0, reason="r", body="b")).result()
    with open_journal(tmp_path) as journal:
        assert letters(journal) == 1
        version = journal.read(
            lambda tx: tx.connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        ).result()
    assert version == JOURNAL_VERSION
    assert list(tmp_path.glob("*damaged*")) == []


def test_commits_survive_the_loss_of_power(tmp_path: Path) -> None:
    """Every connection that writes syncs at each commit, and the log does not grow for ever."""

    def pragmas(name: str) -> object:
        return journal.write(
            lambda tx: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        ).result()

    with open_journal(tmp_path) as journal:
        assert pragmas("journal_mode") == "wal"
        assert pragmas("synchronous") == 2
        assert pragmas("journal_size_limit") == 16 * 1024 * 1024


def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    """It is kept under another name, each time another one, and a new one is begun."""
    for number in (1, 2):
        journal_path(tmp_path).write_bytes(b"not a database" * 1000 * number)
        with open_journal(tmp_path) as journal:
            assert letters(journal) == 0
    kept = sorted(path.name for path in tmp_path.glob("journal.db.damaged-?"))
    assert kept == ["journal.db.damaged-1", "journal.db.damaged-2"]
    assert (tmp_path / kept[0]).read_bytes().startswith(b"not a database")


def test_damage_deep_inside_is_found_at_the_start(tmp_path: Path) -> None:
    """A file whose head is whole but whose pages are not is set aside, and the log says why."""
    fill_with_letters(tmp_path)
    path = journal_path(tmp_path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(64 * 1024))
    with capture_logs() as log, open_journal(tmp_path) as journal:
        assert letters(journal) == 0
    assert (tmp_path / "journal.db.damaged-1").exists()
    assert log[0]["event"] == "journal.set_aside"
    assert log[0]["reason"].startswith("The journal is damaged (")


def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    """The sentence says what to do."""
    open_journal(tmp_path).close()
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.execute(f"PRAGMA user_version={JOURNAL_VERSION + 1}")
    connection.close()
    with pytest.raises(OperatorError, match=r"newer scrobbled.*install that one again"):
        open_journal(tmp_path)
    assert list(tmp_path.glob("*damaged*")) == []


def test_a_directory_in_its_place_is_refused(tmp_path: Path) -> None:
    """It is not ours to move."""
    journal_path(tmp_path).mkdir()
    with pytest.raises(OperatorError, match=r"journal\.db cannot be opened"):
        open_journal(tmp_path)


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Nothing is made but the file."""
    with pytest.raises(OperatorError, match="cannot be opened"):
        open_journal(tmp_path / "nowhere")


def test_a_full_disk_is_asked_for_room(tmp_path: Path) -> None:
    """Space is asked for until the file can be opened, or there is none left to give."""
    with small_disk(tmp_path / "disk", 8) as disk:
        open_journal(disk).close()
        fillers = [fill(disk)]
        asked: list[bool] = []

        def make_room() -> bool:
            asked.append(bool(fillers))
            if fillers:
                fillers.pop().unlink()
            return asked[-1]

        with pytest.raises(OperatorError, match="cannot be opened"):
            open_journal(disk)
        with open_journal(disk, make_room) as journal:
            assert letters(journal) == 0
        assert asked == [True]
        assert list(disk.glob("*damaged*")) == []
        fill(disk)
        with pytest.raises(OperatorError, match="cannot be opened"):
            open_journal(disk, make_room)
        assert asked == [True, False]


def test_a_file_that_was_moved_or_deleted_is_missed(tmp_path: Path) -> None:
    """SQLite writes on to a file without a name; who asks is told that it is gone."""
    with open_journal(tmp_path):
        file = JournalFile.opened_in(tmp_path)
        assert file.is_there
        file.path.rename(tmp_path / "elsewhere")
        assert not file.is_there
        shutil.copy(tmp_path / "elsewhere", file.path)
        assert not file.is_there, "a copy is not the file that is open"
        file.path.unlink()
        (tmp_path / "elsewhere").rename(file.path)
        assert file.is_there


def test_a_file_that_cannot_be_looked_at_is_taken_to_be_there(tmp_path: Path) -> None:
    """Not knowing is no reason to end."""
    file = JournalFile(tmp_path / ("x" * 300), 1, 1)
    assert file.is_there


def test_damage_in_mid_flight_is_told_apart(tmp_path: Path) -> None:
    """A broken file is no outage that passes."""
    fill_with_letters(tmp_path)
    path = journal_path(tmp_path)
    with open_journal(tmp_path) as journal:
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(os.urandom(path.stat().st_size - 8192))
        error = journal.read(
            lambda tx: tx.connection.exec_driver_sql("SELECT sum(length(body)) FROM dead_letters")
        ).exception()
        trouble = journal_trouble(error)  # type: ignore[arg-type]  # else the next line fails
    assert isinstance(trouble, JournalDamaged)
    assert "damaged" in str(trouble)
