"""Reads of the media library for linking: files, recordings by id and key, and their facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.domain.credits import Role
from scrobbled.store.medialibrary.bulk import in_lists
from scrobbled.store.transaction import Transaction

CREDITED = (Role.PRIMARY.value, Role.FEATURING.value)
"""The roles that a recording is filed under."""


@dataclass(frozen=True, slots=True)
class FileAt:
    """A file and the recording in it; None where there is none known."""

    file_id: int
    track_id: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """A recording that is a part of a file; `track_id` is None when unmatched."""

    start_ms: int
    track_id: int | None


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """What is known of a recording that is of use in matching.

    Attributes:
        title: canonical.
        duration_s: None when unknown.
        artists: primary and featuring artists as credited, in order.
        credit: the same as one phrase.
        albums: normalised titles of its release group and of the releases that it is on.
        recording_mbids: MusicBrainz recording ids.
    """

    title: str
    duration_s: float | None
    artists: tuple[str, ...]
    credit: str
    albums: frozenset[str]
    recording_mbids: frozenset[str]


def files_at(tx: Transaction, path_hashes: Collection[str]) -> dict[str, FileAt]:
    """Files by the SHA-256 of their paths, those included that have vanished."""
    files = tx.tables.media_files
    found = {}
    for hashes in in_lists(path_hashes):
        rows = tx.connection.execute(
            sa.select(files.c.file_path_hash, files.c.id, files.c.track_id).where(
                files.c.file_path_hash.in_(hashes)
            )
        )
        found.update({path_hash: FileAt(number, track) for path_hash, number, track in rows})
    return found


def parts_of(tx: Transaction, file_ids: Collection[int]) -> dict[int, list[Part]]:
    """The parts of files, by file; nothing for files without."""
    parts = tx.tables.media_file_parts
    found: dict[int, list[Part]] = defaultdict(list)
    for numbers in in_lists(file_ids):
        rows = tx.connection.execute(
            sa.select(parts.c.media_file_id, parts.c.start_ms, parts.c.track_id).where(
                parts.c.media_file_id.in_(numbers)
            )
        )
        for file_id, start_ms, track_id in rows:
            found[file_id].append(Part(start_ms, track_id))
    return found


def tracks_with_mbids(tx: Transaction, mbids: Collection[str]) -> list[tuple[str, int]]:
    """Recordings with these MusicBrainz recording ids, as (id, track)."""
    ids = tx.tables.external_ids
    found: list[tuple[str, int]] = []
    for values in in_lists(mbids):
        rows = tx.connection.execute(
            sa.select(ids.c.value, ids.c.entity_id).where(
                ids.c.scheme == "mbid", ids.c.value.in_(values), ids.c.entity_type == "track"
            )
        )
        found += [(value, track) for value, track in rows]
    return found


def tracks_with_keys(tx: Transaction, key8s: Collection[int]) -> list[tuple[int, int, int]]:
    """Recordings with these keys, as (key8, kind of the track's key, track)."""
    keys = tx.tables.track_key
    found: list[tuple[int, int, int]] = []
    for values in in_lists(key8s):
        rows = tx.connection.execute(
            sa.select(keys.c.key8, keys.c.kind, keys.c.track_id).where(keys.c.key8.in_(values))
        )
        found += [(key8, kind, track) for key8, kind, track in rows]
    return found


def durations(tx: Transaction, track_ids: Collection[int]) -> dict[int, float | None]:
    """Lengths in seconds of those of the recordings that exist; None when unknown."""
    tracks = tx.tables.tracks
    found: dict[int, float | None] = {}
    for numbers in in_lists(track_ids):
        rows = tx.connection.execute(
            sa.select(tracks.c.id, tracks.c.duration_secs).where(tracks.c.id.in_(numbers))
        )
        found.update((number, value) for number, value in rows)
    return found


def track_facts(tx: Transaction, track_ids: Collection[int]) -> dict[int, TrackFacts]:
    """The facts of those of the recordings that exist."""
    found: dict[int, TrackFacts] = {}
    for numbers in in_lists(track_ids):
        credits_ = _credits(tx, numbers)
        albums = _release_titles(tx, numbers)
        mbids = _recording_mbids(tx, numbers)
        for number, title, duration_s, group in _titles(tx, numbers):
            names = credits_.get(number, [])
            found[number] = TrackFacts(
                title=title,
                duration_s=duration_s,
                artists=tuple(name for name, _join in names),
                credit=_phrase(names),
                albums=frozenset(albums.get(number, set()) | ({group} if group else set())),
                recording_mbids=frozenset(mbids.get(number, ())),
            )
    return found


def _titles(tx: Transaction, track_ids: list[int]) -> Iterable[tuple[int, str, float, str]]:
    tracks, groups = tx.tables.tracks, tx.tables.release_groups
    rows = tx.connection.execute(
        sa.select(tracks.c.id, tracks.c.title, tracks.c.duration_secs, groups.c.title_normalized)
        .select_from(tracks.outerjoin(groups, groups.c.id == tracks.c.album_id))
        .where(tracks.c.id.in_(track_ids))
    )
    return [tuple(row) for row in rows]


def _credits(tx: Transaction, track_ids: list[int]) -> dict[int, list[tuple[str, str | None]]]:
    credited, artists = tx.tables.track_artists, tx.tables.artists
    rows = tx.connection.execute(
        sa.select(
            credited.c.track_id,
            sa.func.coalesce(credited.c.credited_name, artists.c.name),
            credited.c.join_phrase,
        )
        .select_from(credited.join(artists, artists.c.id == credited.c.artist_id))
        .where(credited.c.track_id.in_(track_ids), credited.c.role.in_(CREDITED))
        .order_by(credited.c.track_id, credited.c.position)
    )
    found: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    for track_id, name, join_phrase in rows:
        found[track_id].append((name, join_phrase))
    return found


def _phrase(names: list[tuple[str, str | None]]) -> str:
    return "".join(f"{name}{join_phrase or ''}" for name, join_phrase in names)


def _release_titles(tx: Transaction, track_ids: list[int]) -> dict[int, set[str]]:
    items, releases = tx.tables.release_items, tx.tables.releases
    rows = tx.connection.execute(
        sa.select(items.c.track_id, releases.c.title_normalized)
        .select_from(items.join(releases, releases.c.id == items.c.release_id))
        .where(items.c.track_id.in_(track_ids))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for track_id, title in rows:
        found[track_id].add(title)
    return found


def _recording_mbids(tx: Transaction, track_ids: list[int]) -> dict[int, list[str]]:
    ids = tx.tables.external_ids
    rows = tx.connection.execute(
        sa.select(ids.c.entity_id, ids.c.value).where(
            ids.c.entity_type == "track", ids.c.entity_id.in_(track_ids), ids.c.scheme == "mbid"
        )
    )
    found: dict[int, list[str]] = defaultdict(list)
    for track_id, mbid in rows:
        found[track_id].append(mbid)
    return found
