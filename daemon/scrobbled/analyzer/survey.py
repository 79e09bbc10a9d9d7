"""Compares what is in the folders with what the library knows: which files have to be read."""

import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from scrobbled.analyzer.known import KnownFiles
from scrobbled.analyzer.spool import Spool
from scrobbled.analyzer.walk import FolderProblem, Walk

_REPORT_EVERY = 512
"""Files between two looks at whether to stop, and two reports of how far the walk is."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk found.

    Attributes:
        seen: music files that are there.
        unchanged: of these, those that the library knows as they are; broken ones included.
        returned: ids of files that were missing and are back unchanged.
        unseen: ids of files that the library has as they no longer are: changed, or gone.
        mended: hashes of the paths of broken files that are no longer as they were, or gone.
        empty: roots that hold neither music nor a folder.
        problems: folders that could not be looked into.
    """

    seen: int
    unchanged: int
    returned: "array[int]"
    unseen: "array[int]"
    mended: list[str]
    empty: list[bytes]
    problems: list[FolderProblem]


class Stopped(Exception):
    """The walk was told to stop."""


def survey(
    walk: Walk,
    known: KnownFiles,
    spool: Spool,
    *,
    full: bool = False,
    stop: threading.Event | None = None,
    report: Callable[[int, bytes], None] | None = None,
) -> Survey:
    """Walks, and adds to `spool` what has to be read.

    Args:
        walk: the walk.
        known: what the library knows; used up.
        spool: where new and changed files go.
        full: read unchanged files as well.
        stop: ends the walk when set.
        report: told now and then how many files were seen, and in which folder.

    Returns:
        What was found.

    Raises:
        Stopped: `stop` was set.
    """
    look = _Look(known, spool, full=full)
    empty: list[bytes] = []
    for root, files in walk.parts():
        before = look.seen + walk.entered
        folder = walk.folder
        for file in files:
            if walk.folder is not folder:
                folder = walk.folder
                spool.end_part()
            look.at(file)
            if not look.seen % _REPORT_EVERY:
                _report(stop, report, look.seen, walk.folder)
        if root is not None and look.seen + walk.entered <= before + 1:
            empty.append(root)
    unseen, mended = array("q", known.there.values()), list(known.broken.values())
    return Survey(look.seen, look.unchanged, look.returned, unseen, mended, empty, walk.problems)


class _Look:
    """Looks at one file after the other; the innermost loop of every scan."""

    def __init__(self, known: KnownFiles, spool: Spool, *, full: bool) -> None:
        self.seen = self.unchanged = 0
        self.returned = array("q")
        self._there, self._missing, self._broken = known.there, known.missing, known.broken
        self._add = spool.add
        self._full = full

    def at(self, file: tuple[bytes, int, int]) -> None:
        self.seen += 1
        mark = hash(file)
        if self._there.pop(mark, None) is not None or self._broken.pop(mark, ""):
            self.unchanged += 1
            if self._full:
                self._add(*file)
        elif not self._full and (number := self._missing.pop(mark, None)) is not None:
            self.unchanged += 1
            self.returned.append(number)
        else:
            self._add(*file)


def _report(
    stop: threading.Event | None,
    report: Callable[[int, bytes], None] | None,
    seen: int,
    folder: bytes,
) -> None:
    if stop is not None and stop.is_set():
        raise Stopped
    if report is not None:
        report(seen, folder)
