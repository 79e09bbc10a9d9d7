"""The analyzer as a part of the daemon: scans and matches, in turn, when there is reason to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from scrobbled.analyzer.match import MatchReport, MatchSettings, match
from scrobbled.analyzer.scan import Progress, ScanReport, scan
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.tasks import Running
from scrobbled.store import Database

log = get_logger(__name__)

MANY = 10
"""A match of fewer listens is told at `debug` only."""


class Analyzer:
    """Keeps the media library and the links of listens up to date.

    One scan at a time, and one match at a time; whoever asks for one waits for its turn. A match
    may run while a scan does, so that a play that just ended is linked at once.

    Attributes:
        scan_wanted: set by whoever has reason to believe that files changed.
        match_wanted: set by whoever recorded listens.
    """

    def __init__(
        self,
        database: Callable[[], Awaitable[Database]],
        folders: Sequence[Path],
        settings: MatchSettings,
        clock: Clock,
    ) -> None:
        """Takes its collaborators.

        Args:
            database: gives the main database, waiting for it if it is not open yet.
            folders: where the household's music is.
            settings: from which confidence links are made, and which source goes first.
            clock: the present.
        """
        self._database = database
        self._folders = tuple(folders)
        self._settings = settings
        self._clock = clock
        self._folder_errors: set[str] = set()
        self._scan_turn = asyncio.Lock()
        self._match_turn = asyncio.Lock()
        self.scan_wanted = asyncio.Event()
        self.match_wanted = asyncio.Event()

    async def scan(
        self,
        *,
        progress: Callable[[Progress], None] | None = None,
        full: bool = False,
        paths: Sequence[Path] | None = None,
    ) -> ScanReport:
        """Scans the folders, or `paths` in them, and asks for a match."""
        database = await self._database()
        async with self._scan_turn:
            report = await scan(
                database,
                self._folders,
                clock=self._clock,
                progress=progress,
                full=full,
                paths=paths,
            )
        self._tell_folders(report, whole=paths is None)
        self.match_wanted.set()
        return report

    def _tell_folders(self, report: ScanReport, *, whole: bool) -> None:
        """Logs which folders cannot be read, once for as long as it stays so."""
        found = set(report.folder_errors)
        for problem in sorted(found - self._folder_errors):
            log.warning("scan.folder_failed", reason=problem)
        self._folder_errors = found if whole else self._folder_errors | found

    async def match(self) -> MatchReport:
        """Links what waits to be linked, and what changes of the library concern."""
        database = await self._database()
        async with self._match_turn:
            report = await match(
                database, folders=self._folders, settings=self._settings, clock=self._clock
            )
        if report.looked_at:
            # Each play that ends is matched; that it ended has been told.
            tell = log.info if report.looked_at >= MANY else log.debug
            tell(
                "match.finished",
                looked_at=report.looked_at,
                linked=sum(report.linked.values()),
                ambiguous=report.ambiguous,
                unmatched=report.unmatched,
                duplicates=report.duplicates,
            )
        return report

    async def scan_now(self, task: Running) -> None:
        """One run of the periodic scan."""
        report = await self.scan()
        if report.folder_errors:
            task.degraded(report.folder_errors[0])
        else:
            task.working(f"{report.seen} files seen, {report.failed_count} cannot be read")

    async def match_now(self, task: Running) -> None:
        """One run of the periodic match."""
        report = await self.match()
        task.working(f"{report.looked_at} listens looked at in the last run")
