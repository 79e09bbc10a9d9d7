"""A play: one track sounding on one player, from its start to its end."""

from dataclasses import dataclass
from enum import StrEnum

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import TrackInfo


class ClosedBy(StrEnum):
    """What ended a play."""

    FINISHED = "finished"
    STOPPED = "stopped"
    SKIPPED = "skipped"
    RESTARTED = "restarted"
    TITLE_CHANGED = "title_changed"
    IDLE = "idle"
    LOST = "lost"
    PAUSED_TOO_LONG = "paused_too_long"


class Certainty(StrEnum):
    """How sure the capture of a play is (never to be mixed with the confidence of its link)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    def at_most(self, other: "Certainty") -> "Certainty":
        """The lesser of the two."""
        order = list(Certainty)
        return max(self, other, key=order.index)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a play counts, and why.

    Attributes:
        counts: True when it is a listen, False when it is a skip.
        reason: one plain sentence with the figures.
        required_s: seconds that had to sound; None when no length of time could make it count.
    """

    counts: bool
    reason: str
    required_s: float | None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened in a play and mattered for its seconds, for `explain`.

    Attributes:
        wall_s: when, seconds since the epoch, UTC.
        text: in plain words, such as "seek from 3.0 s to 16.0 s".
    """

    wall_s: float
    text: str


@dataclass(frozen=True, slots=True)
class ClosedPlay:
    """A play that has ended: the whole truth about it, as it goes into `listens_raw`.

    Attributes:
        play_uid: UUID given when it opened; the key that makes delivery idempotent.
        source: `<type>:<name>`, with `/<partition>` for a non-default MPD partition.
        user: whose play it is (a name of `users` in the configuration).
        track: the newest the player said of it.
        earlier_tags: what it said before a tag edit in mid-play, oldest first.
        started_at_s: when it began to sound, seconds since the epoch, UTC.
        ended_at_s: when it ended, likewise.
        utc_offset_min: the user's offset from UTC at the start, in minutes; None when unknown.
        played_s: seconds that really sounded (pauses, stalls, and what a seek left out excluded).
        paused_s: seconds it stood paused.
        seeks: how many times the position jumped.
        closed_by: what ended it.
        verdict: whether it counts, and why, fixed now.
        counted_at_s: when it had sounded long enough, seconds since the epoch; None if never.
        certainty: how sure all this is.
        joined_late: True when it was already under way when first seen.
        inferred: True when it was not seen but follows from what was seen before and after.
        continues: `play_uid` of the play that this one took up again, if so.
        inherited_s: seconds that the play taken up had sounded, when it had not counted; they
            count towards this one, and are not in `played_s`.
        notes: what mattered for the seconds, in order.
    """

    play_uid: str
    source: str
    user: str
    track: TrackInfo
    started_at_s: float
    ended_at_s: float
    utc_offset_min: int | None
    played_s: float
    paused_s: float
    seeks: int
    closed_by: ClosedBy
    verdict: Verdict
    counted_at_s: float | None = None
    certainty: Certainty = Certainty.HIGH
    joined_late: bool = False
    inferred: bool = False
    continues: str | None = None
    inherited_s: float = 0.0
    earlier_tags: tuple[TrackInfo, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """What sounds on a player now.

    Attributes:
        counts: True once it has sounded long enough.
        counts_in_s: seconds that still have to sound before it counts; None when it counts
            already or never will.
        since: the moment of the last observation.
    """

    play_uid: str
    track: TrackInfo
    started_at_s: float
    played_s: float
    paused: bool
    counts: bool
    counts_in_s: float | None
    since: Moment
