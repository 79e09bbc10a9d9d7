"""Credit for players whose own reports a server passes on, such as those of Jellyfin.

Such a player tells its position when it pleases: every ten seconds, only at start and stop, never,
or wrongly. What it says is believed as far as the clock allows it to have sounded.
"""

from scrobbled.domain.credit import Credited, Irregularity, Tally
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import Certainty

REPORT_S = 15.0
"""Players that report do so at least this often; more than this is not inferred from one step."""
STEADY_S = 1.5
"""Position and clock may part by this much, and by `STEADY_SHARE`, in one step."""
STEADY_SHARE = 0.03
AHEAD_S = 3.0
"""A position that is ahead of the clock by no more than this, and `AHEAD_SHARE`, was not sought."""
AHEAD_SHARE = 0.1
STILL_S = 0.25
BACK_S = 5.0
"""After a gap a play may be found this far before where it was left."""
END_S = 5.0
"""A track whose end was due within this, or within `END_SHARE` of it, has come to its end."""
END_SHARE = 0.25
LATE_S = 25.0
"""A player that reports has said something of the next track by then."""
FLAP_PLAYED_S = 2.0
FLAP_LASTED_S = 5.0


class ReportedCredit:
    """Credit by positions and clock; the sum never exceeds the clock."""

    silence_s = LATE_S

    def open(self, first: Observation, *, head_s: float, follows: bool) -> Tally:
        """The tally of a play first seen in `first`; see `CreditPolicy.open`."""
        return Tally(
            played_s=head_s,
            settled_s=head_s,
            anchor_position_s=first.position_s,
            anchor_at=first.at,
            base_playtime_s=None,
            base_played_s=head_s,
            overlap_open=follows,
        )

    def step(self, tally: Tally, before: Observation, now: Observation) -> Credited:
        """What an unbroken step earns; see `CreditPolicy.step`."""
        clock_s, moved_s = now.at.seconds_since(before.at), now.moved_since(before)
        if not before.plays:
            return _resumed(tally, now, clock_s, moved_s)
        if moved_s is None:
            return Credited(tally.settled(now, _unplaced_s(tally, now, clock_s)))
        if abs(moved_s - clock_s) <= STEADY_S + STEADY_SHARE * clock_s:
            return Credited(tally.run_on(now))
        if moved_s < -STILL_S or moved_s > clock_s * (1 + AHEAD_SHARE) + AHEAD_S:
            return Credited(tally.settled(now, min(clock_s, REPORT_S)), Irregularity.SEEK)
        if moved_s >= clock_s:
            return Credited(tally.settled(now, clock_s))
        return Credited(tally.settled(now, max(0.0, moved_s)), Irregularity.STALL)

    def bridge(
        self,
        tally: Tally,
        before: Observation,
        now: Observation,
        lost_at: Moment | None,  # noqa: ARG002 - what was reported since then tells more
    ) -> Tally | None:
        """What a time without reports earns; see `CreditPolicy.bridge`."""
        clock_s, moved_s = now.at.seconds_since(before.at), now.moved_since(before)
        most_s = clock_s if before.plays else min(clock_s, REPORT_S)
        if moved_s is None:
            return tally.settled(now, min(REPORT_S, most_s) if before.plays else 0.0)
        if moved_s < -BACK_S:
            return None
        if moved_s > clock_s * (1 + AHEAD_SHARE) + AHEAD_S:
            return tally.settled(now, min(REPORT_S, most_s))
        return tally.settled(now, min(max(0.0, moved_s), most_s))

    def end(
        self,
        tally: Tally,
        before: Observation,
        at: Moment,
        *,
        playtime_s: float | None,  # noqa: ARG002 - no such player counts it
        natural: bool,
        told: bool = True,
    ) -> Tally:
        """What the play earned after its last report; see `CreditPolicy.end`."""
        if not before.plays:
            return tally
        clock_s, rest_s = at.seconds_since(before.at), before.rest_s
        earned_s = _unplaced_s(tally, before, clock_s) if rest_s is None else min(clock_s, rest_s)
        if before.habits.reports and not told and not natural:
            earned_s = min(earned_s, REPORT_S)
        return tally.settled(before, earned_s)

    def reached_end(self, tally: Tally, before: Observation, now: Observation) -> bool:  # noqa: ARG002 - no count to bound it
        """Whether the track can have come to its end; see `CreditPolicy.reached_end`."""
        rest_s = before.rest_s
        if not before.plays or rest_s is None:
            return False
        clock_s = now.at.seconds_since(before.at)
        if clock_s < rest_s - min(END_S, END_SHARE * (before.duration_s or 0.0)):
            return False
        return not before.habits.reports or clock_s <= rest_s + LATE_S

    def same_run(self, before: Observation, now: Observation) -> bool:  # noqa: ARG002 - never told
        """Nobody tells whether the player was started anew; see `CreditPolicy.same_run`."""
        return True

    def certainty(self, last: Observation, *, told: bool) -> Certainty:
        """How sure a play is; see `CreditPolicy.certainty`."""
        if last.habits.reports:
            return Certainty.HIGH if told else Certainty.MEDIUM
        return Certainty.MEDIUM if told else Certainty.LOW

    def is_flap(self, played_s: float, lasted_s: float) -> bool:
        """Some begin a track, stop it and begin it again; see `CreditPolicy.is_flap`."""
        return played_s < FLAP_PLAYED_S and lasted_s < FLAP_LASTED_S


def _resumed(tally: Tally, now: Observation, clock_s: float, moved_s: float | None) -> Credited:
    """A paused play earns nothing, unless it was resumed some time before its next report."""
    if moved_s is None:
        return Credited(tally.settled(now))
    earned_s = 0.0
    if now.plays and moved_s > 0:
        earned_s = min(moved_s, clock_s, REPORT_S)
    sought = abs(moved_s - earned_s) > STEADY_S
    return Credited(tally.settled(now, earned_s), Irregularity.SEEK if sought else None)


def _unplaced_s(tally: Tally, seen: Observation, clock_s: float) -> float:
    """Seconds by the clock, within what is left of the track where its position is not known."""
    if seen.duration_s is None:
        return clock_s
    return max(0.0, min(clock_s, seen.duration_s - tally.played_s))
