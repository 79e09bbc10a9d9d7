"""Walks through music folders: which files are there, at the price of one stat each.

Paths are bytes, as the kernel keeps them: names need not be UTF-8. Hidden files and folders are
passed over, and so are the folders that servers keep for themselves. Each folder is visited once,
however many links lead to it, under its own name where it lies in a music folder.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from scrobbled.analyzer.formats.kinds import MUSIC_ENDINGS

PASSED_OVER = frozenset({b"lost+found", b"@eaDir", b"#recycle", b"#snapshot", b"$RECYCLE.BIN"})
"""Folders of file systems and of storage servers that hold no music of their owner's."""

_KIND = 0o170000
"""The bits of a mode that say what it is (inode(7), S_IFMT)."""

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})


class Entry(Protocol):
    """What is used of an `os.DirEntry`."""

    @property
    def name(self) -> bytes:
        """Its name in its folder."""
        ...

    @property
    def path(self) -> bytes:
        """The folder, as it was given, and its name."""
        ...

    def stat(self) -> os.stat_result:
        """What it is, links followed."""
        ...

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        ...

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        ...


Lister = Callable[[bytes], AbstractContextManager[Iterator[Entry]]]
"""Lists a folder, as `os.scandir` does."""


@dataclass(frozen=True, slots=True)
class FolderProblem:
    """A folder that could not be looked into; what is known of its files still stands.

    Attributes:
        path: the folder (or the file that could not be looked at).
        reason: why, one sentence, with what to do about it.
    """

    path: bytes
    reason: str


class Walk:
    """One walk; iterate over `files`, or over `parts` and the files of each, to go.

    Attributes:
        problems: the folders that could not be looked into so far.
        folder: where the walk is.
        passed: how many files were passed over so far, since they are as they were.
    """

    def __init__(
        self,
        roots: Iterable[bytes],
        *,
        may_be_gone: bool = False,
        list_folder: Lister = os.scandir,
    ) -> None:
        """A walk through `roots`, folders or single files.

        Args:
            roots: where to look.
            may_be_gone: whether it is no problem that one of them does not exist.
            list_folder: how folders are listed.
        """
        self.problems: list[FolderProblem] = []
        self.folder = b""
        self.passed = 0
        self._as_they_were: dict[int, int] = {}
        self._each_folder: Callable[[], None] = _nothing
        self._roots = list(roots)
        self._may_be_gone = may_be_gone
        self._list_folder = list_folder
        self._visited: set[tuple[int, int]] = set()
        self._links: list[bytes] = []

    def pass_over(self, as_they_were: dict[int, int], each_folder: Callable[[], None]) -> None:
        """Counts files that are known instead of telling them.

        Args:
            as_they_were: what is known, by the hash of (path, mtime, size); what is found is taken
                out of it.
            each_folder: called at each folder, since long nothing may be told.
        """
        self._as_they_were = as_they_were
        self._each_folder = each_folder

    @property
    def entered(self) -> int:
        """How many folders were entered so far."""
        return len(self._visited)

    def parts(self) -> Iterator[tuple[bytes | None, Iterator[tuple[bytes, int, int]]]]:
        """Each root with the music files in it, and last None with those that links lead to.

        A music file is a regular file (or a link to one) with an ending of music. They are told
        as path, mtime in nanoseconds, and size in bytes.
        """
        for root in self._roots:
            yield root, self._in_root(root)
        yield None, self._behind_links()

    def files(self) -> Iterator[tuple[bytes, int, int]]:
        """All music files."""
        for _, files in self.parts():
            yield from files

    def _in_root(self, root: bytes) -> Iterator[tuple[bytes, int, int]]:
        try:
            found = _stat(root)
        except OSError as error:
            if error.errno not in _GONE or not self._may_be_gone:
                self.problems.append(FolderProblem(root, _reason(error)))
            return
        if stat.S_ISREG(found.st_mode) and _is_music(root):
            yield root, found.st_mtime_ns, found.st_size
        elif not stat.S_ISDIR(found.st_mode):
            no_folder = NotADirectoryError(errno.ENOTDIR, "")
            self.problems.append(FolderProblem(root, _reason(no_folder)))
        elif self._may_enter(root):
            yield from self._below(root)

    def _behind_links(self) -> Iterator[tuple[bytes, int, int]]:
        while self._links:
            link = self._links.pop()
            if self._may_enter(link):
                yield from self._below(link)

    def _below(self, folder: bytes) -> Iterator[tuple[bytes, int, int]]:
        """The files of `folder`, which may be entered, and of the folders in it."""
        waiting = [folder]
        while waiting:
            self.folder = folder = waiting.pop()
            self._each_folder()
            inner: list[bytes] = []
            try:
                with self._list_folder(folder) as entries:
                    yield from self._files_among(entries, inner)
            except OSError as error:
                self._not_listed(folder, error)
            waiting.extend(path for path in sorted(inner, reverse=True) if self._may_enter(path))

    def _files_among(
        self, entries: Iterator[Entry], inner: list[bytes]
    ) -> Iterator[tuple[bytes, int, int]]:
        """The music files among `entries`; folders are added to `inner`, links are kept.

        The innermost loop of every scan: it calls as little as it can.
        """
        take = self._as_they_were.pop
        for entry in entries:
            name = entry.name
            if name.startswith(b"."):
                continue
            ending = name[name.rfind(b".") :]
            if ending in MUSIC_ENDINGS or ending.lower() in MUSIC_ENDINGS:
                try:
                    found = entry.stat()
                except OSError as error:
                    self._not_listed(entry.path, error)
                    continue
                if found.st_mode & _KIND == stat.S_IFREG:
                    file = (entry.path, found.st_mtime_ns, found.st_size)
                    if take(hash(file), None) is None:
                        yield file
                    else:
                        self.passed += 1
                    continue
            if name not in PASSED_OVER:
                self._keep_folder(entry, inner)

    def _keep_folder(self, entry: Entry, inner: list[bytes]) -> None:
        try:
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
            elif entry.is_symlink() and entry.is_dir():
                self._links.append(entry.path)
        except OSError as error:
            self._not_listed(entry.path, error)

    def _may_enter(self, folder: bytes) -> bool:
        """Whether `folder` was not visited before."""
        try:
            found = _stat(folder)
        except OSError as error:
            self._not_listed(folder, error)
            return False
        key = (found.st_dev, found.st_ino)
        if key in self._visited:
            return False
        self._visited.add(key)
        return True

    def _not_listed(self, path: bytes, error: OSError) -> None:
        """Notes why `path` was not looked into; what has just been removed is no problem."""
        if error.errno not in _GONE:
            self.problems.append(FolderProblem(path, _reason(error)))


def _nothing() -> None:
    """What is done at each folder where nothing is to be done."""


def _stat(path: bytes) -> os.stat_result:
    return os.stat(path)  # noqa: PTH116 - paths are bytes, which pathlib does not take


def _is_music(path: bytes) -> bool:
    return path[path.rfind(b".") :].lower() in MUSIC_ENDINGS


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "It does not exist; mount the disk, or correct library.folders."
    if error.errno == errno.ENOTDIR:
        return "It is not a folder; correct library.folders."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "The daemon's user may not read it; give it permission to read and enter."
    if error.errno == errno.ELOOP:
        return "Links lead in a circle; remove one of them."
    return f"It cannot be read ({error.strerror}); check the disk or the network."
