"""When a play counts: the rule of Last.fm and ListenBrainz, every number configurable.

A track counts that is at least 30 s long and has sounded for half its length or four minutes,
whichever is less (https://www.last.fm/api/scrobbling#when-is-a-scrobble-a-scrobble,
https://listenbrainz.readthedocs.io/en/latest/users/api/core.html).
"""

from dataclasses import dataclass
from enum import StrEnum

from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import Verdict

EPSILON_S = 0.25
"""Players report positions this coarsely; a play is not refused for less."""
EPSILON_SHARE = 0.1
"""Of what is required, so that a very short track does not count before it has sounded."""


class StreamCounting(StrEnum):
    """What of a radio stream counts."""

    TITLES = "titles"
    """Each title that it announces is a play of its own."""
    STATION = "station"
    """The whole time on the station is one play, whatever it announces."""
    OFF = "off"
    """Nothing; it is kept as skips."""


@dataclass(frozen=True, slots=True)
class CountingRules:
    """The numbers of the rule, seconds.

    Attributes:
        min_length_s: a track shorter than this never counts; one of unknown length may.
        fraction: of its length that has to sound.
        enough_s: this much always suffices, and is needed where the length is unknown.
        streams: what of a radio stream counts.
        stream_min_s: seconds that a stream's title (or the station) has to sound.
        min_skip_s: a play that sounded for less leaves no trace.
        pause_limit_s: an open play that stands paused, or is not heard of, for longer closes.
    """

    min_length_s: float = 30.0
    fraction: float = 0.5
    enough_s: float = 240.0
    streams: StreamCounting = StreamCounting.TITLES
    stream_min_s: float = 60.0
    min_skip_s: float = 1.0
    pause_limit_s: float = 3600.0

    def required_s(self, track: TrackInfo) -> float | None:
        """Seconds that `track` has to sound to count; None when it never can."""
        if track.stream:
            untitled = self.streams is StreamCounting.TITLES and not track.title
            return None if self.streams is StreamCounting.OFF or untitled else self.stream_min_s
        if not track.duration_s:
            return self.enough_s
        if track.duration_s + EPSILON_S < self.min_length_s:
            return None
        return min(track.duration_s * self.fraction, self.enough_s)

    def judge(self, track: TrackInfo, played_s: float) -> Verdict:
        """Whether `track` counts after having sounded for `played_s` seconds."""
        required = self.required_s(track)
        if required is None:
            return Verdict(False, self._never(track), None)
        if played_s + min(EPSILON_S, required * EPSILON_SHARE) >= required:
            reason = f"{played_s:.1f} s sounded, {required:.1f} s were needed"
            return Verdict(True, f"{reason} ({self._basis(track)})", required)
        reason = f"only {played_s:.1f} s sounded of the {required:.1f} s needed"
        return Verdict(False, f"{reason} ({self._basis(track)})", required)

    def _never(self, track: TrackInfo) -> str:
        if not track.stream:
            return (
                f"the track is {track.duration_s or 0.0:.1f} s long, "
                f"shorter than the {self.min_length_s:g} s from which tracks count"
            )
        if self.streams is StreamCounting.OFF:
            return "radio streams are set not to count (counting.streams: off)"
        return "the stream announced no title (counting.streams: titles)"

    def _basis(self, track: TrackInfo) -> str:
        if track.stream:
            return f"a stream counts after {self.stream_min_s:g} s"
        if not track.duration_s:
            return f"{self.enough_s:g} s, as its length is unknown"
        if track.duration_s * self.fraction > self.enough_s:
            return f"{self.enough_s:g} s always suffice"
        return f"{self.fraction:.0%} of {track.duration_s:.1f} s"
