"""A household with music and players, on a real database: what tests of matching begin with."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from scrobbled.analyzer.library import file_record
from scrobbled.analyzer.match import MatchReport, MatchSettings, match
from scrobbled.analyzer.reader import Reading
from scrobbled.analyzer.tags import Audio, FileTags
from scrobbled.domain.credits import artist_credits
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import ClosedBy, ClosedPlay, Verdict
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database, Transaction, open_database
from scrobbled.store.listens.write import PlayRow, record_play
from scrobbled.store.medialibrary.moved import GoneFiles
from scrobbled.store.medialibrary.runs import begin_run, end_run, mark_missing
from scrobbled.store.medialibrary.write import LibraryWriter, Run

START_S = 1_790_000_000
NOW = datetime.fromtimestamp(START_S, UTC)

T = TypeVar("T")


class StandingClock:
    """Always the same moment."""

    rate = 1.0

    def moment(self) -> Moment:
        """The present."""
        return Moment(0.0, START_S, "boot")

    async def sleep(self, _seconds: float) -> None:
        """Matching never waits."""
        raise AssertionError


@dataclass(frozen=True)
class Music:
    """A music file: its path and what its tags say."""

    path: Path
    title: str | None = None
    artists: Sequence[str] = ()
    album: str | None = None
    duration_s: float | None = 200.0
    mbid: str | None = None
    genres: Sequence[str] = ()

    def reading(self) -> Reading:
        """What reading it would give."""
        tags = FileTags(
            audio=Audio("flac", duration_s=self.duration_s),
            title=self.title,
            artists=artist_credits(self.artists),
            album=self.album,
            genres=tuple(self.genres),
            recording_mbid=self.mbid,
        )
        size = int(hashlib.sha256(str(self.path).encode("utf-8", "replace")).hexdigest()[:6], 16)
        return Reading(os.fsencode(self.path), 1, size, tags, None)


@dataclass(frozen=True)
class Listen:
    """A row of `listens` with what hangs on it, as tests compare it.

    Attributes:
        file: the path of the first file of the linked track; None without a link.
        candidates: paths with confidences, the best first.
        artists: names, in alphabetical order; so the genres.
    """

    uri: str
    status: str
    file: str | None = None
    reason: str | None = None
    confidence: float | None = None
    candidates: tuple[tuple[str, float], ...] = ()
    artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()


def played(
    uri: str, *, source: str = "mpd:den", at_s: float = 0.0, user: str = "anna", **track: Any
) -> PlayRow:
    """A play that counts, `at_s` seconds after the start of time."""
    play = ClosedPlay(
        play_uid=str(uuid.uuid4()),
        source=source,
        user=user,
        track=TrackInfo(uri=uri, **track),
        started_at_s=START_S + at_s,
        ended_at_s=START_S + at_s + 200,
        utc_offset_min=None,
        played_s=200.0,
        paused_s=0.0,
        seeks=0,
        closed_by=ClosedBy.FINISHED,
        verdict=Verdict(counts=True, reason="it sounded", required_s=100.0),
    )
    return play_row(play)


@dataclass
class Household:
    """A database, music folders, and players that have played."""

    database: Database
    folders: Sequence[Path]
    settings: MatchSettings = field(
        default_factory=lambda: MatchSettings(source_order=("mpd:den", "jellyfin:home"))
    )

    def write(self, use_case: Callable[[Transaction], T]) -> T:
        """Runs a use case that writes."""
        return self.database.write(use_case).result(10)

    def read(self, use_case: Callable[[Transaction], T]) -> T:
        """Runs a use case that reads."""
        return self.database.read(use_case).result(10)

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Runs one statement of a test's own."""

        def run(tx: Transaction) -> list[tuple[Any, ...]]:
            result = tx.connection.execute(sa.text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

        return self.write(run)

    def scan(self, *music: Music, gone: Iterable[Music] = ()) -> None:
        """What a scan writes that finds `music` new or changed, and `gone` no longer there."""
        missing = [os.fsencode(file.path) for file in gone]

        def run(tx: Transaction) -> None:
            number, source_id = begin_run(tx, "folders", NOW)
            first = not tx.connection.execute(sa.select(tx.tables.media_files.c.id)).first()
            writer = LibraryWriter(
                tx.tables, Run(number, source_id, first=first, at=NOW), GoneFiles()
            )
            writer.keep(writer.write(tx, [file_record(file.reading()) for file in music]))
            mark_missing(tx, [self._file_id(tx, path) for path in missing], NOW, number)
            counts = {"seen": len(music), "read": len(music), "failed": 0}
            end_run(tx, number, status="finished", at=NOW, message=None, **counts)

        self.write(run)

    def _file_id(self, tx: Transaction, path: bytes) -> int:
        files = tx.tables.media_files
        hashed = hashlib.sha256(path).hexdigest()
        found = sa.select(files.c.id).where(files.c.file_path_hash == hashed)
        return int(tx.connection.execute(found).scalar_one())

    def play(
        self,
        uri: str,
        *,
        source: str = "mpd:den",
        at_s: float = 0.0,
        user: str = "anna",
        **track: Any,
    ) -> int:
        """Records a listen `at_s` seconds after the start of time; returns its id."""
        (number,) = self.record(played(uri, source=source, at_s=at_s, user=user, **track))
        return number

    def record(self, *rows: PlayRow) -> list[int]:
        """Records listens in one transaction; returns their ids."""

        def run(tx: Transaction) -> list[int]:
            recorded = [record_play(tx, row, NOW) for row in rows]
            return [row.listen_id for row in recorded if row.listen_id is not None]

        return self.write(run)

    async def match(self) -> MatchReport:
        """Links what waits."""
        return await match(
            self.database, folders=self.folders, settings=self.settings, clock=StandingClock()
        )

    def listens(self) -> list[Listen]:
        """All listens, in the order of their rows."""
        return [listen for _number, listen in sorted(self.listens_by_id().items())]

    def listen(self, listen_id: int) -> Listen:
        """One of them."""
        return self.listens_by_id()[listen_id]

    def listens_by_id(self) -> dict[int, Listen]:
        """All listens by their ids."""
        path = "(SELECT file_path FROM media_files f WHERE f.track_id = {}.track_id ORDER BY f.id)"
        candidates: dict[int, list[tuple[str, float]]] = {}
        for number, file, confidence in self.sql(
            f"SELECT listen_id, {path.format('c')}, confidence FROM listen_match_candidates c"  # noqa: S608 - names of our own
            " ORDER BY confidence DESC, track_id"
        ):
            candidates.setdefault(number, []).append((Path(file).name, confidence))
        artists = self._names("artist")
        genres = self._names("genre")
        rows = self.sql(
            "SELECT l.id, r.payload_json ->> '$.track.uri', l.enrich_status,"  # noqa: S608 - names of our own
            f" {path.format('l')}, l.match_reason, l.match_confidence"
            " FROM listens l JOIN listens_raw r ON r.id = l.raw_id"
        )
        return {
            number: Listen(
                uri,
                status,
                None if file is None else Path(file).name,
                reason,
                confidence,
                tuple(candidates.get(number, ())),
                tuple(sorted(artists.get(number, ()))),
                tuple(sorted(genres.get(number, ()))),
            )
            for number, uri, status, file, reason, confidence in rows
        }

    def _names(self, entity: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for number, name in self.sql(
            f"SELECT f.listen_id, e.name FROM listen_{entity}s f"  # noqa: S608 - names of our own
            f" JOIN {entity}s e ON e.id = f.{entity}_id"
        ):
            found.setdefault(number, []).append(name)
        return found


def open_household(folder: Path, template: Path | None = None) -> Household:
    """A household in `folder` with the music folder `music`.

    Its database is new, or a copy of `template`, which takes a tenth of the time.
    """
    path = folder / "scrobbled.db"
    if template is not None:
        shutil.copyfile(template, path)
    music = folder / "music"
    music.mkdir()
    return Household(open_database(f"sqlite:///{path}"), [music])
