"""Credit for players that the daemon looks at by itself, such as MPD.

Such a player tells its position whenever asked, and counts the audio that it handed to its
outputs (MPD: `playtime` of the `stats` command,
https://mpd.readthedocs.io/en/stable/protocol.html#command-stats). Position against clock tells
steady play; the count of audio bounds what can have sounded where the position jumped.
"""

from dataclasses import replace

from scrobbled.domain.credit import Credited, Irregularity, Tally
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import Certainty

TOLERANCE_S = 1.0
"""Position and clock may part by this much, and by `TOLERANCE_SHARE`, in one step."""
TOLERANCE_SHARE = 0.02
STILL_S = 0.25
"""A position that moved by less has not moved: positions wobble by some hundredths."""
PLAYTIME_GRAIN_S = 1.0
"""The count of audio comes in whole seconds, rounded down."""
AHEAD_S = 1.5
"""The count of audio runs ahead of the sound by what is buffered: 1.5 s of CD quality."""
MOST_AHEAD_S = 6.0
"""More is buffered of coarser sound; that of mono at 22 kHz is the most that is allowed for."""
END_S = 1.5
"""A track whose end was due within this, or within `END_SHARE` of it, has come to its end."""
END_SHARE = 0.25
OVERLAP_SLACK_S = 0.7
RESTART_GAP_S = 600.0
"""A player that was away for longer than this and comes back has not gone on with the play."""
RESTART_AHEAD_S = 5.0
"""A player that was started anew may be found this far beyond where it was last known to be, and
by as much farther as it has counted of audio since."""


class PlayerCredit:
    """Credit by position, clock and count of audio; the sum never exceeds the clock.

    The one exception is a crossfade, whose overlap was heard in both tracks: it is granted once
    for each change of track.
    """

    silence_s = None
    """It sounds one track at a time."""

    def open(self, first: Observation, *, head_s: float, follows: bool) -> Tally:
        """The tally of a play first seen in `first`; see `CreditPolicy.open`."""
        return Tally(
            played_s=head_s,
            settled_s=head_s,
            anchor_position_s=first.position_s,
            anchor_at=first.at,
            base_playtime_s=first.evidence.playtime_s,
            base_played_s=head_s,
            overlap_open=follows,
        )

    def step(self, tally: Tally, before: Observation, now: Observation) -> Credited:
        """What an unbroken step earns; see `CreditPolicy.step`."""
        clock_s, moved_s = now.at.seconds_since(before.at), now.moved_since(before)
        if not before.plays:
            return _resumed(tally, before, now, clock_s)
        if moved_s is None:
            return Credited(tally.settled(now, _allowed_s(tally, before, now, clock_s)))
        if abs(moved_s - clock_s) <= TOLERANCE_S + TOLERANCE_SHARE * clock_s:
            return Credited(tally.run_on(now))
        if _is_overlap(tally, before, now, moved_s - clock_s):
            overlapped = replace(
                tally, overlap_s=tally.overlap_s + moved_s - clock_s, overlap_open=False
            )
            return Credited(overlapped.settled(now, moved_s))
        earned_s, why = _jumped(tally, before, now, moved_s, clock_s)
        silent = why is Irregularity.STALL and moved_s < STILL_S
        return Credited(replace(tally.settled(now, earned_s), silent=silent), why)

    def bridge(
        self, tally: Tally, before: Observation, now: Observation, lost_at: Moment | None
    ) -> Tally | None:
        """What a time without contact earns; see `CreditPolicy.bridge`."""
        clock_s, moved_s = now.at.seconds_since(before.at), now.moved_since(before)
        if moved_s is None or moved_s < -TOLERANCE_S:
            return None
        moved_s = max(0.0, moved_s)
        if not self.same_run(before, now):
            return _started_anew(tally, before, now, moved_s, lost_at or before.at)
        counted_s, rest_s = now.counted_since(before), before.rest_s
        if counted_s is None:
            return tally.settled(now, min(clock_s, moved_s))
        if rest_s is not None and counted_s > rest_s + TOLERANCE_S + PLAYTIME_GRAIN_S:
            return None
        return tally.settled(now, min(moved_s, _proven_s(clock_s, counted_s)))

    def end(
        self,
        tally: Tally,
        before: Observation,
        at: Moment,
        *,
        playtime_s: float | None,
        natural: bool,
        told: bool = True,  # noqa: ARG002 - what is looked at needs no telling
    ) -> Tally:
        """What the play earned after its last observation; see `CreditPolicy.end`."""
        if not before.plays:
            return tally
        clock_s, rest_s = at.seconds_since(before.at), before.rest_s
        if natural and rest_s is not None and tally.anchor_position_s is not None:
            whole_s = rest_s + (before.position_s or 0.0) - tally.anchor_position_s
            run_s = min(whole_s, at.seconds_since(tally.anchor_at))
            return replace(tally, played_s=max(tally.played_s, tally.settled_s + run_s))
        earned_s = clock_s if rest_s is None else min(clock_s, rest_s)
        old_playtime_s = before.evidence.playtime_s
        if playtime_s is None or old_playtime_s is None:
            earned_s = 0.0 if tally.silent else earned_s
        else:
            surplus_s = _surplus_s(tally, old_playtime_s)
            counted_s = playtime_s - old_playtime_s
            earned_s = min(earned_s, _proven_s(clock_s, counted_s), max(0.0, surplus_s + counted_s))
        return replace(tally, played_s=tally.played_s + earned_s)

    def reached_end(self, tally: Tally, before: Observation, now: Observation) -> bool:
        """Whether the track can have come to its end; see `CreditPolicy.reached_end`.

        The clock must allow it, and so must the count of audio: what it may have been ahead by
        at `before` is known from how much more it had grown than the play had earned.
        """
        rest_s = before.rest_s
        if not before.plays or rest_s is None:
            return False
        least_s = rest_s - min(END_S, END_SHARE * (before.duration_s or 0.0))
        if now.at.seconds_since(before.at) < least_s:
            return False
        counted_s, old_playtime_s = now.counted_since(before), before.evidence.playtime_s
        if counted_s is None or old_playtime_s is None:
            return not tally.silent
        ahead_s = min(max(_surplus_s(tally, old_playtime_s), AHEAD_S), MOST_AHEAD_S)
        return counted_s + PLAYTIME_GRAIN_S + ahead_s >= least_s

    def same_run(self, before: Observation, now: Observation) -> bool:
        """Whether the player has not been started anew; see `CreditPolicy.same_run`.

        A new run shows by its count of audio or its uptime going back, or by an uptime that has
        not grown with the clock. The last alone also comes from a player's host that was
        suspended, so it needs another queue entry beside it.
        """
        old, new = before.evidence, now.evidence
        counted_s = now.counted_since(before)
        if counted_s is not None and counted_s < 0:
            return False
        if old.uptime_s is None or new.uptime_s is None:
            return before.entry_id == now.entry_id
        grown_s = new.uptime_s - old.uptime_s
        if grown_s < -new.uptime_slack_s:
            return False
        steady = abs(grown_s - now.at.seconds_since(before.at)) <= new.uptime_slack_s
        return steady or before.entry_id == now.entry_id

    def certainty(self, last: Observation, *, told: bool) -> Certainty:  # noqa: ARG002 - one way
        """How sure a play is; see `CreditPolicy.certainty`."""
        return Certainty.HIGH if told else Certainty.MEDIUM

    def is_flap(self, played_s: float, lasted_s: float) -> bool:  # noqa: ARG002 - it has none
        """What is looked at does not flap; see `CreditPolicy.is_flap`."""
        return False


def _started_anew(
    tally: Tally, before: Observation, now: Observation, moved_s: float, left: Moment
) -> Tally | None:
    """A player that was started anew goes on with the play if it is found where it was left.

    Until contact was lost the play sounded, even if what the player saved was a little older; and
    it may have gone on for a while before anybody looked.
    """
    ran_s = left.seconds_since(before.at) if before.plays and not tally.silent else 0.0
    away_s = now.at.seconds_since(left)
    ahead_s = RESTART_AHEAD_S + (now.evidence.playtime_s or 0.0)
    if away_s > RESTART_GAP_S or moved_s > ran_s + ahead_s:
        return None
    rest_s = before.rest_s
    known_s = ran_s if rest_s is None else min(ran_s, rest_s)
    settled = tally.settled(now, min(now.at.seconds_since(before.at), max(moved_s, known_s)))
    return replace(
        settled,
        base_playtime_s=now.evidence.playtime_s,
        base_played_s=settled.played_s - settled.overlap_s,
    )


def _resumed(tally: Tally, before: Observation, now: Observation, clock_s: float) -> Credited:
    """A paused play earns nothing, unless it was resumed some time before anybody looked."""
    moved_s, counted_s = now.moved_since(before), now.counted_since(before)
    if moved_s is None:
        return Credited(tally.settled(now))
    earned_s = 0.0
    if now.plays and moved_s > 0 and counted_s is not None:
        earned_s = min(moved_s, clock_s, max(0.0, counted_s))
    sought = abs(moved_s - earned_s) > TOLERANCE_S
    return Credited(tally.settled(now, earned_s), Irregularity.SEEK if sought else None)


def _is_overlap(tally: Tally, before: Observation, now: Observation, gained_s: float) -> bool:
    """Whether the position jumped by a crossfade that was under way when the track was told."""
    crossfade_s = now.evidence.crossfade_s
    at_start = before.position_s is not None and before.position_s <= TOLERANCE_S
    allowed = tally.overlap_open and at_start and crossfade_s > 0
    return allowed and 0 < gained_s <= crossfade_s + OVERLAP_SLACK_S


def _jumped(
    tally: Tally, before: Observation, now: Observation, moved_s: float, clock_s: float
) -> tuple[float, Irregularity]:
    """Seconds that can have sounded although the position did not follow the clock, and why not.

    A position that lags behind the clock has stood still or was moved back. Where the count of
    audio lags as well, by more than a shrinking buffer explains, the sound stood still, and the
    position tells how much of it there was.
    """
    lags = -STILL_S < moved_s < clock_s
    counted_s = now.counted_since(before)
    silent = counted_s is None or counted_s + PLAYTIME_GRAIN_S + AHEAD_S < clock_s
    stalled = lags and silent
    allowed_s = _allowed_s(tally, before, now, clock_s)
    still = abs(moved_s) < STILL_S
    if still and (stalled or (counted_s is not None and counted_s <= 0)):
        return 0.0, Irregularity.STALL
    if stalled:
        return min(allowed_s, moved_s), Irregularity.STALL
    return allowed_s, Irregularity.SEEK


def _allowed_s(tally: Tally, before: Observation, now: Observation, clock_s: float) -> float:
    """The most that can have sounded in a step, by the clock and by the count of audio."""
    counted_s, old_playtime_s = now.counted_since(before), before.evidence.playtime_s
    if counted_s is None or old_playtime_s is None:
        return clock_s
    surplus_s = _surplus_s(tally, old_playtime_s)
    return max(0.0, min(_proven_s(clock_s, counted_s), surplus_s + counted_s))


def _proven_s(clock_s: float, counted_s: float) -> float:
    """The most that can have sounded by one growth of the count of audio."""
    if counted_s <= 0 and clock_s > PLAYTIME_GRAIN_S + STILL_S:
        return 0.0
    return max(0.0, min(clock_s, counted_s + PLAYTIME_GRAIN_S))


def _surplus_s(tally: Tally, playtime_s: float) -> float:
    """How much more audio was counted since the play opened than it has earned, at the most."""
    if tally.base_playtime_s is None:
        return MOST_AHEAD_S
    earned_s = tally.played_s - tally.overlap_s - tally.base_played_s
    return playtime_s - tally.base_playtime_s + PLAYTIME_GRAIN_S - earned_s
