"""Makes of what a file says the record that goes into the media library: keys, lengths, names."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from scrobbled.analyzer.known import path_hash
from scrobbled.analyzer.reader import Reading
from scrobbled.analyzer.tags import FileTags
from scrobbled.domain.credits import Credit, Role
from scrobbled.domain.library_record import (
    AlbumRecord,
    ArtistRecord,
    CreditRecord,
    FileRecord,
    LabelRecord,
    TrackRecord,
)
from scrobbled.domain.matchkeys import recording_keys
from scrobbled.domain.text import escape_undecodable, key_of, nfc_stripped, romanise, shorten_key

_SHOWN = 500
"""Characters of a name or title that is shown."""

_CODE = 64
"""Characters of a catalogue number, a country, the name of a tag."""

_TYPES = {
    "dj-mix": "dj_mix",
    "dj mix": "dj_mix",
    "mixtape/street": "mixtape",
    "mixtape": "mixtape",
    "remix": "remix",
    "live": "live",
    "compilation": "compilation",
    "single": "single",
    "ep": "ep",
    "album": "album",
    "broadcast": "other",
    "other": "other",
}
"""MusicBrainz types (https://musicbrainz.org/doc/Release_Group/Type), the most telling first."""


def file_record(reading: Reading) -> FileRecord:
    """The record of a file that was read, or could not be."""
    path = reading.path
    text = escape_undecodable(os.fsdecode(path))
    raw = None if text.encode() == path else path
    tags = reading.tags
    place = (text, raw, path_hash(path), reading.mtime_ns, reading.size)
    if tags is None:
        return FileRecord(*place, problem=reading.problem, track=None)
    track = _track(tags, text)
    audio = tags.audio
    return FileRecord(
        *place,
        problem=None,
        track=track,
        format=audio.format[:32],
        duration_s=audio.duration_s,
        bitrate=audio.bitrate,
        sample_rate=audio.sample_rate,
        channels=audio.channels,
        position_key=_position_key(track),
    )


def _track(tags: FileTags, path: str) -> TrackRecord:
    title = tags.title or nfc_stripped(PurePath(path).stem) or path
    names = [credit.name for credit in tags.artists]
    people = (*tags.artists, *tags.contributors)
    return TrackRecord(
        title=_fit(title, _SHOWN),
        title_key=key_of(title),
        title_search=_search(title),
        tagged=tags.title is not None,
        credits=tuple(
            CreditRecord(artist, str(credit.role), credit.join_phrase)
            for credit in people
            if (artist := _artist(credit.name, credit.sort_name, credit.mbid)).key
        ),
        album=_album_of(tags),
        disc_no=tags.disc_number or 0,
        track_no=tags.track_number or 0,
        genres=tuple(_named(genre) for genre in tags.genres),
        recording_mbid=tags.recording_mbid,
        ids=tuple(_ids(tags)),
        keys=tuple((int(kind), key8) for kind, key8 in recording_keys(names, title)),
        attributes=tuple(_attributes(tags)),
    )


@lru_cache(maxsize=8_192)
def _artist(name: str, sort_name: str | None, mbid: str | None) -> ArtistRecord:
    sort_name = None if sort_name is None else _fit(sort_name, _SHOWN)
    return ArtistRecord(_fit(name, _SHOWN), key_of(name), _search(name), sort_name, mbid)


@lru_cache(maxsize=8_192)
def _named(name: str) -> tuple[str, str]:
    return shorten_key(name), key_of(name)


def _album_of(tags: FileTags) -> AlbumRecord | None:
    if tags.album is None:
        return None
    artist = next(iter(tags.album_artists), None)
    if artist is None and not tags.compilation:
        artist = next((credit for credit in tags.artists if credit.role is Role.PRIMARY), None)
    return _album(
        _AlbumTags(
            *(tags.album, artist, _type(tags), tags.original_date or tags.date),
            *(tags.release_group_mbid, tags.release_mbid, tags.barcode, tags.date),
            *(tags.release_country, tags.media, tags.labels, tags.catalogue_numbers),
        )
    )


class _AlbumTags(NamedTuple):
    """What an album's record is made of; the tracks of one album differ in nothing of it."""

    title: str
    artist: Credit | None
    type: str | None
    first_date: str
    group_mbid: str | None
    release_mbid: str | None
    barcode: str | None
    date: str
    country: str | None
    medium: str | None
    labels: tuple[str, ...]
    catalogue_numbers: tuple[str, ...]


@lru_cache(maxsize=1_024)
def _album(tags: _AlbumTags) -> AlbumRecord:
    country, medium, barcode, artist = tags.country, tags.medium, tags.barcode, tags.artist
    parts = (country, medium, *tags.catalogue_numbers, barcode, tags.release_mbid)
    record = None if artist is None else _artist(artist.name, artist.sort_name, artist.mbid)
    return AlbumRecord(
        title=_fit(tags.title, _SHOWN),
        key=key_of(tags.title),
        search=_search(tags.title),
        artist=record if record is not None and record.key else None,
        type=tags.type,
        year=int(tags.first_date[:4]) if tags.first_date else None,
        group_mbid=tags.group_mbid,
        release_mbid=tags.release_mbid,
        date=tags.date,
        edition_key=shorten_key(
            " | ".join(key for part in parts if part and (key := key_of(part)))
        ),
        country=None if country is None else _fit(country, _CODE),
        format=None if medium is None else _fit(medium, _SHOWN),
        barcode=None if barcode is None else shorten_key(barcode),
        labels=tuple(_labels(tags.labels, tags.catalogue_numbers)),
    )


def _labels(names: tuple[str, ...], numbers: tuple[str, ...]) -> Iterator[LabelRecord]:
    """Labels with catalogue numbers: one each where there are as many, else all with the first."""
    several = numbers or ("",)
    if len(names) == len(several):
        pairs: Iterable[tuple[str, str]] = zip(names, several, strict=True)
    else:
        pairs = [(name, number) for name in names[:1] for number in several]
        pairs += [(name, "") for name in names[1:]]
    for name, number in pairs:
        yield LabelRecord(_fit(name, _SHOWN), key_of(name), _fit(number, _CODE))


def _type(tags: FileTags) -> str | None:
    for tagged, kind in _TYPES.items():
        if tagged in tags.release_types:
            return kind
    return "compilation" if tags.compilation else None


def _ids(tags: FileTags) -> Iterator[tuple[str, str]]:
    if tags.release_track_mbid:
        yield "mbid_release_track", tags.release_track_mbid
    for mbid in tags.work_mbids:
        yield "mbid_work", mbid
    for isrc in tags.isrcs:
        yield "isrc", isrc
    for acoustid in tags.acoustids:
        yield "acoustid", acoustid


def _attributes(tags: FileTags) -> Iterator[tuple[str, str]]:
    """Every tag that has no place of its own."""
    known = (
        ("titlesort", tags.title_sort),
        ("originaldate", tags.original_date),
        ("releasestatus", tags.release_status),
        ("tracktotal", tags.track_total),
        ("disctotal", tags.disc_total),
    )
    for name, value in known:
        if value:
            yield name, str(value)
    for name, text in tags.rest:
        yield (name if len(name) <= _CODE else _fit(name, _CODE)), text


def _position_key(track: TrackRecord) -> str | None:
    """A hash of where on which album a track is: what finds it when its tags are corrected."""
    album = track.album
    if album is None:
        return None
    artist = album.artist.key if album.artist else ""
    place = (artist, album.key, str(track.disc_no), str(track.track_no), track.title_key)
    return hashlib.sha256("\x1f".join(place).encode()).hexdigest()


def _search(text: str) -> str:
    return _fit(romanise(text) or key_of(text), _SHOWN)


def _fit(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "\u2026"
