"""A music folder with a library of its own, and what is in the library, in words."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.music import Tags, write_music, write_tags
from tests.unit.runtime.manual_clock import ManualClock

from scrobbled.analyzer.scan import Progress, ScanReport, scan
from scrobbled.store import Database, Transaction

RECORDING = "b1a9c0e9-d987-4042-ae91-78d6a3267d{:02}"
"""A MusicBrainz id, to be completed by a number."""


@dataclass(slots=True)
class Shelf:
    """A folder of music and the library that scans of it fill."""

    folder: Path
    database: Database
    clock: ManualClock = field(default_factory=ManualClock)

    def put(self, name: str, tags: Tags | None = None, *, seconds: int = 30) -> Path:
        """Write a music file; its time of change is never one that was there before."""
        path = write_music(self.folder / name, tags, seconds=seconds)
        self._touch(path)
        return path

    def retag(self, name: str, tags: Tags) -> None:
        """Replace a file's tags."""
        write_tags(self.folder / name, tags)
        self._touch(self.folder / name)

    def _touch(self, path: Path) -> None:
        self.clock.advance(1)
        now_ns = int(self.clock.moment().wall_s * 1e9)
        os.utime(path, ns=(now_ns, now_ns))

    async def scan(
        self,
        *,
        full: bool = False,
        paths: Sequence[Path] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> ScanReport:
        """Scan with one reading process."""
        self.clock.advance(1)
        return await scan(
            self.database,
            [self.folder],
            clock=self.clock,
            full=full,
            paths=paths,
            progress=progress,
            processes=1,
        )

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query of the library gives."""

        def ask(tx: Transaction) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in tx.connection.execute(sa.text(query))]

        return await asyncio.wrap_future(self.database.read(ask))

    async def value(self, query: str) -> Any:
        """The only value that a query gives."""
        ((value,),) = await self.rows(query)
        return value

    async def tracks(self) -> dict[str, int]:
        """The ids of all tracks by title."""
        return dict(await self.rows("SELECT title, id FROM tracks"))

    async def track_of(self, name: str) -> int:
        """The track of a file."""
        path = str(self.folder / name)
        return int(
            await self.value(f"SELECT track_id FROM media_files WHERE file_path = '{path}'")  # noqa: S608 - a path of the test's own
        )

    async def files(self) -> dict[str, bool]:
        """All known files by their name in the folder, and whether they are there."""
        rows = await self.rows("SELECT file_path, missing_since IS NULL FROM media_files")
        return {path.removeprefix(f"{self.folder}/"): bool(there) for path, there in rows}

    async def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in the library that does not depend on ids or on when it was scanned."""
        return {name: sorted(await self.rows(query), key=repr) for name, query in _VIEWS.items()}


_VIEWS = {
    "tracks": """
        SELECT t.title, t.title_normalized, t.title_search, t.duration_secs, a.name, g.title,
               t.norm_version
        FROM tracks t LEFT JOIN artists a ON a.id = t.primary_artist_id
        LEFT JOIN release_groups g ON g.id = t.album_id
        WHERE EXISTS (SELECT 1 FROM media_files f WHERE f.track_id = t.id)""",
    "files": """
        SELECT f.file_path, t.title, f.duration_secs, f.size_bytes, f.mtime_ns, f.format,
               f.missing_since IS NULL, f.position_key
        FROM media_files f JOIN tracks t ON t.id = f.track_id""",
    "credits": """
        SELECT t.title, a.name, c.role, c.position, c.credited_name, c.join_phrase
        FROM track_artists c JOIN tracks t ON t.id = c.track_id JOIN artists a ON a.id = c.artist_id
        """,
    "genres": """
        SELECT t.title, g.name, x.weight FROM track_genres x
        JOIN tracks t ON t.id = x.track_id JOIN genres g ON g.id = x.genre_id""",
    "albums": """
        SELECT t.title, g.title, g.type, g.year, a.name, r.title, r.release_date, r.edition_key,
               i.disc_no, i.track_no
        FROM release_items i JOIN tracks t ON t.id = i.track_id
        JOIN releases r ON r.id = i.release_id JOIN release_groups g ON g.id = r.release_group_id
        LEFT JOIN artists a ON a.id = g.primary_artist_id""",
    "ids": """
        SELECT t.title, e.scheme, e.value FROM external_ids e
        JOIN tracks t ON e.entity_type = 'track' AND e.entity_id = t.id""",
    "tags": """
        SELECT t.title, v."key", v.ordinal, v.value, s.name FROM track_tag_values v
        JOIN tracks t ON t.id = v.track_id JOIN tag_sources s ON s.id = v.source_id""",
    "attributes": """
        SELECT t.title, v."key", v.value, s.name FROM track_tag_attributes v
        JOIN tracks t ON t.id = v.track_id JOIN tag_sources s ON s.id = v.source_id""",
    "keys": "SELECT t.title, k.kind, k.key8 FROM track_key k JOIN tracks t ON t.id = k.track_id",
    "places": """
        SELECT l.source, l.uri, f.file_path FROM media_file_locations l
        JOIN media_files f ON f.id = l.media_file_id""",
    "errors": "SELECT file_path, reason, mtime_ns, size_bytes FROM scan_errors",
}
