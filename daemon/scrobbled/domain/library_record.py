"""What a scan hands over for each file, ready to be written: cleaned, cut to length, with keys.

Plain tuples with names, since they travel between processes by the hundred thousand.
"""

from typing import NamedTuple


class ArtistRecord(NamedTuple):
    """An artist as tagged.

    Attributes:
        name: display name.
        key: `name_normalized`, never empty.
        search: `name_search`.
        sort_name: None when not told.
        mbid: MusicBrainz artist id; None when not told.
    """

    name: str
    key: str
    search: str
    sort_name: str | None
    mbid: str | None


class CreditRecord(NamedTuple):
    """What an artist did for a recording.

    Attributes:
        artist: who.
        role: what.
        join_phrase: what stands before the next name, as tagged; None when not told.
    """

    artist: ArtistRecord
    role: str
    join_phrase: str | None


class LabelRecord(NamedTuple):
    """A label as tagged; `catalogue_number` is "" when not told."""

    name: str
    key: str
    catalogue_number: str


class AlbumRecord(NamedTuple):
    """An album and the edition of it that a file is from.

    Attributes:
        title: display title of both.
        key: `title_normalized` of both.
        search: `title_search`.
        artist: the first album artist; None when not told.
        type: one of the types that `release_groups` knows; None when not told.
        year: of the first edition; None when unknown.
        group_mbid: MusicBrainz release group id; None when not told.
        release_mbid: MusicBrainz release id; None when not told.
        date: of this edition, ISO prefix or "".
        edition_key: tells editions of one date apart; "" when nothing is known.
        country: None when not told.
        format: medium, such as CD; None when not told.
        barcode: None when not told.
        labels: with their catalogue numbers.
    """

    title: str
    key: str
    search: str
    artist: ArtistRecord | None
    type: str | None
    year: int | None
    group_mbid: str | None
    release_mbid: str | None
    date: str
    edition_key: str
    country: str | None
    format: str | None
    barcode: str | None
    labels: tuple[LabelRecord, ...]


class TrackRecord(NamedTuple):
    """A recording as one file's tags tell it.

    Attributes:
        title: display title; the file's name where it is untagged.
        title_key: `title_normalized`.
        title_search: `title_search`.
        tagged: False where the title was made of the file's name.
        credits: everybody, in order.
        album: None when untagged.
        disc_no: 0 when unknown.
        track_no: likewise.
        genres: (name, key) in order.
        recording_mbid: None when not told.
        ids: (scheme, value) of the recording but for `recording_mbid`.
        keys: (kind, key8) of `matchkeys`, the one of kind FULL first; empty when nothing
            names the recording.
        attributes: every other tag as (key, value), in order.
    """

    title: str
    title_key: str
    title_search: str
    tagged: bool
    credits: tuple[CreditRecord, ...]
    album: AlbumRecord | None
    disc_no: int
    track_no: int
    genres: tuple[tuple[str, str], ...]
    recording_mbid: str | None
    ids: tuple[tuple[str, str], ...]
    keys: tuple[tuple[int, int], ...]
    attributes: tuple[tuple[str, str], ...]


class FileRecord(NamedTuple):
    """A file and what it holds.

    Attributes:
        path: as text, escaped where it is no UTF-8.
        path_bytes: the path itself; None where `path` says it all.
        path_hash: SHA-256 of the path's bytes, hexadecimal.
        mtime_ns: as stat said when it was read.
        size: bytes, likewise.
        problem: why it cannot be read, one sentence; None when it was read.
        track: None when it cannot be read.
        format: such as `mp3`; "" when it cannot be read. The sound's figures follow, each None
            when not told.
        position_key: SHA-256 of album artist, album, disc, track number and title; None when
            there is no album.
    """

    path: str
    path_bytes: bytes | None
    path_hash: str
    mtime_ns: int
    size: int
    problem: str | None
    track: TrackRecord | None
    format: str = ""
    duration_s: float | None = None
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    position_key: str | None = None
