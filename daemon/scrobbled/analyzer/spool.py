"""Files on their way from the walk to the readers, on disk: a first scan may find a million."""

import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

_HEAD = struct.Struct("<qqI")


class Spool:
    """Paths with their time and size, first in, first out; a temporary file without a name."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, path: bytes, mtime_ns: int, size: int) -> None:
        """Adds a file."""
        self._file.write(_HEAD.pack(mtime_ns, size, len(path)) + path)
        self.count += 1

    def batches(self, length: int) -> Iterator[list[tuple[bytes, int, int]]]:
        """All files as (path, mtime in nanoseconds, size), `length` at a time."""
        self._file.seek(0)
        batch: list[tuple[bytes, int, int]] = []
        while head := self._file.read(_HEAD.size):
            mtime_ns, size, path_length = _HEAD.unpack(head)
            batch.append((self._file.read(path_length), mtime_ns, size))
            if len(batch) == length:
                yield batch
                batch = []
        if batch:
            yield batch
