"""Reads files on several processes at once, and hands them out in the order they were found."""

import asyncio
import queue
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Self

from scrobbled.analyzer.pool import FoundFile, ReadingProcess
from scrobbled.analyzer.spool import Spool
from scrobbled.domain.library_record import FileRecord

BATCH = 64
"""Files that go to a process at once."""

_FETCH = 64
"""Batches that are fetched from the spool at once."""

_AHEAD = 4
"""Batches that wait for each process, so that none idles while others are written."""


class Readers:
    """Processes that read, a thread for each to wait for it."""

    def __init__(self, processes: list[ReadingProcess]) -> None:
        """They are closed with this."""
        self._processes = processes
        self._free: queue.SimpleQueue[ReadingProcess] = queue.SimpleQueue()
        for process in processes:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(len(processes), thread_name_prefix="scan-read")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await asyncio.shield(asyncio.to_thread(self._close))

    async def records(self, spool: Spool) -> AsyncIterator[list[FileRecord]]:
        """The records of all files of `spool`, a batch at a time, in its order."""
        loop = asyncio.get_running_loop()
        batches = spool.batches(BATCH)
        fetched: deque[list[FoundFile]] = deque()
        under_way: deque[asyncio.Future[list[FileRecord]]] = deque()
        more = True
        while True:
            if more and not fetched:
                fetched.extend(await asyncio.to_thread(_some, batches))
                more = bool(fetched)
            while fetched and len(under_way) < _AHEAD * len(self._processes):
                batch = fetched.popleft()
                under_way.append(loop.run_in_executor(self._threads, self._read, batch))
            if not under_way:
                return
            yield await under_way.popleft()

    def _read(self, batch: list[FoundFile]) -> list[FileRecord]:
        process = self._free.get()
        try:
            return process.read(batch)
        finally:
            self._free.put(process)

    def _close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.close()
        self._threads.shutdown()


def _some(batches: Iterator[list[FoundFile]]) -> list[list[FoundFile]]:
    return list(islice(batches, _FETCH))
