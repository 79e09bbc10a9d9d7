"""Reading goes on beside writing, and can do no harm."""

import threading
import time
from pathlib import Path

import pytest
from tests.unit.store.small import Gate, SmallTx, note, notes, open_small

from scrobbled.errors import DatabaseUnavailable

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_readers_do_not_wait_for_the_writer(tmp_path: Path) -> None:
    """While a transaction is open, a read gets what was committed before it."""
    with open_small(tmp_path / "small.db") as small:
        small.write(note("before")).result()
        gate = Gate()

        def hold(tx: SmallTx) -> None:
            note("during")(tx)
            gate(tx)

        held = small.write(hold)
        gate.entered.wait(10)

        assert notes(small) == ["before"]
        gate.open()
        held.result(10)
        assert notes(small) == ["before", "during"]


def test_a_read_sees_one_moment(tmp_path: Path) -> None:
    """Two queries of one use case agree, whatever is committed between them."""
    with open_small(tmp_path / "small.db") as small:
        looked, written = threading.Event(), threading.Event()

        def look_twice(tx: SmallTx) -> tuple[int, int]:
            query = "SELECT count(*) FROM notes"
            first = tx.connection.exec_driver_sql(query).scalar_one()
            looked.set()
            written.wait(10)
            return first, tx.connection.exec_driver_sql(query).scalar_one()

        reading = small.read(look_twice)
        looked.wait(10)
        small.write(note("new")).result(10)
        written.set()

        assert reading.result(10) == (0, 0)
        assert notes(small) == ["new"]


def test_a_read_cannot_write(tmp_path: Path) -> None:
    """The connection of a reader refuses to change anything."""
    with open_small(tmp_path / "small.db") as small:
        with pytest.raises(DatabaseUnavailable, match="readonly"):
            small.read(note("sneaked in")).result(10)

        assert notes(small) == []


def test_an_error_leaves_the_reader_usable(tmp_path: Path) -> None:
    """More failures than there are connections, and reading still works."""
    with open_small(tmp_path / "small.db") as small:

        def fail(_tx: SmallTx) -> None:
            raise LookupError

        errors = [small.read(fail).exception(10) for _ in range(10)]

        assert {type(error) for error in errors} == {LookupError}
        assert notes(small) == []


def test_closing_interrupts_an_endless_query(tmp_path: Path) -> None:
    """A query that never ends holds nothing up for longer than was allowed."""
    small = open_small(tmp_path / "small.db")
    started = threading.Event()

    def count_for_ever(tx: SmallTx) -> None:
        started.set()
        tx.connection.exec_driver_sql(ENDLESS)

    endless = small.read(count_for_ever)
    started.wait(10)
    began = time.monotonic()
    small.close(timeout_s=0.1)

    assert isinstance(endless.exception(10), DatabaseUnavailable)
    assert time.monotonic() - began < 5
