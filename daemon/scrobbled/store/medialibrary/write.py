"""Writes what a scan read into the media library, some hundred files to a transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from scrobbled.domain.library_record import FileRecord, TrackRecord
from scrobbled.domain.text import NORM_VERSION
from scrobbled.store.medialibrary.bulk import Row, in_lists, insert_numbered
from scrobbled.store.medialibrary.description import Descriptions
from scrobbled.store.medialibrary.filing import (
    FiledAlready,
    file_again,
    file_new,
    filed_by_number,
    filed_by_path,
    leave_broken,
)
from scrobbled.store.medialibrary.identity import KnownRecordings, same_length
from scrobbled.store.medialibrary.moved import GoneFiles
from scrobbled.store.medialibrary.runs import forget_errors, note_errors
from scrobbled.store.medialibrary.tables import LibraryTables
from scrobbled.store.transaction import Transaction

_TRACK = (
    *("track_uid", "title", "title_normalized", "title_search", "duration_secs"),
    *("primary_artist_id", "album_id", "norm_version", "scan_run_id"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """The scan that writes.

    Attributes:
        number: its row in `scan_runs`.
        source_id: the row in `tag_sources` that tags of files are from.
        first: True when the library knew of no file before, so that none can be known already.
        at: when it began, UTC.
    """

    number: int
    source_id: int
    first: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """What became of some files.

    Attributes:
        added: files that are new to the library.
        changed: files that it knew and that were read again.
        moved: files that it knew elsewhere.
        failed: files that cannot be read.
        moved_from: the ids of the rows that moved.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    failed: int = 0
    moved_from: tuple[int, ...] = ()


@dataclass(slots=True)
class _Plan:
    """Which track each file of a chunk is of; tracks to be made have numbers below 0."""

    new_files: list[tuple[FileRecord, int]] = field(default_factory=list)
    again: list[tuple[int, FileRecord, int]] = field(default_factory=list)
    moved_from: list[int] = field(default_factory=list)
    made: list[tuple[TrackRecord, float | None]] = field(default_factory=list)
    anew: dict[int, tuple[TrackRecord, float | None]] = field(default_factory=dict)
    further: list[tuple[int, TrackRecord]] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)


class LibraryWriter:
    """Writes the files of one scan; its `write` is a use case, to be run one at a time."""

    def __init__(self, tables: LibraryTables, run: Run, gone: GoneFiles) -> None:
        """For the scan `run`, in which the files `gone` were not found where they were."""
        self._run = run
        self._gone = gone
        self._descriptions = Descriptions(tables, run.source_id)
        self._known = KnownRecordings(tables)
        self._described: set[int] = set()
        self._described_now: set[int] = set()

    def write(self, tx: Transaction, files: list[FileRecord]) -> Written:
        """Writes `files`; may be run again when its transaction failed."""
        self._descriptions.begin()
        self._described_now.clear()
        hashes = [file.path_hash for file in files]
        known = {} if self._run.first else filed_by_path(tx, hashes)
        broken = [file for file in files if file.track is None]
        self._leave_broken(tx, broken, known)
        good = [file for file in files if file.track is not None]
        if not self._run.first:
            forget_errors(tx, (file.path_hash for file in good))
        self._descriptions.resolve(tx, [file.track for file in good if file.track])
        plan = self._plan(tx, good, known)
        numbers = self._make_tracks(tx, plan)
        self._describe(tx, plan, numbers)
        self._file(tx, plan, numbers)
        return Written(
            added=len(plan.new_files),
            changed=len(plan.again) - len(plan.moved_from),
            moved=len(plan.moved_from),
            failed=len(broken),
            moved_from=tuple(plan.moved_from),
        )

    def keep(self, written: Written) -> None:
        """The transaction of the last `write` was committed; it returned `written`."""
        self._descriptions.keep()
        self._described |= self._described_now
        self._gone.found(written.moved_from)

    def _leave_broken(
        self, tx: Transaction, broken: list[FileRecord], known: dict[str, FiledAlready]
    ) -> None:
        leave_broken(
            tx,
            ((known[file.path_hash].number, file) for file in broken if file.path_hash in known),
        )
        note_errors(tx, broken, self._run.at)

    def _plan(
        self, tx: Transaction, files: list[FileRecord], known: dict[str, FiledAlready]
    ) -> _Plan:
        plan = _Plan()
        recordings = self._known.of(tx, files)
        elsewhere = self._gone_rows(tx, (file for file in files if file.path_hash not in known))
        for file in files:
            track = file.track
            if track is None:
                continue
            filed = known.get(file.path_hash)
            number = recordings.find(track, file.duration_s)
            if filed is None:
                filed = _moved(file, track, number, elsewhere)
                if filed is not None:
                    elsewhere[file.size].remove(filed)
                    plan.moved_from.append(filed.number)
            if filed is not None:
                number = self._keep_track(filed, file, number, plan)
            if number is None:
                plan.made.append((track, file.duration_s))
                number = -len(plan.made)
            elif number < 0 or not self._describe_anew(filed, number, track, file, plan):
                plan.further.append((number, track))
            if number in plan.anew and plan.anew[number][0] is track:
                recordings.forget(number)
            recordings.add(number, track, file.duration_s)
            plan.taken.add(number)
            if filed is None:
                plan.new_files.append((file, number))
            else:
                plan.again.append((filed.number, file, number))
        return plan

    def _gone_rows(
        self, tx: Transaction, files: Iterable[FileRecord]
    ) -> dict[int, list[FiledAlready]]:
        """The rows of gone files that any of `files` may be, by their size."""
        if not self._gone:
            return {}
        rows: dict[int, list[FiledAlready]] = {}
        numbers = {number for file in files for number in self._gone.of_size(file.size)}
        for row in filed_by_number(tx, numbers):
            rows.setdefault(row.size, []).append(row)
        return rows

    def _keep_track(
        self, filed: FiledAlready, file: FileRecord, found: int | None, plan: _Plan
    ) -> int | None:
        """The track of a file that has one: its own, unless its tags now say another.

        A file that is the only one of its track keeps it when it is retagged; one that now sounds
        another length is another recording under an old name.
        """
        own = filed.track_id
        if own is None or found == own:
            return found
        alone = not filed.siblings and own not in plan.taken
        if found is None and alone and same_length(filed.duration_s, file.duration_s):
            return own
        plan.left.add(own)
        return found

    def _describe_anew(
        self,
        filed: FiledAlready | None,
        number: int,
        track: TrackRecord,
        file: FileRecord,
        plan: _Plan,
    ) -> bool:
        """Whether the file is the first of its track to be read again, so describes it anew."""
        if filed is None or filed.track_id != number or number in self._described:
            return False
        if number in plan.anew:
            return False
        plan.anew[number] = (track, file.duration_s)
        self._described_now.add(number)
        return True

    def _make_tracks(self, tx: Transaction, plan: _Plan) -> dict[int, int]:
        """Makes the new tracks; returns their ids by the numbers of the plan."""
        rows: list[Row] = [
            (
                _track_uid(self._run.at),
                *self._track_values(track, duration_s),
            )
            for track, duration_s in plan.made
        ]
        made = insert_numbered(tx, tx.tables.tracks, _TRACK, rows)
        self._described_now.update(made)
        return {-place: number for place, number in enumerate(made, 1)}

    def _track_values(self, track: TrackRecord, duration_s: float | None) -> Row:
        return (
            *(track.title, track.title_key, track.title_search, duration_s),
            *(self._descriptions.primary_artist_id(track), self._descriptions.album_id(track)),
            *(NORM_VERSION, self._run.number),
        )

    def _describe(self, tx: Transaction, plan: _Plan, numbers: dict[int, int]) -> None:
        table = tx.tables.tracks
        self._descriptions.clear(tx, plan.anew.keys())
        for number, (track, duration_s) in plan.anew.items():
            values = dict(zip(_TRACK[1:], self._track_values(track, duration_s), strict=True))
            tx.connection.execute(sa.update(table).where(table.c.id == number).values(values))
        further = [(numbers.get(number, number), track) for number, track in plan.further]
        first = [(numbers[-place], track) for place, (track, _) in enumerate(plan.made, 1)]
        first += [(number, track) for number, (track, _) in plan.anew.items()]
        self._descriptions.add(tx, first, further)
        self._descriptions.add_aliases(tx, _other_titles(tx, further))
        touch_tracks(tx, plan.left | {number for number, _ in further}, self._run.number)

    def _file(self, tx: Transaction, plan: _Plan, numbers: dict[int, int]) -> None:
        new = [(file, numbers.get(number, number)) for file, number in plan.new_files]
        file_new(tx, new, self._run.at)
        again = [(own, file, numbers.get(number, number)) for own, file, number in plan.again]
        file_again(tx, again, self._run.at)


def touch_tracks(tx: Transaction, numbers: Iterable[int], run: int) -> None:
    """Notes that the scan `run` changed tracks, so that matching looks at them again."""
    table = tx.tables.tracks
    for some in in_lists(list(numbers)):
        tx.connection.execute(sa.update(table).where(table.c.id.in_(some)).values(scan_run_id=run))


def _moved(
    file: FileRecord,
    track: TrackRecord,
    found: int | None,
    elsewhere: dict[int, list[FiledAlready]],
) -> FiledAlready | None:
    """The row of the gone file that this one was: as large, as long, and of the same track.

    Files without tags do not name their track; for them size and length have to do.
    """
    for row in elsewhere.get(file.size, ()):
        same_track = row.track_id == found if found else row.unnamed and not track.keys
        if row.duration_s == file.duration_s and row.track_id is not None and same_track:
            return row
    return None


def _other_titles(
    tx: Transaction, described: list[tuple[int, TrackRecord]]
) -> list[tuple[int, TrackRecord]]:
    """Those of `described` whose title is not that of their track."""
    if not described:
        return []
    table = tx.tables.tracks
    titles: dict[int, str] = {}
    for some in in_lists({number for number, _ in described}):
        statement = sa.select(table.c.id, table.c.title_normalized).where(table.c.id.in_(some))
        titles.update(tuple(row) for row in tx.connection.execute(statement))
    return [
        (number, track)
        for number, track in described
        if track.tagged and titles.get(number) != track.title_key
    ]


def _track_uid(at: datetime) -> str:
    """A UUID of version 7 (RFC 9562, 5.7): the time, so that new ones lie together, and chance."""
    time = f"{int(at.timestamp() * 1000) & 0xFFFFFFFFFFFF:012x}"
    chance = token_hex(10)
    variant = "89ab"[int(chance[3], 16) & 3]
    return f"{time[:8]}-{time[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"
