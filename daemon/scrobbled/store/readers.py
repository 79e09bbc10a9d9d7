"""The few threads that read from a database, beside the writer."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Generic

from sqlalchemy import Connection, Engine

from scrobbled.store.faults import DRIVER_ERRORS, Fault, closed, fault_of, translated
from scrobbled.store.transaction import T, TablesT, Transaction

_AFTER_INTERRUPT_S = 1.0


class Readers(Generic[TablesT]):
    """Runs use cases that only read, each in its own snapshot; threads start as needed."""

    def __init__(self, engine: Engine, tables: TablesT, *, name: str, threads: int) -> None:
        """Takes over `engine`, which must have a connection for each of the `threads`."""
        self._engine = engine
        self._tables = tables
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        # Sets are added to and copied in one step each, so no lock is needed for them.
        self._open: set[Future[Any]] = set()
        self._busy: set[Any] = set()
        self._closed = False

    def submit(self, use_case: Callable[[Transaction[TablesT]], T]) -> Future[T]:
        """Has `use_case` run; its errors are those of the writer."""
        try:
            future = self._executor.submit(self._run, use_case)
        except RuntimeError:  # the executor's way to say that it was shut down
            late: Future[T] = Future()
            late.set_exception(closed())
            return late
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    def close(self, timeout_s: float) -> None:
        """Ends: what waits fails, what runs has `timeout_s` before it is interrupted."""
        self._closed = True
        self._executor.shutdown(wait=False)
        pending = self._open.copy()
        if wait(pending, timeout_s).not_done:
            for driver in self._busy.copy():
                driver.interrupt()
            wait(pending, _AFTER_INTERRUPT_S)
        self._engine.dispose()

    def _run(self, use_case: Callable[[Transaction[TablesT]], T]) -> T:
        if self._closed:
            raise closed()
        with (
            translated(),
            self._engine.connect() as connection,
            connection.begin(),
            self._interruptible(connection),
        ):
            return use_case(Transaction(connection, self._tables))

    @contextmanager
    def _interruptible(self, connection: Connection) -> Iterator[None]:
        driver = connection.connection.driver_connection
        self._busy.add(driver)
        try:
            yield
        except DRIVER_ERRORS as error:
            if fault_of(error) is Fault.AWAY:
                connection.invalidate()
            raise
        finally:
            self._busy.discard(driver)
