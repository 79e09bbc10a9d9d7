"""A database as the rest of the daemon uses it: use cases in, futures out."""

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Generic, Self

from scrobbled.store.faults import translated
from scrobbled.store.readers import Readers
from scrobbled.store.sqlite import SqliteFile, reading_engine, writing_engine
from scrobbled.store.transaction import Lane, T, TablesT, Transaction
from scrobbled.store.writer import Writer, WriterLimits

CLOSE_TIMEOUT_S = 5.0
"""How long closing may take for what still waits or runs."""


class Database(Generic[TablesT]):
    """An open database, with one thread that writes and a few that read.

    It knows nothing of event loops: in one, await `asyncio.wrap_future(database.write(...))`;
    elsewhere ask the future for its `result()`. Who stops waiting for a write does not stop it.
    """

    def __init__(
        self, tables: TablesT, *, writer: Writer[TablesT], readers: Readers[TablesT]
    ) -> None:
        """Takes over threads that run already."""
        self.tables = tables
        self._writer = writer
        self._readers = readers

    def write(
        self, use_case: Callable[[Transaction[TablesT]], T], lane: Lane = Lane.CAPTURE
    ) -> Future[T]:
        """Runs `use_case` in a transaction; the future is done once that is on disk.

        Its errors: DatabaseUnavailable when nothing was written, for a reason that can pass;
        ItemRejected when the rows break a constraint; whatever else the use case raised.
        """
        return self._writer.submit(use_case, lane)

    def read(self, use_case: Callable[[Transaction[TablesT]], T]) -> Future[T]:
        """Runs `use_case`, which only reads, on the database as it is at one moment.

        Its errors are those of `write`.
        """
        return self._readers.submit(use_case)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Writes what waits to be written, ends the threads and lets go of the file.

        What takes longer than `timeout_s` fails with DatabaseUnavailable.
        """
        self._readers.close(timeout_s)
        self._writer.close(timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_sqlite_file(
    file: SqliteFile,
    tables: TablesT,
    *,
    name: str,
    prepare: Callable[[Transaction[TablesT]], None] | None = None,
    readers: int = 2,
    limits: WriterLimits | None = None,
) -> Database[TablesT]:
    """Opens one SQLite file, whatever tables are in it.

    Args:
        file: the file and how to use it; created when it is not there.
        tables: what use cases find in `Transaction.tables`.
        name: of the threads: `<name>-write`, `<name>-read_0`, ….
        prepare: run first in a transaction of its own, before anybody else: to create tables
            and to look at versions. Its errors are raised here.
        readers: how many threads read, at most.
        limits: of the writer; None for the usual ones.

    Raises:
        DatabaseUnavailable: it cannot be opened, for a reason that can pass.
    """
    engine = writing_engine(file)
    with translated(), engine.connect() as connection:
        if prepare is not None:
            with connection.begin():
                prepare(Transaction(connection, tables))
    return Database(
        tables,
        writer=Writer(engine, tables, name=f"{name}-write", limits=limits),
        readers=Readers(
            reading_engine(file, readers), tables, name=f"{name}-read", threads=readers
        ),
    )
