"""The reading processes of a scan, seen from the daemon: batches of files in, records out."""

import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from scrobbled.analyzer.library import file_record
from scrobbled.analyzer.reader import Reading
from scrobbled.analyzer.worker import LENGTH
from scrobbled.domain.library_record import FileRecord

FoundFile = tuple[bytes, int, int]
"""A file as the walk found it: path, mtime in nanoseconds, size."""

COMMAND = (sys.executable, "-P", "-m", "scrobbled.analyzer.worker")

_CHUNK = 1 << 20


class Closed(Exception):
    """The pool was closed while a batch was being read."""


class _Ended(Exception):
    """The process ended instead of answering."""


class _Hung(Exception):
    """The process did not answer in time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a process may take, in seconds: disks sleep, and networks are slow.

    Attributes:
        batch_s: for a batch; then its files are tried one by one.
        file_s: for one file; then it is given up.
    """

    batch_s: float = 120.0
    file_s: float = 60.0


class ReadingProcess:
    """One process that reads files; used by one thread at a time, closed by any.

    A file on which it crashes or hangs is found out by reading the files of its batch one by one
    in new processes, and is answered as one that cannot be read.
    """

    def __init__(
        self, *, patience: Patience | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        """The process is started with the first batch."""
        self._patience = patience or Patience()
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._busy = threading.Lock()
        self._starting = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, batch: Sequence[FoundFile]) -> list[FileRecord]:
        """The records of the files of `batch`, in its order.

        Raises:
            Closed: the process was closed meanwhile.
            OSError: no process can be started.
        """
        with self._busy:
            try:
                return self._ask(batch, self._patience.batch_s)
            except (_Ended, _Hung):
                return [self._read_alone(file) for file in batch]

    def close(self) -> None:
        """Ends the process at once; what is being read fails with `Closed`."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        with self._busy:
            self._end()

    def _read_alone(self, file: FoundFile) -> FileRecord:
        try:
            return self._ask([file], self._patience.file_s)[0]
        except _Ended:
            problem = "The program that reads tags crashed on it; the file is probably damaged."
        except _Hung:
            problem = f"Reading it took longer than {self._patience.file_s:g} s."
        return file_record(Reading(*file, tags=None, problem=problem))

    def _ask(self, batch: Sequence[FoundFile], patience_s: float) -> list[FileRecord]:
        process = self._started()
        try:
            request = pickle.dumps(list(batch), protocol=5)
            _write(process, LENGTH.pack(len(request)) + request)
            give_up_at = time.monotonic() + patience_s
            (length,) = LENGTH.unpack(_read(process, LENGTH.size, give_up_at))
            answer = _read(process, length, give_up_at)
        except (_Ended, _Hung):
            self._end()
            if self._closed:
                raise Closed from None
            raise
        records: list[FileRecord] = pickle.loads(answer)  # noqa: S301 - from our own process
        return records

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._closed:
                raise Closed
            if self._process is None:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
                )
            return self._process

    def _end(self) -> None:
        with self._starting:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _write(process: subprocess.Popen[bytes], message: bytes) -> None:
    if process.stdin is None:
        raise _Ended
    descriptor = process.stdin.fileno()
    left = memoryview(message)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        raise _Ended from error


def _read(process: subprocess.Popen[bytes], length: int, give_up_at: float) -> bytes:
    if process.stdout is None:
        raise _Ended
    descriptor = process.stdout.fileno()
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    parts: list[bytes] = []
    while length:
        left_ms = (give_up_at - time.monotonic()) * 1000
        if left_ms <= 0 or not waiting.poll(left_ms):
            raise _Hung
        part = os.read(descriptor, min(length, _CHUNK))
        if not part:
            raise _Ended
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
