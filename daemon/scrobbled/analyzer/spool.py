"""Files on their way from the walk to the readers, on disk: a first scan may find a million."""

import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

_HEAD = struct.Struct("<qqI")
_LONGEST_PART = 10_000


class Spool:
    """Paths with their time and size; a temporary file without a name.

    They come out part by part (a folder each, for the walk) in the order they were added, and
    within a part by name: file systems list folders in an order of their own, and of two spellings
    of one artist the first one stands.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._part: list[tuple[bytes, int, int]] = []
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
        """Adds a file to the present part."""
        self._part.append((path, mtime_ns, size))
        self.count += 1
        if len(self._part) == _LONGEST_PART:
            self.end_part()

    def end_part(self) -> None:
        """What is added next belongs to another part."""
        self._part.sort()
        for path, mtime_ns, size in self._part:
            self._file.write(_HEAD.pack(mtime_ns, size, len(path)) + path)
        self._part.clear()

    def batches(self, length: int) -> Iterator[list[tuple[bytes, int, int]]]:
        """All files as (path, mtime in nanoseconds, size), `length` at a time."""
        self.end_part()
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
