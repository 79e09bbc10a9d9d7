"""Scans the music folders into the media library: what is new or changed is read, and only that."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePath
from typing import TypeVar
from weakref import WeakSet

from scrobbled.analyzer.changes import Changes, Extent, check_paths, find_changes
from scrobbled.analyzer.pool import ReadingProcess
from scrobbled.analyzer.reading import BATCH, Readers
from scrobbled.analyzer.report import FailedFile, Progress, ScanReport
from scrobbled.analyzer.spool import Spool
from scrobbled.domain.library_record import FileRecord
from scrobbled.domain.text import escape_undecodable
from scrobbled.errors import OperatorError
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.store import Database, Lane, Transaction
from scrobbled.store.medialibrary.moved import GoneFiles
from scrobbled.store.medialibrary.runs import (
    begin_run,
    end_run,
    forget_errors,
    mark_missing,
    mark_returned,
)
from scrobbled.store.medialibrary.write import LibraryWriter, Run, Written

__all__ = ["FailedFile", "Progress", "ScanReport", "ScanRunning", "scan"]

log = get_logger(__name__)

_MOST_PROCESSES = 8
_MOST_FAILED = 100
_MARKED_AT_ONCE = 500

_TRANSACTION_S = 0.012
"""How long the statements of one transaction should take; the commit comes on top."""

_CHUNKS = (16, 512)
"""The least and the most files in one transaction."""

T = TypeVar("T")

_running: WeakSet[Database] = WeakSet()


class ScanRunning(OperatorError):
    """A scan of this library is running already; wait until it has finished."""


async def scan(
    database: Database,
    folders: Sequence[Path],
    *,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
    full: bool = False,
    paths: Sequence[Path] | None = None,
    processes: int | None = None,
) -> ScanReport:
    """Brings the media library up to date with the folders.

    It can be cancelled, or killed, at any time: what was written stays, and the next scan does
    the rest.

    Args:
        database: where the media library is.
        folders: all music folders of the library.
        clock: the present.
        progress: told now and then how far it is; called in the loop.
        full: read unchanged files as well.
        paths: absolute paths of folders or files below `folders` to look at, which may be gone;
            None for all.
        processes: that read files; None for one per core, at most eight.

    Returns:
        What it did.

    Raises:
        ScanRunning: another scan of this database is running in this process.
        OperatorError: one of `paths` is not in the library's folders.
        DatabaseUnavailable: the database went away; what was written so far stays.
    """
    roots = tuple(os.fsencode(folder) for folder in folders)
    extent = Extent(roots, whole=True, full=full)
    if paths is not None:
        extent = replace(extent, roots=_checked(paths, roots), whole=False)
    if database in _running:
        raise ScanRunning("A scan is running already; wait until it has finished.")
    _running.add(database)
    try:
        return await _Scan(database, extent, clock, progress).run(processes)
    finally:
        _running.discard(database)


def _checked(paths: Sequence[Path], folders: Sequence[bytes]) -> tuple[bytes, ...]:
    given = [os.path.normpath(os.fsencode(path)) for path in paths]
    outside = check_paths(given, folders)
    if outside:
        raise OperatorError(
            f"{_shown(outside[0])} is in none of library.folders; add its folder there, or name "
            "a path in one of them."
        )
    return tuple(given)


class _Scan:
    """One scan under way."""

    def __init__(
        self,
        database: Database,
        extent: Extent,
        clock: Clock,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._database = database
        self._extent = extent
        self._clock = clock
        self._progress = progress
        self._begun_s = clock.moment().monotonic_s
        self._chunk = BATCH
        self._report = ScanReport(0)
        self._to_read: int | None = None

    async def run(self, processes: int | None) -> ScanReport:
        at = self._now()
        kind = "folders" if self._extent.whole else "paths"
        number, source_id = await self._write(partial(begin_run, kind=kind, at=at))
        self._report = ScanReport(number)
        log.debug("scan.started", scan_run=number, kind=kind, full=self._extent.full)
        ended = False
        try:
            with await asyncio.to_thread(Spool) as spool:
                changes = await find_changes(self._database, self._extent, spool, self._tell_walk)
                self._note(changes, spool)
                run = Run(number, source_id, changes.first, at)
                await self._follow(changes, run, spool, processes or _cores())
            ended = True
        finally:
            await self._end(ended)
        return self._report

    def _note(self, changes: Changes, spool: Spool) -> None:
        self._to_read = spool.count
        self._report = replace(
            self._report,
            seen=changes.survey.seen,
            unchanged=changes.survey.unchanged,
            folder_errors=[f"{_shown(p.path)}: {p.reason}" for p in changes.problems],
        )

    async def _follow(self, changes: Changes, run: Run, spool: Spool, processes: int) -> None:
        """Writes what changed."""
        returned = changes.survey.returned.tolist()
        for some in _slices(returned):
            await self._write(partial(mark_returned, numbers=some, run=run.number))
        for hashes in _slices(changes.survey.mended):
            await self._write(partial(forget_errors, hashes=hashes))
        moved: set[int] = set()
        if spool.count:
            moved = await self._read_and_write(changes, run, spool, processes)
        missing = [number for number, _ in changes.gone if number not in moved]
        for some in _slices(missing):
            await self._write(partial(mark_missing, numbers=some, at=run.at, run=run.number))
        self._report = replace(self._report, returned=len(returned), missing=len(missing))

    async def _read_and_write(
        self, changes: Changes, run: Run, spool: Spool, processes: int
    ) -> set[int]:
        """Reads and writes all files of `spool`; returns the ids of the rows that moved."""
        writer = LibraryWriter(self._database.tables, run, GoneFiles(changes.gone))
        count = min(processes, -(-spool.count // BATCH))
        moved: set[int] = set()
        waiting: list[FileRecord] = []
        async with Readers([ReadingProcess() for _ in range(count)]) as readers:
            async for records in readers.records(spool):
                waiting += records
                while len(waiting) >= self._chunk:
                    chunk, waiting = waiting[: self._chunk], waiting[self._chunk :]
                    moved.update(await self._write_chunk(writer, chunk))
            if waiting:
                moved.update(await self._write_chunk(writer, waiting))
        return moved

    async def _write_chunk(self, writer: LibraryWriter, chunk: list[FileRecord]) -> tuple[int, ...]:
        clock = self._clock

        def timed(tx: Transaction) -> tuple[Written, float]:
            begun = clock.moment().monotonic_s
            return writer.write(tx, chunk), clock.moment().monotonic_s - begun

        written, took_s = await self._write(timed)
        writer.keep(written)
        self._fit_chunk(len(chunk), took_s)
        report = self._report
        failed = [FailedFile(file.path, file.problem or "") for file in chunk if file.track is None]
        for file in failed:
            log.info("file.failed", path=file.path, reason=file.reason)
        self._report = replace(
            report,
            read=report.read + len(chunk),
            added=report.added + written.added,
            changed=report.changed + written.changed,
            moved=report.moved + written.moved,
            failed_count=report.failed_count + written.failed,
            failed=[*report.failed, *failed][:_MOST_FAILED],
        )
        self._tell(str(PurePath(chunk[-1].path).parent))
        return written.moved_from

    def _fit_chunk(self, files: int, took_s: float) -> None:
        """Makes the next transactions as large as fits the time that they may take."""
        least, most = _CHUNKS
        fitting = files * _TRANSACTION_S / max(took_s, _TRANSACTION_S / 4)
        self._chunk = round(min(max((self._chunk + fitting) / 2, least), most))

    async def _write(self, use_case: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._database.write(use_case, Lane.BULK))

    async def _end(self, finished: bool) -> None:  # noqa: FBT001 - private, one caller
        """Notes how the scan ended; when it did not finish, without waiting for that."""
        took_s = self._clock.moment().monotonic_s - self._begun_s
        self._report = report = replace(self._report, duration_s=round(took_s, 3))
        noted = self._database.write(
            partial(
                end_run,
                number=report.run_id,
                status="finished" if finished else "cancelled",
                at=self._now(),
                seen=report.seen,
                read=report.read,
                failed=report.failed_count,
                message="; ".join(report.folder_errors) or None,
            ),
            Lane.BULK,
        )
        if finished:
            await asyncio.wrap_future(noted)
        # Most scans find what they left: a line for each would only hide the others.
        tell = log.info if report.changes or not finished else log.debug
        tell(
            "scan.finished" if finished else "scan.stopped",
            scan_run=report.run_id,
            seen=report.seen,
            read=report.read,
            added=report.added,
            changed=report.changed,
            moved=report.moved,
            missing=report.missing,
            failed=report.failed_count,
            duration_s=report.duration_s,
        )

    def _tell_walk(self, seen: int, folder: bytes) -> None:
        self._report = replace(self._report, seen=seen)
        self._tell(_shown(folder))

    def _tell(self, folder: str) -> None:
        if self._progress is not None:
            report = self._report
            self._progress(
                Progress(report.seen, report.read, report.failed_count, self._to_read, folder)
            )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.moment().wall_s, UTC)


def _cores() -> int:
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)


def _shown(path: bytes) -> str:
    return escape_undecodable(os.fsdecode(path))


def _slices(items: list[T]) -> list[list[T]]:
    return [items[at : at + _MARKED_AT_ONCE] for at in range(0, len(items), _MARKED_AT_ONCE)]
