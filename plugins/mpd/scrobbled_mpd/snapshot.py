"""What MPD's replies mean: the reply to `status`, `currentsong`, `stats` as an observation.

Names of fields and tags: https://mpd.readthedocs.io/en/stable/protocol.html, "Querying MPD's
status" and "Tags".
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import (
    Cause,
    Observation,
    PlayerEvidence,
    PlayerState,
    TrackInfo,
)
from scrobbled_mpd.protocol import Command, Pairs

COMMANDS: tuple[Command, ...] = (("status",), ("currentsong",), ("stats",))
"""What is asked as one list, so that the answers are of one moment."""

DEFAULT_PARTITION = "default"

Locate = Callable[[str], str | None]
"""From MPD's name of a file (bytes that are no UTF-8 as surrogates) to its local path."""

_STATES = {
    "play": PlayerState.PLAYING,
    "pause": PlayerState.PAUSED,
    "stop": PlayerState.STOPPED,
}
_UPTIME_SLACK_S = 3.0
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_TAGS = frozenset(
    {
        *("file", "range", "last-modified", "added", "format", "time", "duration"),
        *("pos", "id", "prio"),
    }
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Looked:
    """The replies to `COMMANDS`, and when they came."""

    status: Pairs
    song: Pairs
    stats: Pairs
    at: Moment

    @property
    def torn(self) -> bool:
        """True when the song changed between the replies; then they must be asked for again."""
        return field(self.status, "songid") != field(self.song, "Id")


def field(pairs: Pairs, name: str) -> str | None:
    """The first value of `name`; None when there is none."""
    return next((value for key, value in pairs if key == name), None)


def observe(
    looked: Looked, *, partition: str, rate: float, cause: Cause, locate: Locate
) -> Observation:
    """The observation that a look at a partition makes.

    Args:
        looked: replies that are not torn.
        partition: MPD's name for it.
        rate: of the clock that `looked.at` is of.
        cause: why it was looked at.
        locate: finds files.
    """
    status = looked.status
    return Observation(
        player=player_of(partition),
        state=_STATES.get(field(status, "state") or "stop", PlayerState.STOPPED),
        at=looked.at,
        entry_id=field(status, "songid"),
        track=track_of(looked.song, locate, _number(status, "duration")) if looked.song else None,
        position_s=_number(status, "elapsed"),
        cause=cause,
        evidence=evidence_of(status, looked.stats, rate),
    )


def player_of(partition: str) -> str:
    """What the daemon calls a partition: the default one needs no name."""
    return "" if partition == DEFAULT_PARTITION else partition


def evidence_of(status: Pairs, stats: Pairs, rate: float) -> PlayerEvidence:
    """What bounds the seconds that can have sounded.

    MPD's `playtime` counts seconds of audio, whole ones; its `uptime` real seconds, whole ones.
    """
    uptime_s = _number(stats, "uptime")
    return PlayerEvidence(
        playtime_s=_number(stats, "playtime"),
        uptime_s=None if uptime_s is None else uptime_s * rate,
        uptime_slack_s=_UPTIME_SLACK_S * rate,
        crossfade_s=_number(status, "xfade") or 0.0,
    )


def track_of(song: Pairs, locate: Locate, decoded_length_s: float | None = None) -> TrackInfo:
    """What MPD says a song is, from a reply to `currentsong` or one song of `playlistinfo`.

    Args:
        song: the fields of one song, `file` among them.
        locate: finds its file.
        decoded_length_s: the length that the decoder found; of use where the database has none.
    """
    tags = _Tags(song)
    name = field(song, "file") or ""
    part = field(song, "Range")
    duration_s = _number(song, "duration") or _number(song, "Time") or decoded_length_s or None
    stream = duration_s is None and _URL.match(name) is not None
    return TrackInfo(
        uri=printable_name(f"{name}#{part}" if part else name),
        title=tags.first("Title"),
        artists=tags.all("Artist"),
        album=tags.first("Album"),
        album_artists=tags.all("AlbumArtist"),
        track_number=tags.first("Track"),
        disc_number=tags.first("Disc"),
        date=tags.first("Date"),
        genres=tags.all("Genre"),
        duration_s=duration_s,
        file_path=None if _URL.match(name) else locate(name),
        stream=stream,
        station=tags.first("Name") if stream else None,
        recording_mbid=tags.mbid("MUSICBRAINZ_TRACKID"),
        release_mbid=tags.mbid("MUSICBRAINZ_ALBUMID"),
        release_track_mbid=tags.mbid("MUSICBRAINZ_RELEASETRACKID"),
        artist_mbids=tags.mbids("MUSICBRAINZ_ARTISTID"),
        isrc=tags.first("ISRC"),
        extra=tags.rest(),
    )


def songs_of(reply: Pairs) -> list[Pairs]:
    """The songs of a reply that lists several; each begins with its `file`."""
    songs: list[Pairs] = []
    for name, value in reply:
        if name == "file":
            songs.append([])
        if songs:
            songs[-1].append((name, value))
    return songs


def has_output(outputs: Pairs) -> bool:
    """Whether a partition can play, from its reply to `outputs`.

    Where an output has been moved to another partition, a "dummy" stays behind.
    """
    return any(name == "plugin" and value != "dummy" for name, value in outputs)


def printable_name(name: str) -> str:
    r"""MPD's name of a file as text that any encoding holds: odd bytes as `\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _number(pairs: Pairs, name: str) -> float | None:
    try:
        number = float(field(pairs, name) or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class _Tags:
    """A song's tags; what is taken out is no longer among the rest."""

    def __init__(self, song: Pairs) -> None:
        tags = [(name, _clean(value)) for name, value in song if name.lower() not in _NO_TAGS]
        self._left = [(name, value) for name, value in tags if value]

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a tag, in the order told."""
        return self._take([tag for tag in self._left if tag[0].lower() == name.lower()])

    def first(self, name: str) -> str | None:
        """The first value of a tag; further ones stay among the rest."""
        found = [tag for tag in self._left if tag[0].lower() == name.lower()]
        return next(iter(self._take(found[:1])), None)

    def mbids(self, name: str) -> tuple[str, ...]:
        """The values that are MusicBrainz ids, lower case; others stay among the rest."""
        return tuple(value.strip().lower() for value in self._take(self._ids(name)))

    def mbid(self, name: str) -> str | None:
        """The one MusicBrainz id of this name; several (a medley's) stay among the rest."""
        found = self._ids(name)
        return self.mbids(name)[0] if len(found) == 1 else None

    def rest(self) -> tuple[tuple[str, str], ...]:
        """What nobody took."""
        return tuple(self._left)

    def _ids(self, name: str) -> list[tuple[str, str]]:
        return [
            (tag, value)
            for tag, value in self._left
            if tag.lower() == name.lower() and _MBID.fullmatch(value.strip().lower())
        ]

    def _take(self, tags: list[tuple[str, str]]) -> tuple[str, ...]:
        for tag in tags:
            self._left.remove(tag)
        return tuple(value for _name, value in tags)


def _clean(value: str) -> str:
    """A tag's value as text: what is no UTF-8 becomes U+FFFD, NULs go."""
    return _SURROGATE.sub("\ufffd", value).replace("\0", "")
