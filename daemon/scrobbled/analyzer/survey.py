"""Compares what is in the folders with what the library knows: which files have to be read."""

import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from scrobbled.analyzer.known import KnownFiles
from scrobbled.analyzer.spool import Spool
from scrobbled.analyzer.walk import FolderProblem, Walk

_REPORT_EVERY = 512
"""Files between two reports of how far the walk is."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk found.

    Attributes:
        seen: music files that are there.
        unchanged: of these, those that need not be read, since they are as they were.
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
    look = _Look(walk, known, spool, full=full)
    told = 0

    def check() -> None:
        nonlocal told
        if stop is not None and stop.is_set():
            raise Stopped
        if report is not None and look.seen + walk.passed - told >= _REPORT_EVERY:
            told = look.seen + walk.passed
            report(told, walk.folder)

    walk.pass_over({} if full else known.there, check)
    empty: list[bytes] = []
    for root, files in walk.parts():
        before = look.seen + walk.passed + walk.entered
        for file in files:
            look.at(file)
            if not look.seen % _REPORT_EVERY:
                check()
        if root is not None and look.seen + walk.passed + walk.entered <= before + 1:
            empty.append(root)
    return Survey(
        seen=look.seen + walk.passed,
        unchanged=look.unchanged + walk.passed,
        returned=look.returned,
        unseen=array("q", known.there.values()),
        mended=list(known.broken.values()),
        empty=empty,
        problems=walk.problems,
    )


class _Look:
    """Looks at files that are not simply as they were."""

    def __init__(self, walk: Walk, known: KnownFiles, spool: Spool, *, full: bool) -> None:
        self.seen = self.unchanged = 0
        self.returned = array("q")
        self._walk = walk
        self._folder = b""
        self._known = known
        self._spool = spool
        self._full = full

    def at(self, file: tuple[bytes, int, int]) -> None:
        self.seen += 1
        mark = hash(file)
        known = self._known
        if self._full:
            known.there.pop(mark, None)
            known.broken.pop(mark, None)
        elif mark in known.there or mark in known.broken:
            known.there.pop(mark, None)
            known.broken.pop(mark, None)
            self.unchanged += 1
            return
        elif (number := known.missing.pop(mark, None)) is not None:
            self.unchanged += 1
            self.returned.append(number)
            return
        if self._walk.folder is not self._folder:
            self._folder = self._walk.folder
            self._spool.end_part()
        self._spool.add(*file)
