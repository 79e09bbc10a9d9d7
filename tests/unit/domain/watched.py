"""A virtual player and the session machine that watches it, as the daemon would."""

from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter
from tests.unit.domain.virtual_player import VirtualPlayer, song

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.lifecycle import advance, expire, lose
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.domain.session import OpenPlay, Session, SessionRules, Step, now_playing

HEARTBEAT_S = 15.0
COUNTING = CountingRules(min_length_s=0.0)
_SESSION = TypeAdapter(Session)


def kept(session: Session) -> Session:
    """The session as it comes back from the journal."""
    return _SESSION.validate_json(_SESSION.dump_json(session, exclude_defaults=True))


def rules_of(counting: CountingRules = COUNTING) -> SessionRules:
    """Rules that number the plays."""
    uids = (f"play-{number}" for number in range(1, 1_000_000))
    return SessionRules(
        source="mpd:test",
        user="anna",
        counting=counting,
        credit=PlayerCredit(),
        new_play_uid=lambda: next(uids),
        utc_offset_min=lambda _: 120,
    )


@dataclass
class Life:
    """When, in true seconds, a play can have sounded."""

    uri: str
    from_s: float
    to_s: float


@dataclass
class Watched:
    """Looks at the player at each event, heartbeat and predicted threshold.

    After each look it makes sure of what has to hold at any time: the session survives its
    checkpoint, and what was seen already, or earlier, changes nothing.

    Attributes:
        doubled: whether it looks for each of the two events that the player makes of a change.
        predicts: whether it looks when a play is due to count.
        blocked: whether it cannot look at present; what it was told meanwhile waits.
        connected: whether there is contact at all.
        lag_s: how late it looks after an event.
    """

    player: VirtualPlayer = field(default_factory=VirtualPlayer)
    counting: CountingRules = COUNTING
    heartbeat_s: float = HEARTBEAT_S
    doubled: bool = True
    predicts: bool = True
    blocked: bool = False
    connected: bool = True
    lag_s: float = 0.0
    session: Session = field(default_factory=Session)
    plays: list[ClosedPlay] = field(default_factory=list)
    lives: dict[str, Life] = field(default_factory=dict)
    looks: int = 0

    def __post_init__(self) -> None:
        """Takes the first look."""
        self.rules = rules_of(self.counting)
        self.began_s = self.player.now_s
        self._due_s = self.player.now_s
        self._earlier: Observation | None = None
        self._last_look_s = self.player.now_s
        self.player.events = 0
        self.look(Cause.CONNECT)

    # Watching

    def run(self, seconds: float) -> None:
        """Lets time pass, looking whenever the daemon would."""
        player, ends_s = self.player, self.player.now_s + seconds
        self.notice()
        while player.now_s < ends_s - 1e-9:
            step_s = min(ends_s - player.now_s, player.until_event_s())
            if self.connected and not self.blocked:
                step_s = min(step_s, max(0.001, self._due_s - player.now_s))
            player.pass_time(step_s)
            self.notice()
            waiting = self.connected and not self.blocked
            if waiting and player.now_s >= self._due_s - 1e-9:
                self.look(Cause.HEARTBEAT)

    def notice(self) -> None:
        """Looks once for each event that is due."""
        if self.blocked or not self.player.events:
            return
        events, self.player.events = self.player.events, 0
        if not self.connected:
            return
        if self.lag_s:
            self._pass(self.lag_s)
        for _ in range(events if self.doubled else 1):
            self.look(Cause.EVENT)
            self._pass(0.003)

    def look(self, cause: Cause) -> None:
        """Takes one look in."""
        seen = self.player.look(cause)
        if cause is Cause.CONNECT:
            seen = replace(seen, passed=self.player.between(self.session.last))
        self.take(seen)

    def take(self, seen: Observation) -> None:
        """Takes an observation in, and makes sure of what has to hold."""
        self.looks += 1
        self._done(advance(self.session, seen, self.rules))
        playing = now_playing(self.session, self.counting)
        self._due_s = self.player.now_s + self.heartbeat_s
        counts_in_s = playing.counts_in_s if playing and self.predicts else None
        if playing is not None and counts_in_s is not None and not playing.paused:
            soon_s = max(0.5, counts_in_s + 0.05)
            self._due_s = min(self._due_s, self.player.now_s + soon_s)
        if not seen.plays:
            self._due_s = float("inf")
        self._changes_nothing(seen)
        if self._earlier is not None and self._earlier.at.is_before(seen.at):
            self._changes_nothing(self._earlier)
        self._earlier = replace(seen, at=seen.at.earlier_by(0.001))

    def sweep(self) -> None:
        """Closes what has waited for too long; doing it twice is doing it once."""
        at = self.moment()
        self._done(expire(self.session, at, self.rules))
        again = expire(self.session, at, self.rules)

        assert again == Step(self.session)

    # Contact

    def lose_contact(self) -> None:
        """The connection breaks, and that is noticed."""
        self.connected = False
        self.session = lose(self.session, self.moment())
        again = lose(self.session, self.moment())

        assert again == self.session

    def reconnect(self) -> None:
        """The connection is there again."""
        self.player.events = 0
        self.connected = True
        self.look(Cause.CONNECT)

    def shut_down(self) -> None:
        """The daemon is stopped orderly."""
        self.look(Cause.SHUTDOWN)
        self.connected = False

    def die(self) -> None:
        """The daemon is killed."""
        self.connected = False

    def moment(self) -> Moment:
        """The present."""
        return self.player.moment()

    # What came of it

    @property
    def open(self) -> OpenPlay | None:
        """The play that is open."""
        return self.session.open

    @property
    def counted(self) -> list[ClosedPlay]:
        """The closed plays that count."""
        return [play for play in self.plays if play.verdict.counts]

    @property
    def summary(self) -> list[str]:
        """Each closed play: P (counts) or p, title, whole tenths of seconds, what ended it."""
        return [
            f"{'P' if play.verdict.counts else 'p'} {play.track.title} "
            f"{play.played_s:.1f} {play.closed_by}"
            for play in self.plays
        ]

    @property
    def credited_s(self) -> float:
        """Seconds that all plays earned together."""
        open_s = self.open.tally.played_s if self.open else 0.0
        return open_s + sum(play.played_s for play in self.plays)

    def excess_s(self, play: ClosedPlay) -> float:
        """By how much a play was credited more than can really have sounded of it."""
        life = self.lives[play.play_uid]
        return play.played_s - self.player.truth_s(life.uri, life.from_s, life.to_s)

    def _pass(self, seconds: float) -> None:
        """Lets time pass unseen, over as many changes as come."""
        ends_s = self.player.now_s + seconds
        while self.player.now_s < ends_s - 1e-9:
            self.player.pass_time(min(ends_s - self.player.now_s, self.player.until_event_s()))

    def _done(self, step: Step) -> None:
        self.session = kept(step.session)

        assert self.session == step.session

        now_s = self.player.now_s
        for play in step.closed:
            assert play.play_uid not in {other.play_uid for other in self.plays}
            self.plays.append(play)
            uid, uri = play.play_uid, play.track.uri
            self.lives.setdefault(uid, Life(uri, self._last_look_s, now_s)).to_s = now_s
        opened = self.open
        if opened is not None and opened.play_uid not in self.lives:
            position_s = (self.session.last.position_s or 0.0) if self.session.last else 0.0
            before_s = min(position_s, now_s - self._last_look_s) + self.player.crossfade_s
            self.lives[opened.play_uid] = Life(opened.track.uri, now_s - before_s - 0.02, now_s)
        self._last_look_s = now_s

    def _changes_nothing(self, seen: Observation) -> None:
        again = advance(self.session, seen, self.rules)

        assert again == Step(self.session)


def playing(*lengths_s: float, **options: object) -> Watched:
    """A player that has just begun the first of some songs A, B, C…, of these lengths."""
    player = VirtualPlayer()
    for name, value in options.items():
        setattr(player, name, value)
    watched = Watched(player)
    player.add(song(name, length_s) for name, length_s in zip("abcdefgh", lengths_s, strict=False))
    player.play(0)
    watched.notice()
    return watched


def exact(watched: Watched) -> None:
    """Nothing was credited that did not sound."""
    assert all(watched.excess_s(play) <= 0.05 for play in watched.plays)
