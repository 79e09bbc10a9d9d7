"""A client whose reports a server passes on, and the session machine that takes them in."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.lifecycle import advance, expire
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Habits, Observation, PlayerState, TrackInfo
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.reported_credit import ReportedCredit
from scrobbled.domain.session import Session, SessionRules, Step

BEGAN_S = 1_790_000_000.0
LENGTH_S = 173.0
_SESSION = TypeAdapter(Session)


def moment(at_s: float) -> Moment:
    """A moment, in seconds since the beginning."""
    return Moment(at_s, BEGAN_S + at_s, "boot")


@dataclass
class Reporting:
    """Says what a client says; after each report the session goes through its checkpoint.

    Attributes:
        habits: what the server knows of the client's habits.
        lengths: of tracks that are not `LENGTH_S` long.
        names: whether reports say more of a track than its id and its length.
    """

    habits: Habits = field(default_factory=Habits)
    lengths: dict[str, float | None] = field(default_factory=dict)
    names: bool = True
    counting: CountingRules = field(default_factory=CountingRules)
    session: Session = field(default_factory=Session)
    plays: list[ClosedPlay] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Numbers the plays."""
        uids = (f"play-{number}" for number in range(1, 100_000))
        self.rules = SessionRules(
            source="jellyfin:test",
            user="anna",
            counting=self.counting,
            credit=ReportedCredit(),
            new_play_uid=lambda: next(uids),
            utc_offset_min=lambda _: 60,
        )

    def start(self, at_s: float, item: str = "a", position_s: float | None = 0.0) -> None:
        """It begins a track."""
        self.report(at_s, item, position_s, cause=Cause.START)

    def goes_on(self, from_s: float, to_s: float, item: str = "a", position_s: float = 0.0) -> None:
        """It plays from one time to another, and reports every ten seconds, both included."""
        at_s = from_s
        while at_s < to_s:
            self.report(at_s, item, position_s + at_s - from_s)
            at_s += 10.0
        self.report(to_s, item, position_s + to_s - from_s)

    def pause(self, at_s: float, position_s: float | None, item: str = "a") -> None:
        """It says that it pauses, or still does."""
        self.report(at_s, item, position_s, PlayerState.PAUSED)

    def stop(self, at_s: float, item: str = "a", position_s: float | None = None) -> None:
        """It stops."""
        self.report(at_s, item, position_s, PlayerState.STOPPED)

    def idle(self, at_s: float, item: str = "a") -> None:
        """The server gives it up."""
        self.report(at_s, item, None, PlayerState.STOPPED, cause=Cause.IDLE)

    def estimate(self, at_s: float, item: str, position_s: float) -> None:
        """The server guesses where it is."""
        self.report(at_s, item, position_s, cause=Cause.ESTIMATE)

    def report(
        self,
        at_s: float,
        item: str,
        position_s: float | None,
        state: PlayerState = PlayerState.PLAYING,
        cause: Cause = Cause.EVENT,
    ) -> None:
        """Anything it may say."""
        length_s = self.lengths.get(item, LENGTH_S)
        title = item.upper() if self.names else None
        track = TrackInfo(uri=item, title=title, duration_s=length_s)
        seen = Observation(
            player="client",
            state=state,
            at=moment(at_s),
            track=track,
            position_s=position_s,
            cause=cause,
            habits=self.habits,
        )
        self._done(advance(self.session, seen, self.rules))
        again = advance(self.session, seen, self.rules)

        assert again.closed == ()
        assert again.session == self.session

    def sweep(self, at_s: float) -> None:
        """The daemon looks for plays that have waited for too long; doing it twice is once."""
        self._done(expire(self.session, moment(at_s), self.rules))

        assert expire(self.session, moment(at_s), self.rules) == Step(self.session)

    @property
    def summary(self) -> list[str]:
        """Each closed play: P (counts) or p, title, whole seconds, what ended it."""
        return [
            f"{'P' if play.verdict.counts else 'p'} {play.track.title} "
            f"{play.played_s:.0f} {play.closed_by}"
            for play in self.plays
        ]

    @property
    def open_items(self) -> list[str]:
        """The tracks that are open, the one that is shown first."""
        every = (self.session, *self.session.aside)
        return [each.open.track.uri for each in every if each.open is not None]

    def _done(self, step: Step) -> None:
        self.plays += step.closed
        text = _SESSION.dump_json(step.session, exclude_defaults=True)
        self.session = _SESSION.validate_json(text)

        assert self.session == step.session
