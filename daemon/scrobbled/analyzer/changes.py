"""Finds out what changed in the folders since the last scan, before any file is opened."""

import asyncio
import os
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from scrobbled.analyzer.known import KnownFiles, path_hash
from scrobbled.analyzer.pool import FoundFile
from scrobbled.analyzer.spool import Spool
from scrobbled.analyzer.survey import Survey, survey
from scrobbled.analyzer.walk import FolderProblem, Walk
from scrobbled.domain.text import escape_undecodable
from scrobbled.store import Database, Lane
from scrobbled.store.medialibrary.read import (
    broken_files,
    files_at,
    is_below,
    known_files,
    places_of,
    siblings_of,
)
from scrobbled.store.medialibrary.runs import mark_unread

_PAGE = 5_000
"""Known files that are read from the database at once: some 20 ms."""

_LOOKUP = 2_000
"""Paths or ids that are looked up in the database at once."""

_DISK_AWAY = (
    "It is empty, though the library knows files in it; mount its disk, or take it out of "
    "library.folders if they are gone for good."
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What is scanned.

    Attributes:
        roots: folders, or single files of them.
        whole: whether these are all folders of the library; a known file outside them is gone.
        full: whether unchanged files are read as well.
    """

    roots: tuple[bytes, ...]
    whole: bool
    full: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What there is to do.

    Attributes:
        survey: what the walk found.
        gone: files that are no longer where they were, as (id, size in bytes).
        problems: folders that could not be looked into.
        first: whether the library knew of no file at all.
    """

    survey: Survey
    gone: list[tuple[int, int]]
    problems: list[FolderProblem]
    first: bool


async def find_changes(
    database: Database,
    extent: Extent,
    spool: Spool,
    report: Callable[[int, bytes], None],
) -> Changes:
    """Walks through `extent` and fills `spool` with the files that have to be read.

    Args:
        database: where the known files are.
        extent: what is scanned.
        spool: where the files go.
        report: told how many files were seen, and in which folder; called in the loop.
    """
    known = await _known(database, extent)
    first = not (known.there or known.missing or known.broken)
    found = await _survey(extent, known, spool, report)
    changed = await _changed(database, found, spool)
    gone, problems = await _gone(database, extent, found, changed)
    if changed and not extent.full:
        await _add_siblings(database, changed, spool)
    return Changes(found, gone, problems, first)


async def _known(database: Database, extent: Extent) -> KnownFiles:
    known = KnownFiles()
    roots: Iterable[str | None] = (None,) if extent.whole else map(_text, extent.roots)
    for root in roots:
        after: int | None = 0
        while after is not None:
            page = await asyncio.wrap_future(
                database.read(partial(known_files, after=after, limit=_PAGE, below=root))
            )
            known.add_files(page.rows)
            after = page.last
    broken = await asyncio.wrap_future(database.read(broken_files))
    known.add_broken(row for row in broken if extent.whole or _is_in(row[0], extent.roots))
    return known


async def _survey(
    extent: Extent, known: KnownFiles, spool: Spool, report: Callable[[int, bytes], None]
) -> Survey:
    """The walk, in a thread that stops when this is cancelled."""
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def tell(seen: int, folder: bytes) -> None:
        loop.call_soon_threadsafe(report, seen, folder)

    walk = Walk(extent.roots, may_be_gone=not extent.whole)
    walking = loop.run_in_executor(
        None, partial(survey, walk, known, spool, full=extent.full, stop=stop, report=tell)
    )
    try:
        return await asyncio.shield(walking)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([walking])
        raise


async def _changed(database: Database, found: Survey, spool: Spool) -> set[int]:
    """The ids of known files that are to be read, since they are no longer as they were."""
    changed: set[int] = set()
    if not found.unseen:
        return changed
    unseen = set(found.unseen)
    batches = spool.batches(_LOOKUP)
    while hashes := await asyncio.to_thread(_next_hashes, batches):
        changed.update(await asyncio.wrap_future(database.read(partial(files_at, hashes=hashes))))
    return changed & unseen


def _next_hashes(batches: Iterator[list[FoundFile]]) -> list[str]:
    return [path_hash(path) for path, _, _ in next(batches, [])]


async def _gone(
    database: Database, extent: Extent, found: Survey, changed: set[int]
) -> tuple[list[tuple[int, int]], list[FolderProblem]]:
    """The files that are gone, and why folders could not be looked into.

    What is below a folder that could not be looked into is not gone. A folder of the library in
    which nothing is left is far more likely to be a disk that is not mounted.
    """
    gone: list[tuple[int, int]] = []
    problems = {problem.path: problem for problem in found.problems}
    empty = [root for root in found.empty if root not in problems] if extent.whole else []
    for numbers in _slices(
        array("q", (number for number in found.unseen if number not in changed))
    ):
        places = await asyncio.wrap_future(
            database.read(partial(places_of, numbers=numbers.tolist()))
        )
        for number, path, size in places:
            for root in empty:
                if root not in problems and is_below(path, root):
                    problems[root] = FolderProblem(root, _DISK_AWAY)
            if not (problems and _is_in(path, problems)):
                gone.append((number, size))
    return gone, list(problems.values())


async def _add_siblings(database: Database, changed: set[int], spool: Spool) -> None:
    """Has the other files of changed files' tracks read too: their track is described anew.

    They are marked in the database, so that it happens even if this scan is killed.
    """
    for numbers in _slices(array("q", changed)):
        siblings = await asyncio.wrap_future(
            database.read(partial(siblings_of, numbers=numbers.tolist()))
        )
        others = [(number, path) for number, path in siblings if number not in changed]
        if others:
            marked = [number for number, _ in others]
            await asyncio.wrap_future(
                database.write(partial(mark_unread, numbers=marked), Lane.BULK)
            )
            await asyncio.to_thread(_spool, spool, [path for _, path in others])


def _spool(spool: Spool, paths: list[bytes]) -> None:
    for path in paths:
        spool.add(path, -1, 0)


def _slices(numbers: "array[int]") -> Iterable["array[int]"]:
    for start in range(0, len(numbers), _LOOKUP):
        yield numbers[start : start + _LOOKUP]


def _is_in(path: bytes, folders: Iterable[bytes]) -> bool:
    return any(is_below(path, folder) for folder in folders)


def _text(path: bytes) -> str:
    return escape_undecodable(os.fsdecode(path))


def check_paths(paths: Sequence[bytes], folders: Sequence[bytes]) -> list[bytes]:
    """Those of `paths` that are in none of `folders`."""
    return [path for path in paths if not _is_in(path, folders)]
