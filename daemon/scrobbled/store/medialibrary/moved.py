"""Files that are no longer where they were, by their size: one of a new name may be one of them."""

from collections.abc import Iterable

_MOST = 200_000
"""Above this many gone files only tags tell which new file was which."""


class GoneFiles:
    """The ids of files that were not found, by size."""

    def __init__(self, files: Iterable[tuple[int, int]] = ()) -> None:
        """`files` are (id, size in bytes)."""
        self._by_size: dict[int, list[int]] = {}
        self._sizes: dict[int, int] = {}
        for number, size in files:
            if len(self._sizes) == _MOST:
                break
            self._by_size.setdefault(size, []).append(number)
            self._sizes[number] = size

    def __bool__(self) -> bool:
        """Whether any file is gone."""
        return bool(self._sizes)

    def of_size(self, size: int) -> list[int]:
        """The ids of gone files of this size."""
        return self._by_size.get(size, [])

    def found(self, numbers: Iterable[int]) -> None:
        """These files were found elsewhere."""
        for number in numbers:
            size = self._sizes.pop(number, None)
            if size is not None:
                self._by_size[size].remove(number)
