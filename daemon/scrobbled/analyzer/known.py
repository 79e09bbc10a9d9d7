"""The files that the library knows, held small: some 150 bytes each, whatever their paths.

An unchanged file is known by the hash of (path, mtime, size): 64 bits, of this process only. That
a changed one has that of another known file is less likely than 10^-12 in a library of a million;
it would be read at its next change.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field


def path_hash(path: bytes) -> str:
    """SHA-256 of a path, hexadecimal: what `file_path_hash` columns hold."""
    return hashlib.sha256(path).hexdigest()


@dataclass(slots=True)
class KnownFiles:
    """Known files by that hash.

    Attributes:
        there: those that were there, with the ids of their rows.
        missing: those that were not, likewise.
        broken: those that could not be read, with the hashes of their paths; there is an error
            instead of a row.
    """

    there: dict[int, int] = field(default_factory=dict)
    missing: dict[int, int] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)

    def add_files(self, rows: Iterable[tuple[str, bytes | None, int, int, int, int]]) -> None:
        """Adds files as (path, its bytes if no UTF-8, mtime, size, id, whether it was missing)."""
        there, missing = self.there, self.missing
        for path, raw, mtime_ns, size, number, was_missing in rows:
            mark = hash((raw or path.encode(), mtime_ns, size))
            (missing if was_missing else there)[mark] = number

    def add_broken(self, rows: Iterable[tuple[bytes, int, int]]) -> None:
        """Adds files that could not be read, as (path, mtime in nanoseconds, size)."""
        self.broken.update((hash(row), path_hash(row[0])) for row in rows)
