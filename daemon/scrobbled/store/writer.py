"""The one thread that writes to a database, many use cases to a commit."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPICursor

from scrobbled.store.faults import DRIVER_ERRORS, Fault, closed, fault_of, for_caller
from scrobbled.store.lanes import Job, Lanes
from scrobbled.store.transaction import Lane, T, TablesT, Transaction

_RETRY_PAUSE_S = (0.005, 0.05)


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """What bounds the writer.

    Attributes:
        group_size: the most use cases that share a commit.
        capture_join_s: no CAPTURE joins a transaction that is older.
        bulk_join_s: no BULK joins a transaction that is older.
        gap_s: how long BULK waits after each of its transactions.
        patience_s: how long a transaction is tried again while somebody else holds the lock.
    """

    group_size: int = 256
    capture_join_s: float = 0.010
    bulk_join_s: float = 0.005
    gap_s: float = 0.005
    patience_s: float = 5.0


class Writer(Generic[TablesT]):
    """Runs use cases on a thread of its own, in transactions that several of them share.

    What waits when a transaction begins, or comes while it is young, is committed with it. Each
    use case runs in a savepoint, so that one that fails takes nothing of the others with it, and
    is answered only after the commit. When the commit fails each is run again by itself.
    """

    def __init__(
        self, engine: Engine, tables: TablesT, *, name: str, limits: WriterLimits | None = None
    ) -> None:
        """Starts the thread `name`; the connection is opened with the first use case."""
        self._engine = engine
        self._tables = tables
        self._limits = limits or WriterLimits()
        self._lanes: Lanes[TablesT] = Lanes(self._limits.gap_s)
        self._connection: Connection | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, use_case: Callable[[Transaction[TablesT]], T], lane: Lane) -> Future[T]:
        """Has `use_case` run; the future is done after the commit.

        The future cannot be cancelled: what was handed over is written, whoever still waits.
        Its errors: DatabaseUnavailable when nothing was written, for a reason that can pass;
        ItemRejected when the rows break a constraint; whatever else the use case raised.
        """
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        self._lanes.put(Job(use_case, lane, future))
        if self._ended:
            self._fail_all()  # the thread may have looked for the last time before this came
        return future

    def close(self, timeout_s: float) -> None:
        """Runs what waits, for at most `timeout_s`, and ends; the rest fails as unavailable."""
        self._lanes.close()
        self._thread.join(timeout_s)
        self._ended = True
        self._fail_all()

    def _run(self) -> None:
        try:
            while (lane := self._lanes.turn()) is not None:
                self._serve(lane)
                if lane is Lane.BULK:
                    self._lanes.begin_gap()
        finally:
            self._ended = True
            self._fail_all()
            self._disconnect()
            self._engine.dispose()

    def _fail_all(self) -> None:
        _fail(self._lanes.take_all(time.monotonic()), closed())

    def _serve(self, lane: Lane) -> None:
        """Runs one group of `lane` and answers everybody in it."""
        first = self._lanes.take(lane)
        if first is None:
            return
        group = [first]
        give_up_at_s = time.monotonic() + self._limits.patience_s
        cause = self._attempt(group, lane)
        if cause is not None:
            self._run_apart(group, cause, give_up_at_s)
        for job in group:
            job.settle()

    def _run_apart(
        self, group: list[Job[TablesT]], cause: BaseException, give_up_at_s: float
    ) -> None:
        """Runs each of `group` in its own transaction, after they failed together by `cause`."""
        tried = len(group) == 1
        for job in group:
            lost = self._run_alone(job, cause if tried else None, give_up_at_s)
            if lost is None:
                continue
            job.error = for_caller(lost)
            if fault_of(lost) is Fault.BUSY:
                # The lock is held for long: the rest, and who has waited as long, would only
                # find it so one after the other.
                old = self._lanes.take_all(time.monotonic() - self._limits.patience_s)
                _fail(old, job.error)
                cause, tried = lost, True

    def _run_alone(
        self, job: Job[TablesT], cause: BaseException | None, give_up_at_s: float
    ) -> BaseException | None:
        """Runs `job` until it is committed, or failed by more than a lock; None or the cause.

        `cause` is why it failed before; None when it was not tried alone yet.
        """
        while cause is None or (fault_of(cause) is Fault.BUSY and time.monotonic() < give_up_at_s):
            if cause is not None:
                time.sleep(random.uniform(*_RETRY_PAUSE_S))  # noqa: S311 - parts rivals, no secret
            cause = self._attempt([job], None)
            if cause is None:
                return None
        return cause

    def _attempt(self, group: list[Job[TablesT]], lane: Lane | None) -> BaseException | None:
        """Runs `group` in one transaction, and commits it.

        Who waits in `lane` joins `group` while the transaction is young; None for nobody.

        Returns:
            None once it is committed, whatever single use cases raised; else what made it fail
            as a whole. Nothing of it is stored then.
        """
        try:
            connection = self._connected()
            with connection.begin() as transaction:
                if self._run_group(connection, group, lane):
                    transaction.commit()
                else:
                    transaction.rollback()
        except BaseException as error:  # noqa: BLE001 - as every executor: told to who waits
            if fault_of(error) is not Fault.BUSY:
                self._disconnect()
            return error
        return None

    def _run_group(
        self, connection: Connection, group: list[Job[TablesT]], lane: Lane | None
    ) -> bool:
        """Runs the use cases; False when there was only one and it failed."""
        tx = Transaction(connection, self._tables)
        if lane is None or not self._lanes.waits(lane):
            _run_case(group[0], tx)
            return group[0].error is None
        join_s = self._limits.capture_join_s if lane is Lane.CAPTURE else self._limits.bulk_join_s
        until_s = time.monotonic() + join_s
        cursor = connection.connection.cursor()
        _run_in_savepoint(group[0], tx, cursor)
        while len(group) < self._limits.group_size and time.monotonic() < until_s:
            if lane is Lane.BULK and self._lanes.waits(Lane.CAPTURE):
                break
            job = self._lanes.take(lane)
            if job is None:
                break
            group.append(job)
            _run_in_savepoint(job, tx, cursor)
        return True

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Lets go of the connection; the next transaction opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _run_case(job: Job[TablesT], tx: Transaction[TablesT]) -> None:
    """Runs a use case and notes what it returned or raised.

    Raises:
        DRIVER_ERRORS: the database failed rather than the use case.
    """
    job.result = job.error = None
    try:
        job.result = job.use_case(tx)
    except DRIVER_ERRORS as error:
        if fault_of(error) in {Fault.BUSY, Fault.AWAY}:
            raise
        job.error = for_caller(error)
    except BaseException as error:  # noqa: BLE001 - as every executor: told to who waits
        job.error = error


def _run_in_savepoint(job: Job[TablesT], tx: Transaction[TablesT], cursor: DBAPICursor) -> None:
    """Runs a use case so that a failure undoes its own doing only.

    The driver's cursor is used directly: SQLAlchemy's savepoints cost more than a small insert.
    """
    cursor.execute("SAVEPOINT use_case")
    _run_case(job, tx)
    if job.error is not None:
        cursor.execute("ROLLBACK TO SAVEPOINT use_case")
    cursor.execute("RELEASE SAVEPOINT use_case")


def _fail(jobs: Iterable[Job[TablesT]], error: BaseException) -> None:
    for job in jobs:
        job.error = error
        job.settle()
