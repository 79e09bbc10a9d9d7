"""A listen string: one distinct way in which a track was named.

Millions of listens are far fewer strings; matching works on strings, and people's decisions
attach to them.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.text import nfc_stripped

ARTIST_JOINER = "; "
"""Between the artists of a listen string; tags name them one by one, players show them joined."""
DURATION_BUCKET_S = 5
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
"""ISO 3901: country, registrant, year and number."""
_PART = re.compile(r"#[0-9.]+-[0-9.]*$")
"""The part of a file that a track is, as in `TrackInfo.uri`; other `#` belong to names."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<host>[^/?#]*)(?P<path>[^?#]*)")


@dataclass(frozen=True, slots=True)
class ListenString:
    """How a track was named; raw but for NFC and stripped ends, "" for what was not told.

    Attributes:
        artist: all artists in order, joined by `ARTIST_JOINER`.
        duration_bucket_s: length in seconds, rounded to `DURATION_BUCKET_S`; None when unknown.
        recording_mbid: MusicBrainz recording id, lower case; None when not told, or when what was
            told cannot be one.
        isrc: likewise, without dashes.
    """

    artist: str
    title: str
    album: str
    album_artist: str
    duration_bucket_s: int | None
    recording_mbid: str | None
    isrc: str | None

    @property
    def artists(self) -> tuple[str, ...]:
        """The artists, one by one."""
        return tuple(self.artist.split(ARTIST_JOINER)) if self.artist else ()

    @property
    def key_hash(self) -> str:
        """SHA-256 of all fields, hexadecimal: equal exactly for equal strings."""
        fields = (
            self.artist,
            self.title,
            self.album,
            self.album_artist,
            self.duration_bucket_s,
            self.recording_mbid,
            self.isrc,
        )
        # JSON, since whatever else might stand between two fields can also stand in a tag.
        return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def listen_string(track: TrackInfo) -> ListenString:
    """The string under which a listen to `track` is known."""
    bucket_s = None
    if track.duration_s is not None:
        bucket_s = DURATION_BUCKET_S * round(track.duration_s / DURATION_BUCKET_S)
    return ListenString(
        artist=_joined(track.artists) or _joined(track.album_artists),
        title=nfc_stripped(display_title(track)),
        album=nfc_stripped(track.album or ""),
        album_artist=_joined(track.album_artists),
        duration_bucket_s=bucket_s,
        recording_mbid=_matching(_MBID, (track.recording_mbid or "").lower()),
        isrc=_matching(_ISRC, (track.isrc or "").upper().replace("-", "")),
    )


def display_title(track: TrackInfo) -> str:
    """The title to show: as tagged, else the station's name, else the file's or the host's."""
    if track.title and track.title.strip():
        return track.title
    if track.stream and track.station and track.station.strip():
        return track.station
    address = _ADDRESS.match(track.uri)
    if address is None:
        return _last_name(_PART.sub("", track.uri)) or track.uri
    return _last_name(unquote(address["path"])) or address["host"] or track.uri


def _last_name(path: str) -> str:
    return PurePosixPath(path.rstrip("/")).stem


def _matching(form: re.Pattern[str], identifier: str) -> str | None:
    """`identifier` if it has the form of one: tags hold anything."""
    return identifier if form.fullmatch(identifier) else None


def _joined(names: tuple[str, ...]) -> str:
    return ARTIST_JOINER.join(filter(None, map(nfc_stripped, names)))
