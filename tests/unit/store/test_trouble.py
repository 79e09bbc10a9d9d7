"""Locks, full disks and killed processes: nothing acknowledged is lost, nobody waits for ever."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.store.small import Gate, Small, SmallTx, note, notes, open_small

from scrobbled.errors import DatabaseUnavailable
from scrobbled.store import Lane
from scrobbled.store.writer import WriterLimits

if TYPE_CHECKING:
    from concurrent.futures import Future

LOCKING_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""

WRITING_PROCESS = """
import sys
from pathlib import Path
from tests.unit.store.small import note, open_small
small = open_small(Path(sys.argv[1]))
def tell(future):
    print(future.result(), flush=True)
for number in range(int(sys.argv[2]), 10**9):
    small.write(note(f"n{number}")).add_done_callback(tell)
    if number % 20 == 19:
        small.write(note(f"m{number}")).result()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the small database is."""
    return tmp_path / "small.db"


@contextmanager
def locked(path: Path) -> Iterator[Callable[[], None]]:
    """Another process holds the write lock, until what this gives is called."""
    with subprocess.Popen(
        [sys.executable, "-c", LOCKING_PROCESS, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process.stdin.close


def test_a_write_waits_for_another_process(path: Path) -> None:
    """A lock that is let go of in time delays a write, and does not fail it."""
    with open_small(path, busy_timeout_s=0.05) as small, locked(path) as let_go:
        waiting = small.write(note("in the end"))
        assert not _done_within(waiting.done, 0.3)
        let_go()

        assert waiting.result(10) == "in the end"


def test_a_lock_that_stays_fails_everybody_who_waited(path: Path) -> None:
    """All who waited learn it at once, not one after the other; later writes work again."""
    limits = WriterLimits(patience_s=0.5)
    with open_small(path, busy_timeout_s=0.05, limits=limits) as small:
        with locked(path) as let_go:
            began = time.monotonic()
            futures = [
                small.write(note(f"{lane.value} {number}"), lane)
                for number in range(100)
                for lane in Lane
            ]
            errors = [future.exception(10) for future in futures]
            took_s = time.monotonic() - began
            assert notes(small) == []
            let_go()

        assert {type(error) for error in errors} == {DatabaseUnavailable}
        assert "locked by another process" in str(errors[0])
        assert took_s < 5
        assert small.write(note("afterwards")).result(10) == "afterwards"


def test_a_lock_taken_in_mid_transaction_is_retried(path: Path) -> None:
    """A use case that meets a lock is run again from the start, and stored once."""
    runs = []

    def meets_a_lock_once(tx: SmallTx) -> None:
        note("once")(tx)
        runs.append(1)
        if len(runs) == 1:
            with closing(sqlite3.connect(path, timeout=0)) as rival:
                rival.execute("INSERT INTO notes (text) VALUES ('rival')")

    with open_small(path, busy_timeout_s=0.05) as small:
        gate = Gate()
        small.write(gate)
        gate.entered.wait(10)
        futures: list[Future[Any]] = [
            small.write(use_case) for use_case in (meets_a_lock_once, note("beside it"))
        ]
        gate.open()

        assert [future.exception(10) for future in futures] == [None, None]
        assert runs == [1, 1]
        assert sorted(notes(small)) == ["beside it", "once"]


def _done_within(condition: Callable[[], bool], seconds: float) -> bool:
    give_up_at = time.monotonic() + seconds
    while not condition() and time.monotonic() < give_up_at:
        time.sleep(0.01)
    return condition()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte; where none may be mounted, a database that may not grow."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(small: Small) -> list[str]:
    """Writes until the disk is full; what was acknowledged."""
    acknowledged: list[str] = []
    for number in range(1000):
        text = f"{number}:" + "x" * 10_000
        error = small.write(note(text)).exception(10)
        if isinstance(error, DatabaseUnavailable):
            return acknowledged
        assert error is None
        acknowledged.append(text)
    pytest.fail("the disk never became full")


def test_a_full_disk_fails_writes_and_loses_none(small_disk: Path) -> None:
    """Writes fail as unavailable, reads go on, and once there is room everything works again."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    with open_small(small_disk / "small.db") as small:
        acknowledged = fill(small)
        assert notes(small) == acknowledged
        ballast.unlink()

        assert small.write(note("room again")).result(10) == "room again"
        assert notes(small) == [*acknowledged, "room again"]
    with closing(sqlite3.connect(small_disk / "small.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_too_big_fails_alone(path: Path) -> None:
    """Of a group in which one has no room, the others are stored."""
    with open_small(path, most_pages=40) as small:
        gate = Gate()
        small.write(gate)
        gate.entered.wait(10)
        futures = [small.write(note(text)) for text in ("a", "x" * 1_000_000, "b")]
        gate.open()
        errors = [type(future.exception(10)) for future in futures]

        assert errors == [type(None), DatabaseUnavailable, type(None)]
        assert notes(small) == ["a", "b"]


def test_a_killed_process_keeps_what_it_acknowledged(path: Path) -> None:
    """Killed again and again in mid-load: every row that was answered for is there, once."""
    acknowledged: list[str] = []
    for round_number in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITING_PROCESS, str(path), str(round_number * 1_000_000)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            told = list(islice(process.stdout, 150 + 40 * round_number))
            process.kill()
            # The last line may have been cut short by the kill.
            told += [line for line in process.stdout if line.endswith("\n")]
            acknowledged += [line.strip() for line in told]

    with open_small(path) as small:
        stored = notes(small)
        checked = small.read(
            lambda tx: tx.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        ).result()

    assert len(acknowledged) > 1000
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    assert checked == "ok"
