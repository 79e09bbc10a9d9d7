"""Many use cases share a commit, and none suffers from another."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from tests.unit.store.small import NOTES, Gate, Small, SmallTx, note, notes, open_small

from scrobbled.errors import DatabaseUnavailable, ItemRejected
from scrobbled.store import Lane
from scrobbled.store.writer import WriterLimits


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the small database is."""
    return tmp_path / "small.db"


@pytest.fixture
def small(path: Path) -> Iterator[Small]:
    """A small database, open."""
    with open_small(path) as database:
        yield database


def commits(path: Path) -> int:
    """How many transactions have been written to the log since it was last begun anew."""
    # Commit frames of a write-ahead log hold the database's size in pages, others 0
    # (sqlite.org/fileformat2.html, section 4.1).
    log = path.with_name(path.name + "-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    salt = log[16:24]
    frames = [log[at : at + 24] for at in range(32, len(log), page + 24)]
    return sum(frame[8:16] == salt and frame[4:8] != bytes(4) for frame in frames)


def test_what_waits_together_is_committed_together(small: Small, path: Path) -> None:
    """Use cases that came while the writer was busy share one commit."""
    gate = Gate()
    held = small.write(gate)
    gate.entered.wait(10)
    waiting = [small.write(note(f"n{number}")) for number in range(50)]
    before = commits(path)
    gate.open()

    assert [future.result() for future in waiting] == [f"n{number}" for number in range(50)]
    assert held.result() is None
    assert commits(path) == before + 1


def test_an_answer_comes_after_the_commit(small: Small, path: Path) -> None:
    """As soon as a future is done, another connection sees the row; before, none does."""
    seen: list[tuple[str, int]] = []
    other = sqlite3.connect(path, check_same_thread=False)

    def look(_future: Future[str]) -> None:
        count = other.execute("SELECT count(*) FROM notes").fetchone()[0]
        seen.append(("done", count))

    def store_and_look(tx: SmallTx) -> str:
        note("a")(tx)
        seen.append(("running", other.execute("SELECT count(*) FROM notes").fetchone()[0]))
        return "a"

    gate = Gate()
    small.write(gate)
    gate.entered.wait(10)
    futures = [small.write(store_and_look), small.write(note("b"))]
    for future in futures:
        future.add_done_callback(look)
    gate.open()
    for future in futures:
        future.result()
    small.close()
    other.close()

    assert seen == [("running", 0), ("done", 2), ("done", 2)]


@given(outcomes=st.lists(st.sampled_from(["good", "clash", "bug"]), max_size=12))
def test_a_failure_takes_nothing_of_the_others(
    outcomes: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each use case of a group gets its own outcome, and only what succeeded is stored."""

    def fail(tx: SmallTx, number: int) -> str:
        note(f"half of {number}")(tx)
        raise ZeroDivisionError

    with open_small(tmp_path_factory.mktemp("group") / "small.db") as small:
        small.write(note("taken")).result()
        gate = Gate()
        small.write(gate)
        gate.entered.wait(10)
        futures: list[Future[str]] = []
        for number, kind in enumerate(outcomes):
            broken = partial(fail, number=number)
            fine = note("taken" if kind == "clash" else f"n{number}")
            futures.append(small.write(broken if kind == "bug" else fine))
        gate.open()
        raised = [type(future.exception(10)) for future in futures]
        stored = notes(small)

    expected = {"good": type(None), "clash": ItemRejected, "bug": ZeroDivisionError}
    assert raised == [expected[kind] for kind in outcomes]
    assert stored == ["taken"] + [f"n{n}" for n, kind in enumerate(outcomes) if kind == "good"]


def test_a_failure_alone_leaves_nothing(small: Small) -> None:
    """A use case that fails with nobody beside it is undone as a whole."""

    def fail(tx: SmallTx) -> None:
        note("half")(tx)
        raise KeyError("a bug")

    assert isinstance(small.write(fail).exception(10), KeyError)
    assert notes(small) == []


def test_a_rejection_says_why_without_the_values(small: Small) -> None:
    """The error names the constraint; what people listen to stays out of it."""
    small.write(note("a private title")).result()
    error = small.write(note("a private title")).exception(10)

    assert isinstance(error, ItemRejected)
    assert "UNIQUE constraint failed: notes.text" in str(error)
    assert "private" not in str(error)


def test_a_wrong_statement_is_told_as_it_is(small: Small) -> None:
    """A bug looks like one: neither like a lock nor like a broken constraint."""
    failed = small.write(lambda tx: tx.connection.exec_driver_sql("SELECT nothing FROM notes"))

    assert isinstance(failed.exception(10), OperationalError)
    assert small.write(note("next")).result(10) == "next"


def test_each_is_run_again_when_the_commit_fails(path: Path) -> None:
    """A commit that fails is nobody's in particular: each is tried alone, the guilty one fails."""
    with open_small(path) as small:
        small.write(_prepare_deferred).result()
        gate = Gate()
        small.write(gate)
        gate.entered.wait(10)
        good = [small.write(note("first")), small.write(note("second"))]
        guilty = small.write(_break_deferred)
        gate.open()

        assert [future.result(10) for future in good] == ["first", "second"]
        assert isinstance(guilty.exception(10), ItemRejected)
        assert notes(small) == ["first", "second"]


def _prepare_deferred(tx: SmallTx) -> None:
    tx.connection.exec_driver_sql(
        "CREATE TABLE child (id INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
    )


def _break_deferred(tx: SmallTx) -> None:
    tx.connection.exec_driver_sql("INSERT INTO child VALUES (4711)")


def test_a_use_case_that_ends_its_transaction_is_found_out(small: Small) -> None:
    """It gets an error, and what shared its transaction is stored all the same."""

    def meddle(tx: SmallTx) -> None:
        tx.connection.rollback()

    gate = Gate()
    small.write(gate)
    gate.entered.wait(10)
    futures: list[Future[Any]] = [
        small.write(use_case) for use_case in (note("before"), meddle, note("after"))
    ]
    gate.open()

    assert [type(future.exception(10)).__name__ for future in futures] == [
        "NoneType",
        "InvalidRequestError",
        "NoneType",
    ]
    assert notes(small) == ["before", "after"]


def test_capture_goes_before_bulk(small: Small) -> None:
    """What is captured overtakes a scan that has waited longer."""
    gate = Gate()
    small.write(gate)
    gate.entered.wait(10)
    bulk = [small.write(note(f"bulk {number}"), Lane.BULK) for number in range(3)]
    capture = [small.write(note(f"capture {number}")) for number in range(3)]
    gate.open()
    for future in bulk + capture:
        future.result(10)

    assert [text.split()[0] for text in notes(small)] == ["capture"] * 3 + ["bulk"] * 3


def test_the_lanes_never_share_a_transaction(small: Small, path: Path) -> None:
    """A capture's commit does not wait for the work of a scan."""
    gate = Gate()
    small.write(gate)
    gate.entered.wait(10)
    futures = [small.write(note("bulk"), Lane.BULK), small.write(note("capture"))]
    before = commits(path)
    gate.open()
    for future in futures:
        future.result(10)

    assert commits(path) == before + 2


def test_a_gap_follows_each_bulk_transaction(path: Path) -> None:
    """Between two transactions of a scan others have time, and captures go in at once."""
    gap_s = 0.15
    limits = WriterLimits(gap_s=gap_s, bulk_join_s=0.0)
    times: list[float] = []

    def timed(tx: SmallTx, text: str) -> None:
        times.append(time.monotonic())
        note(text)(tx)

    with open_small(path, limits=limits) as small:
        first = small.write(partial(timed, text="bulk 1"), Lane.BULK)
        second = small.write(partial(timed, text="bulk 2"), Lane.BULK)
        first.result(10)
        asked = time.monotonic()
        small.write(note("capture")).result(10)
        answered = time.monotonic()
        second.result(10)
        order = notes(small)

    assert times[1] - times[0] >= gap_s
    assert answered - asked < gap_s
    assert order == ["bulk 1", "capture", "bulk 2"]


def test_bulk_lets_a_capture_in_between(path: Path) -> None:
    """A scan's transaction takes in no more of the scan once a capture waits."""
    limits = WriterLimits(bulk_join_s=10.0, gap_s=0.0)
    with open_small(path, limits=limits) as small:
        gate = Gate()
        held = small.write(gate, Lane.BULK)
        gate.entered.wait(10)
        bulk = [small.write(note(f"bulk {number}"), Lane.BULK) for number in range(3)]
        capture = small.write(note("capture"))
        gate.open()
        for future in [*bulk, capture]:
            future.result(10)

        assert held.result() is None
        assert notes(small)[0] == "capture"


def test_who_stops_waiting_does_not_stop_the_write(small: Small) -> None:
    """A future cannot be cancelled, neither while it waits nor while it runs."""
    gate = Gate()
    running = small.write(gate)
    gate.entered.wait(10)
    waiting = small.write(note("kept"))

    assert not running.cancel()
    assert not waiting.cancel()
    gate.open()
    assert waiting.result(10) == "kept"


async def test_a_cancelled_task_does_not_stop_the_write(small: Small) -> None:
    """In a loop: the task that waited is gone, the row is there, and the loop was never blocked."""
    gate = Gate()
    small.write(gate)
    waiting = asyncio.create_task(_await(small.write(note("kept"))))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.open()

    assert await asyncio.wrap_future(small.write(note("later"))) == "later"
    assert await asyncio.to_thread(notes, small) == ["kept", "later"]


async def _await(future: Future[str]) -> str:
    return await asyncio.wrap_future(future)


async def test_a_loop_may_submit_whatever_the_threads_do(small: Small) -> None:
    """Hundreds of writes and reads from a loop, while both kinds of threads are busy."""
    reading = [asyncio.wrap_future(small.read(_count)) for _ in range(50)]
    writing = [asyncio.wrap_future(small.write(note(f"n{number}"))) for number in range(300)]
    more = [asyncio.wrap_future(small.read(_count)) for _ in range(50)]
    written = await asyncio.gather(*writing)
    counts = await asyncio.gather(*reading, *more)

    assert len(written) == 300
    assert all(0 <= count <= 300 for count in counts)
    assert await asyncio.wrap_future(small.read(_count)) == 300


def _count(tx: SmallTx) -> int:
    return len(tx.connection.execute(NOTES.select()).all())


def test_closing_writes_what_waits(path: Path) -> None:
    """Closing is no loss: what was handed over before is stored, both lanes of it."""
    small = open_small(path, limits=WriterLimits(gap_s=60.0))
    futures = [
        small.write(note(f"n{number}"), Lane.BULK if number % 2 else Lane.CAPTURE)
        for number in range(100)
    ]
    small.close()

    assert all(future.result(0) for future in futures)
    with open_small(path) as again:
        assert len(notes(again)) == 100


def test_closing_is_bounded(path: Path) -> None:
    """Who still waits when the time is over is told so, and closing returns."""
    small = open_small(path)
    gate = Gate()
    held = small.write(gate)
    gate.entered.wait(10)
    waiting = small.write(note("too late"))
    small.close(timeout_s=0.05)

    assert isinstance(waiting.exception(0), DatabaseUnavailable)
    gate.open()
    assert held.result(10) is None


def test_after_closing_everything_is_refused(path: Path) -> None:
    """A closed database answers with the error that its users know anyway."""
    small = open_small(path)
    small.close()

    assert isinstance(small.write(note("late")).exception(1), DatabaseUnavailable)
    assert isinstance(small.read(_count).exception(1), DatabaseUnavailable)
    small.close()


def test_threads_have_names_and_end(path: Path) -> None:
    """Each thread tells whose it is, and none outlives its database."""
    small = open_small(path)
    small.write(note("a")).result()
    notes(small)
    names = {thread.name for thread in threading.enumerate()}
    small.close()

    assert {"small-write", "small-read_0"} <= names
    assert not [t for t in threading.enumerate() if t.name.startswith("small-")]
