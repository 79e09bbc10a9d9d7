"""Which recording a file is of: one track per recording, however many files and albums have it.

The same MusicBrainz recording id; else the same artists and title (all of it, "(Live)" included)
and a length within five seconds, unless both have an id and these differ.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from scrobbled.domain.library_record import FileRecord, TrackRecord
from scrobbled.domain.matchkeys import KeyKind
from scrobbled.store.medialibrary.bulk import Lookup
from scrobbled.store.medialibrary.tables import LibraryTables
from scrobbled.store.transaction import Transaction

SAME_LENGTH_S = 5.0
"""Files of one recording differ by less: padding, and encoders that count silence or do not."""


def same_length(one_s: float | None, other_s: float | None) -> bool:
    """Whether two lengths may be of one recording; an unknown one may be any."""
    return one_s is None or other_s is None or abs(one_s - other_s) <= SAME_LENGTH_S


@dataclass(slots=True)
class Recordings:
    """The tracks that the files of one chunk may be of, those that it makes included."""

    by_mbid: dict[str, int] = field(default_factory=dict)
    by_key: dict[int, list[tuple[int, float | None]]] = field(default_factory=dict)
    mbid_of: dict[int, str] = field(default_factory=dict)

    def find(self, track: TrackRecord, duration_s: float | None) -> int | None:
        """The id of the track that is this recording; None when there is none yet."""
        if track.recording_mbid:
            number = self.by_mbid.get(track.recording_mbid)
            if number is not None:
                return number
        if not track.keys or not track.tagged:
            return None
        candidates = [
            (abs((length or 0.0) - (duration_s or 0.0)), number)
            for number, length in self.by_key.get(track.keys[0][1], ())
            if same_length(length, duration_s)
            and (not track.recording_mbid or number not in self.mbid_of)
        ]
        return min(candidates)[1] if candidates else None

    def add(self, number: int, track: TrackRecord, duration_s: float | None) -> None:
        """The track `number` is this recording from now on."""
        if track.recording_mbid:
            self.by_mbid.setdefault(track.recording_mbid, number)
            self.mbid_of.setdefault(number, track.recording_mbid)
        if track.keys and track.tagged:
            self.by_key.setdefault(track.keys[0][1], []).append((number, duration_s))

    def forget(self, number: int) -> None:
        """The track `number` is about to be described anew."""
        self.by_mbid = {mbid: other for mbid, other in self.by_mbid.items() if other != number}
        self.mbid_of.pop(number, None)
        for key, tracks in self.by_key.items():
            self.by_key[key] = [pair for pair in tracks if pair[0] != number]


def mbid_lookup(ids: sa.Table) -> Lookup:
    """Rows of `external_ids` by MusicBrainz id, as (id, what has it, and of which kind that is).

    The kind is left to be told apart afterwards: asked for it, SQLite might go through all rows of
    that kind instead of looking up the ids.
    """
    statement = sa.select(ids.c.value, ids.c.entity_id, ids.c.entity_type)
    return Lookup(statement.where(ids.c.scheme == "mbid"), ids.c.value)


class KnownRecordings:
    """The queries for the tracks that files may be of."""

    def __init__(self, tables: LibraryTables) -> None:
        """In these tables."""
        ids, keys, tracks = tables.external_ids, tables.track_key, tables.tracks
        self._by_mbid = mbid_lookup(ids)
        # By the scheme as well, SQLite might go through every MusicBrainz id there is.
        self._mbid_of = Lookup(
            sa.select(ids.c.entity_id, ids.c.value, ids.c.scheme).where(
                ids.c.entity_type == "track"
            ),
            ids.c.entity_id,
        )
        self._by_key = Lookup(
            sa.select(keys.c.key8, keys.c.track_id, tracks.c.duration_secs)
            .join(tracks, tracks.c.id == keys.c.track_id)
            .where(keys.c.kind == KeyKind.FULL.value),
            keys.c.key8,
        )

    def of(self, tx: Transaction, files: list[FileRecord]) -> Recordings:
        """The tracks that any of `files` may be of."""
        found = Recordings()
        tracks = [file.track for file in files if file.track is not None]
        mbids = {track.recording_mbid for track in tracks if track.recording_mbid}
        for value, number, kind in sorted(self._by_mbid.rows(tx, mbids)):
            if kind == "track":
                found.by_mbid.setdefault(value, number)
        keys = {track.keys[0][1] for track in tracks if track.keys}
        for key8, number, duration_s in self._by_key.rows(tx, keys):
            found.by_key.setdefault(key8, []).append((number, duration_s))
        candidates = {number for pairs in found.by_key.values() for number, _ in pairs}
        for number, value, scheme in self._mbid_of.rows(tx, candidates):
            if scheme == "mbid":
                found.mbid_of[number] = value
        return found
