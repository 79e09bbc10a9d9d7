"""Receipts in, observations out: in the right order, with what the client is known to tell."""

import hashlib
from bisect import insort
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Habits, Observation, PlayerState
from scrobbled.sources import Interpreted, LastSeen, Receipt
from scrobbled_jellyfin.config import JellyfinSettings, own_name
from scrobbled_jellyfin.locate import located
from scrobbled_jellyfin.payload import Kind, Malformed, Report, read_body, report_of
from scrobbled_jellyfin.server_clock import ServerClock

HOLD_S = 3.0
"""Bodies come on connections of their own, and overtake each other by up to this much."""
IDLE_S = 300.0
"""The server gives up a client that has said nothing for so long, five minutes late at most."""
GAP_S = 60.0
"""A client that reports has been out of contact if it said nothing for so long."""
FRESH_S = 2.0
"""A stop that comes so soon after the client asked the server for something is its own."""
EARLY_S = 1.0
"""The stop may be quicker than the start was."""
ON_TIME_S = 10.0
FLAP_S = 3.0
NEAR_S = 5.0
OVER_SHARE = 0.02
OVER_S = 2.0
"""A position beyond the end by more than these is none."""
REMEMBERED = 512

_RANKS = {Kind.START: 0, Kind.PROGRESS: 1, Kind.STOP: 2}


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a report stands in the order of all."""

    boot: int
    at_s: float
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A report that waits for others to come before it."""

    place: _Place
    at: Moment
    received: Moment
    player: str
    report: Report


class Reports:
    """The interpreter of one source.

    Args:
        settings: the source's; None for the plays of everybody.
        last_seen: gives the last observation of a player.
    """

    def __init__(self, settings: JellyfinSettings | None, last_seen: LastSeen) -> None:
        self._settings = settings
        self._last_seen = last_seen
        self._clock = ServerClock()
        self._boots: dict[str, int] = {}
        self._held: list[_Held] = []
        self._void: list[Interpreted] = []
        self._habits: dict[str, Habits] = {}
        self._heard: OrderedDict[tuple[str, str], Moment] = OrderedDict()
        self._bodies: OrderedDict[str, None] = OrderedDict()

    def recall(self, receipt: Receipt) -> None:
        """Learns how clocks differ, and what came already; see `Interpreter.recall`."""
        report = self._understood(receipt)
        if report is not None:
            self._clock.moment_of(report.at_s, receipt.received)

    def take(self, receipt: Receipt) -> None:
        """Takes a receipt in; see `Interpreter.take`."""
        report = self._understood(receipt)
        if report is None:
            self._void.append(Interpreted(receipt.number))
            return
        at = self._clock.moment_of(report.at_s, receipt.received)
        boot = self._boots.setdefault(at.host_boot_id, len(self._boots))
        place = _Place(boot, at.monotonic_s, _RANKS[report.kind], receipt.number)
        player = hashlib.blake2b("\0".join(report.session).encode(), digest_size=8).hexdigest()
        held = _Held(place, at, receipt.received, player, report)
        insort(self._held, held, key=lambda each: each.place)

    def due(self, at: Moment) -> Sequence[Interpreted]:
        """What is in order for sure by `at`; see `Interpreter.due`."""
        out, self._void = self._void, []
        ripe = [number for number, each in enumerate(self._held) if _wait_s(each, at) <= 0]
        for _ in range(ripe[-1] + 1 if ripe else 0):
            each = self._held.pop(0)
            out.append(Interpreted(each.place.number, self._observation(self._unflapped(each))))
        return out

    def wait_s(self, at: Moment) -> float | None:
        """When the next one is due; see `Interpreter.wait_s`."""
        if self._void:
            return 0.0
        return min((max(0.0, _wait_s(each, at)) for each in self._held), default=None)

    def _understood(self, receipt: Receipt) -> Report | None:
        """The report in a body; None when there is none, or it came before."""
        try:
            report = report_of(read_body(receipt.body))
        except Malformed:
            return None  # refused when it arrived, by this or another version
        if report is None or self._user(report) is None:
            return None
        if report.at_s is not None and self._is_repeated(receipt.body):
            return None
        return report

    def _is_repeated(self, body: str) -> bool:
        """Whether the very same body came before; its time stamp of 100 ns tells others apart."""
        key = hashlib.blake2b(body.encode(errors="replace"), digest_size=16).hexdigest()
        if key in self._bodies:
            return True
        self._bodies[key] = None
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return False

    def _user(self, report: Report) -> str | None:
        if self._settings is None:
            return own_name(report.user_id, report.user_name)
        return self._settings.user_of(report.user_id, report.user_name)

    def _unflapped(self, held: _Held) -> _Held:
        """A stop that is taken back by a start at the same place is no more than a report."""
        report = held.report
        if report.kind is not Kind.STOP or not report.position_s:
            return held
        for later in self._held:
            if later.at.seconds_since(held.at) > FLAP_S:
                break
            again = later.report.kind is Kind.START and later.player == held.player
            if not again or later.report.track.uri != report.track.uri:
                continue
            from_s = later.report.position_s or 0.0
            if from_s > NEAR_S and abs(from_s - report.position_s) <= NEAR_S:
                return replace(held, report=replace(report, kind=Kind.PROGRESS))
        return held

    def _observation(self, held: _Held) -> Observation | None:
        report, player = held.report, held.player
        habits = self._known_habits(player)
        told_s = _possible_position(report)
        own = not habits.reports and _is_fresh(report)
        real = not report.automated and (own or not self._is_idle(held))
        if real:
            habits = _learned(habits, report, told_s)
            self._habits[player] = habits
        seen = Observation(
            player=player,
            state=_state(report),
            at=held.at,
            track=located(report.track, self._settings),
            position_s=_believed(report, told_s, habits),
            cause=self._cause(held, habits),
            habits=habits,
            user=self._user(report),
        )
        if report.kind is Kind.STOP and not real:
            return self._given_up(held, seen)
        if real:
            self._hear(held)
        return seen

    def _cause(self, held: _Held, habits: Habits) -> Cause:
        if held.report.automated:
            return Cause.ESTIMATE
        if held.report.kind is Kind.START:
            return Cause.START
        heard = self._last_heard(held)
        gap = heard is not None and held.at.seconds_since(heard) > GAP_S
        if held.report.kind is Kind.PROGRESS and habits.reports and gap:
            return Cause.CONNECT
        return Cause.EVENT

    def _given_up(self, held: _Held, seen: Observation) -> Observation | None:
        """What the end of a client that was silent for minutes means.

        One that never reports is as silent while it plays. It is believed when it stops just when
        the track must have ended; otherwise its silence says nothing either way.
        """
        if seen.habits.reports:
            return replace(seen, cause=Cause.IDLE, position_s=None)
        heard, duration_s = self._last_heard(held), seen.duration_s
        if heard is None or duration_s is None:
            return None
        late_s = held.at.seconds_since(heard) - duration_s
        return replace(seen, position_s=None) if -EARLY_S <= late_s <= ON_TIME_S else None

    def _is_idle(self, held: _Held) -> bool:
        """Whether the server stopped it by itself, as the client had fallen silent."""
        report = held.report
        if report.kind is not Kind.STOP:
            return False
        if report.checked_in_s is not None and report.at_s is not None:
            return report.at_s - report.checked_in_s > IDLE_S
        heard = self._last_heard(held)
        return heard is not None and held.at.seconds_since(heard) > IDLE_S

    def _known_habits(self, player: str) -> Habits:
        if player not in self._habits:
            last = self._last_seen(player)
            self._habits[player] = Habits(False, False) if last is None else last.habits
        return self._habits[player]

    def _hear(self, held: _Held) -> None:
        """Notes that the client itself said something of a track."""
        key = (held.player, held.report.track.uri)
        self._heard[key] = held.at
        self._heard.move_to_end(key)
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)

    def _last_heard(self, held: _Held) -> Moment | None:
        uri = held.report.track.uri
        heard = self._heard.get((held.player, uri))
        if heard is not None:
            return heard
        last = self._last_seen(held.player)
        return last.at if last is not None and last.track and last.track.uri == uri else None


def _is_fresh(report: Report) -> bool:
    """Whether the client asked for something just now: its own word, not the server's."""
    if report.active_s is None or report.at_s is None:
        return False
    return abs(report.at_s - report.active_s) <= FRESH_S


def _wait_s(held: _Held, at: Moment) -> float:
    """Seconds until nothing can come before it any more; what came before a reboot is late."""
    if held.received.host_boot_id != at.host_boot_id:
        return 0.0
    return HOLD_S - (at.monotonic_s - held.received.monotonic_s)


def _state(report: Report) -> PlayerState:
    if report.kind is Kind.STOP:
        return PlayerState.STOPPED
    paused = report.paused and report.kind is Kind.PROGRESS
    return PlayerState.PAUSED if paused else PlayerState.PLAYING


def _possible_position(report: Report) -> float | None:
    """The position, unless it cannot be one: some clients tell thousands of times too much."""
    told_s, duration_s = report.position_s, report.track.duration_s
    if told_s is None or told_s < 0:
        return None
    if duration_s is not None and told_s > duration_s * (1 + OVER_SHARE) + OVER_S:
        return None
    return told_s


def _learned(habits: Habits, report: Report, told_s: float | None) -> Habits:
    reports = habits.reports or report.kind is Kind.PROGRESS
    return Habits(reports, habits.positions or bool(told_s))


def _believed(report: Report, told_s: float | None, habits: Habits) -> float | None:
    """The position, if the client can mean it: 0 is also written where it said nothing."""
    if told_s or report.kind is Kind.START:
        return told_s
    return told_s if report.kind is Kind.PROGRESS and habits.positions else None
