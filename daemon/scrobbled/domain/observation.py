"""What a player says about itself, in the terms that every media server shares."""

from dataclasses import dataclass, field
from enum import StrEnum

from scrobbled.domain.moment import Moment


class PlayerState(StrEnum):
    """What the player is doing."""

    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"


class Cause(StrEnum):
    """Why the player was looked at.

    CONNECT is the first look after a time without contact (start of the daemon, reconnect):
    anything may have happened since the observation before it. The others down to SHUTDOWN are
    looks without a gap; START, IDLE and ESTIMATE come from servers that tell by themselves.
    """

    CONNECT = "connect"
    EVENT = "event"
    HEARTBEAT = "heartbeat"
    SHUTDOWN = "shutdown"
    START = "start"
    """The player said that it begins the track now."""
    IDLE = "idle"
    """The server gave up a player that had fallen silent; nothing is known of it since."""
    ESTIMATE = "estimate"
    """The server's own guess of how it goes on; the player itself said nothing."""


@dataclass(frozen=True, slots=True)
class TrackInfo:
    r"""What the player said the track is; nothing here is looked up or guessed.

    Attributes:
        uri: the player's own name of the track, complete: for MPD the URI, with `#start-end`
            for a part of a file (CUE). Bytes that are no UTF-8 are written `\xNN`.
        title: None when untagged. For a stream: what is on now, None when it does not say.
        artists: in order, as tagged, never split or joined.
        album_artists: likewise.
        duration_s: length in seconds; None when unknown (streams).
        file_path: the absolute local path, if the plugin could know it; else None.
        stream: True for a radio stream: no length, titles may change while it plays.
        station: the stream's name for itself.
        recording_mbid: MusicBrainz recording id, lower case; others likewise.
        extra: every other tag, as (name, value) in the order told.
    """

    uri: str
    title: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artists: tuple[str, ...] = ()
    track_number: str | None = None
    disc_number: str | None = None
    date: str | None = None
    genres: tuple[str, ...] = ()
    duration_s: float | None = None
    file_path: str | None = None
    stream: bool = False
    station: str | None = None
    recording_mbid: str | None = None
    release_mbid: str | None = None
    release_track_mbid: str | None = None
    artist_mbids: tuple[str, ...] = ()
    isrc: str | None = None
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerEvidence:
    """Facts that only a player that is looked at can give (MPD); each None when not told.

    Attributes:
        playtime_s: seconds of audio that the player has handed to its outputs since it started.
        uptime_s: seconds since the player started, in the units of `Moment.monotonic_s`.
        uptime_slack_s: how far two reports of `uptime_s` may disagree and still be of one run.
        crossfade_s: seconds by which consecutive tracks overlap; 0 without crossfade.
    """

    playtime_s: float | None = None
    uptime_s: float | None = None
    uptime_slack_s: float = 3.0
    crossfade_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What a player that reports by itself is known to tell; both True for one that is looked at.

    Attributes:
        reports: whether it ever told how a track goes on, rather than only begin and end.
        positions: whether it ever told a position.
    """

    reports: bool = True
    positions: bool = True


@dataclass(frozen=True, slots=True)
class Observation:
    """One report of one player.

    Attributes:
        player: which player of the source; "" for the only or default one, for MPD the
            partition's name otherwise, for Jellyfin one user on one client.
        state: what it is doing.
        at: when it was so.
        entry_id: the player's id for this entry of its queue, None when nothing is loaded.
            It names the same entry only within one run of the player.
        track: what is loaded; None when nothing is.
        position_s: seconds into the track; None when unknown or nothing is loaded.
        passed: tracks that lie between the last observation's entry and this one in the queue,
            filled at a CONNECT when the player went through its queue in order; else empty.
        cause: why it was looked at.
        evidence: what else bounds the seconds that can have sounded.
        habits: what the player is known to tell.
        user: whose play it is; None for the source's own user.
    """

    player: str
    state: PlayerState
    at: Moment
    entry_id: str | None = None
    track: TrackInfo | None = None
    position_s: float | None = None
    passed: tuple[TrackInfo, ...] = ()
    cause: Cause = Cause.EVENT
    evidence: PlayerEvidence = field(default_factory=PlayerEvidence)
    habits: Habits = field(default_factory=Habits)
    user: str | None = None

    @property
    def plays(self) -> bool:
        """Whether a track is playing."""
        return self.state is PlayerState.PLAYING

    @property
    def duration_s(self) -> float | None:
        """Length of the track; None when unknown, which players also tell as 0."""
        return None if self.track is None else self.track.duration_s or None

    @property
    def rest_s(self) -> float | None:
        """Seconds from here to the end of the track, 0 beyond it; None when not known."""
        if self.duration_s is None or self.position_s is None:
            return None
        return max(0.0, self.duration_s - self.position_s)

    def same_track(self, other: "Observation") -> bool:
        """Whether both have the same track loaded, be it the same entry of the queue or not."""
        if self.track is None or other.track is None:
            return False
        return self.track.uri == other.track.uri

    def moved_since(self, earlier: "Observation") -> float | None:
        """Seconds by which the position changed, whatever the track; None when not known."""
        if self.position_s is None or earlier.position_s is None:
            return None
        return self.position_s - earlier.position_s

    def counted_since(self, earlier: "Observation") -> float | None:
        """Seconds by which the player's count of audio grew; None without a count."""
        old_s, new_s = earlier.evidence.playtime_s, self.evidence.playtime_s
        return None if old_s is None or new_s is None else new_s - old_s
