"""A session: the run of observations of one player, and the play that is open in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scrobbled.domain.counting import CountingRules, StreamCounting
from scrobbled.domain.credit import CreditPolicy, Tally
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay, Note, NowPlaying, Verdict

MAX_NOTES = 50
"""Notes kept of one play; a storm of seeks is told by its first fifty."""
MAX_EARLIER_TAGS = 5


@dataclass(frozen=True, slots=True)
class OpenPlay:
    """A play that has not ended; the attributes are those of `ClosedPlay`.

    Attributes:
        tally: what it has earned so far.
        paused_since: when it was paused; None while it plays.
        continues_counted: whether the play that it takes up again has counted.
    """

    play_uid: str
    user: str
    track: TrackInfo
    started_at_s: float
    tally: Tally
    paused_s: float = 0.0
    paused_since: Moment | None = None
    seeks: int = 0
    counted_at_s: float | None = None
    joined_late: bool = False
    certainty: Certainty = Certainty.HIGH
    continues: str | None = None
    continues_counted: bool = False
    inherited_s: float = 0.0
    earlier_tags: tuple[TrackInfo, ...] = ()
    notes: tuple[Note, ...] = ()

    def noted(self, at: Moment, text: str) -> "OpenPlay":
        """This play with one more note."""
        if len(self.notes) >= MAX_NOTES:
            return self
        return replace(self, notes=(*self.notes, Note(at.wall_s, text)))

    def judge(self, rules: CountingRules) -> Verdict:
        """Whether it counts as it stands."""
        if self.continues_counted:
            reason = f"it takes up again a play that has counted already ({self.continues})"
            return Verdict(counts=False, reason=reason, required_s=None)
        return rules.judge(self.track, self.tally.played_s + self.inherited_s)

    def weighed(self, at: Moment, rules: CountingRules) -> "OpenPlay":
        """This play, remembering when it had sounded long enough."""
        if self.counted_at_s is None and self.judge(rules).counts:
            return replace(self, counted_at_s=at.wall_s)
        return self

    def waited(self, before: Observation, now: Observation) -> "OpenPlay":
        """This play with the time that it stood paused between two of its observations."""
        play = self
        if before.state is PlayerState.PAUSED:
            play = replace(play, paused_s=play.paused_s + now.at.seconds_since(before.at))
        if now.state is not PlayerState.PAUSED:
            return replace(play, paused_since=None)
        return replace(play, paused_since=play.paused_since or now.at)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last play ended, kept while the player may take it up again.

    Attributes:
        position_s: where it was.
        counted: whether it counted.
        played_s: seconds it sounded, with what it had inherited.
        at: when it was last known to sound, or to stand paused.
        last: its last observation; a play that stood paused may be taken up however late.
    """

    play_uid: str
    uri: str
    title: str | None
    position_s: float
    counted: bool
    played_s: float
    at: Moment
    last: Observation


@dataclass(frozen=True, slots=True)
class Session:
    """All that is remembered of one player.

    Attributes:
        last: its last observation; None before the first.
        open: the play that is open; None when there is none.
        lost_at: when contact with the player was lost, while it is; else None.
        ended: how the last play ended, if nobody saw it end and the player may take it up again;
            else None.
        idle: whether the server gave the player up at `lost_at`.
        aside: other tracks that are open on the same player, such as in another tab of a
            browser, each with a session of its own; those that another track took the place of
            have a `lost_at`.
    """

    last: Observation | None = None
    open: OpenPlay | None = None
    lost_at: Moment | None = None
    ended: Ended | None = None
    idle: bool = False
    aside: tuple["Session", ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What the lifecycle needs to know besides the session itself.

    Attributes:
        source: `<type>:<name>`, with `/<player>` for a non-default player.
        user: whose plays these are.
        counting: when a play counts.
        credit: what two observations earn.
        new_play_uid: gives a fresh UUID.
        utc_offset_min: the user's offset from UTC, in minutes, at a time (seconds since the
            epoch); None when unknown.
    """

    source: str
    user: str
    counting: CountingRules
    credit: CreditPolicy
    new_play_uid: Callable[[], str]
    utc_offset_min: Callable[[float], int | None]

    def closed(
        self, play: OpenPlay, ended_at_s: float, closed_by: ClosedBy, *, inferred: bool = False
    ) -> ClosedPlay:
        """The whole truth about `play`, which is over.

        A wall clock that was set back in the meantime does not make it end before it can have.
        """
        verdict = play.judge(self.counting)
        lasted_s = play.tally.played_s + play.paused_s
        return ClosedPlay(
            play_uid=play.play_uid,
            source=self.source,
            user=play.user,
            track=play.track,
            started_at_s=play.started_at_s,
            ended_at_s=max(ended_at_s, play.started_at_s + lasted_s),
            utc_offset_min=self.utc_offset_min(play.started_at_s),
            played_s=play.tally.played_s,
            paused_s=play.paused_s,
            seeks=play.seeks,
            closed_by=closed_by,
            verdict=verdict,
            counted_at_s=play.counted_at_s if verdict.counts else None,
            certainty=play.certainty,
            joined_late=play.joined_late,
            inferred=inferred,
            continues=play.continues,
            inherited_s=play.inherited_s,
            earlier_tags=play.earlier_tags,
            notes=play.notes,
        )

    def splits_titles(self, track: TrackInfo) -> bool:
        """Whether another title of this stream is another play."""
        return track.stream and self.counting.streams is not StreamCounting.STATION


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of an observation: the session after it, and the plays that it closed."""

    session: Session
    closed: tuple[ClosedPlay, ...] = ()


def now_playing(session: Session, counting: CountingRules) -> NowPlaying | None:
    """What sounds on the player; None when nothing is open."""
    play, last = session.open, session.last
    if play is None or last is None:
        return None
    verdict = play.judge(counting)
    missing_s = None
    if not verdict.counts and verdict.required_s is not None:
        missing_s = max(0.0, verdict.required_s - play.tally.played_s - play.inherited_s)
    return NowPlaying(
        play_uid=play.play_uid,
        track=play.track,
        started_at_s=play.started_at_s,
        played_s=play.tally.played_s,
        paused=last.state is not PlayerState.PLAYING or session.idle,
        counts=verdict.counts,
        counts_in_s=missing_s,
        since=last.at,
    )
