"""Credit for players that the daemon looks at by itself, such as MPD.

Such a player tells its position whenever asked, and counts the audio that it handed to its
outputs (MPD: `playtime` of the `stats` command,
https://mpd.readthedocs.io/en/stable/protocol.html#command-stats). Position against clock tells
steady play; the count of audio bounds what can have sounded where the position jumped.
"""

from dataclasses import replace

from scrobbled.domain.credit import Credited, Irregularity, Tally
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation, PlayerState

TOLERANCE_S = 1.0
"""Position and clock may part by this much, and by `TOLERANCE_SHARE`, in one step."""
TOLERANCE_SHARE = 0.02
STILL_S = 0.25
"""A position that moved by less has not moved: positions wobble by some hundredths."""
PLAYTIME_GRAIN_S = 1.0
"""The count of audio comes in whole seconds, rounded down."""
OVERLAP_SLACK_S = 0.7
RESTART_GAP_S = 600.0
"""A player that was away for longer than this and comes back has not gone on with the play."""
RESTART_AHEAD_S = 5.0
"""A player that was started anew may be found this far beyond where it was last known to be."""


class PlayerCredit:
    """Credit by position, clock and count of audio; the sum never exceeds the clock.

    The one exception is a crossfade, whose overlap was heard in both tracks: it is granted once
    for each change of track.
    """

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
        clock_s = now.at.seconds_since(before.at)
        moved_s = _moved_s(before, now)
        if before.state is not PlayerState.PLAYING:
            jumped = moved_s is not None and abs(moved_s) > TOLERANCE_S
            return Credited(_settle(tally, now), Irregularity.SEEK if jumped else None)
        if moved_s is None:
            return Credited(_settle(tally, now, self._bounded(tally, before, now, clock_s)))
        if abs(moved_s - clock_s) <= TOLERANCE_S + TOLERANCE_SHARE * clock_s:
            return Credited(_run_on(tally, now))
        crossfade_s = now.evidence.crossfade_s
        if (
            tally.overlap_open
            and crossfade_s > 0
            and (before.position_s or 0.0) <= TOLERANCE_S
            and 0 < moved_s - clock_s <= crossfade_s + OVERLAP_SLACK_S
        ):
            overlapped = replace(
                tally, overlap_s=tally.overlap_s + moved_s - clock_s, overlap_open=False
            )
            return Credited(_settle(overlapped, now, moved_s))
        earned_s = self._bounded(tally, before, now, clock_s)
        return Credited(_settle(tally, now, earned_s), _why(moved_s, earned_s, clock_s))

    def bridge(
        self, tally: Tally, before: Observation, now: Observation, lost_at: Moment | None
    ) -> Tally | None:
        """What a time without contact earns; see `CreditPolicy.bridge`."""
        clock_s = now.at.seconds_since(before.at)
        moved_s = _moved_s(before, now)
        if moved_s is None or moved_s < -TOLERANCE_S:
            return None
        if not self.same_run(before, now):
            ran_s = 0.0
            if before.state is PlayerState.PLAYING:
                ran_s = (lost_at or before.at).seconds_since(before.at)
            if clock_s > RESTART_GAP_S or moved_s > ran_s + RESTART_AHEAD_S:
                return None
            settled = _settle(tally, now, max(0.0, min(clock_s, moved_s)))
            return replace(
                settled,
                base_playtime_s=now.evidence.playtime_s,
                base_played_s=settled.played_s,
            )
        sounded_s = _playtime_s(before.evidence.playtime_s, now.evidence.playtime_s)
        if sounded_s is None:
            return _settle(tally, now, max(0.0, min(clock_s, moved_s)))
        rest_s = _rest_s(before)
        if rest_s is not None and sounded_s > rest_s + TOLERANCE_S + PLAYTIME_GRAIN_S:
            return None
        earned_s = max(0.0, min(clock_s, moved_s, sounded_s + PLAYTIME_GRAIN_S))
        return _settle(tally, now, earned_s)

    def end(
        self,
        tally: Tally,
        before: Observation,
        at: Moment,
        *,
        playtime_s: float | None,
        natural: bool,
    ) -> Tally:
        """What the play earned after its last observation; see `CreditPolicy.end`."""
        if before.state is not PlayerState.PLAYING:
            return tally
        clock_s = at.seconds_since(before.at)
        rest_s = _rest_s(before)
        if natural and rest_s is not None and tally.anchor_position_s is not None:
            whole_s = rest_s + (before.position_s or 0.0) - tally.anchor_position_s
            run_s = min(whole_s, at.seconds_since(tally.anchor_at))
            return replace(tally, played_s=max(tally.played_s, tally.settled_s + run_s))
        earned_s = clock_s if rest_s is None else min(clock_s, rest_s)
        allowed_s = _allowance_s(tally, playtime_s)
        if allowed_s is not None:
            earned_s = min(earned_s, allowed_s)
        return replace(tally, played_s=tally.played_s + max(0.0, earned_s))

    def same_run(self, before: Observation, now: Observation) -> bool:
        """Whether the player has not been started anew; see `CreditPolicy.same_run`.

        A new run shows by its count of audio or its uptime going back, or by an uptime that has
        not grown with the clock. The last alone also comes from a player's host that was
        suspended, so it needs another queue entry beside it.
        """
        old, new = before.evidence, now.evidence
        sounded_s = _playtime_s(old.playtime_s, new.playtime_s)
        if sounded_s is not None and sounded_s < 0:
            return False
        if old.uptime_s is None or new.uptime_s is None:
            return before.entry_id == now.entry_id
        grown_s = new.uptime_s - old.uptime_s
        if grown_s < -new.uptime_slack_s:
            return False
        steady = abs(grown_s - now.at.seconds_since(before.at)) <= new.uptime_slack_s
        return steady or before.entry_id == now.entry_id

    def _bounded(
        self, tally: Tally, before: Observation, now: Observation, clock_s: float
    ) -> float:
        """Seconds that can have sounded although the position did not follow the clock."""
        earned_s = clock_s
        rest_s = _rest_s(before)
        if rest_s is not None:
            earned_s = min(earned_s, rest_s)
        allowed_s = _allowance_s(tally, now.evidence.playtime_s)
        counted_s = _playtime_s(before.evidence.playtime_s, now.evidence.playtime_s)
        if allowed_s is None or counted_s is None:
            still = abs(_moved_s(before, now) or 0.0) < STILL_S
            return 0.0 if still else max(0.0, earned_s)
        if counted_s == 0 and clock_s > 2 * PLAYTIME_GRAIN_S:
            return 0.0
        return max(0.0, min(earned_s, allowed_s, counted_s + PLAYTIME_GRAIN_S))


def _why(moved_s: float, earned_s: float, clock_s: float) -> Irregularity:
    """A position that lags because little sounded stood still; any other was moved."""
    lagging = -STILL_S < moved_s < clock_s
    return Irregularity.STALL if lagging and earned_s < clock_s - STILL_S else Irregularity.SEEK


def _moved_s(before: Observation, now: Observation) -> float | None:
    if before.position_s is None or now.position_s is None:
        return None
    return now.position_s - before.position_s


def _playtime_s(before_s: float | None, now_s: float | None) -> float | None:
    return None if before_s is None or now_s is None else now_s - before_s


def _rest_s(before: Observation) -> float | None:
    """Seconds from the observation to the end of its track; None when its length is unknown."""
    if before.track is None or before.track.duration_s is None or before.position_s is None:
        return None
    return max(0.0, before.track.duration_s - before.position_s)


def _allowance_s(tally: Tally, playtime_s: float | None) -> float | None:
    """What the count of audio since the play opened still allows; None without a count."""
    if tally.base_playtime_s is None or playtime_s is None:
        return None
    counted_s = playtime_s - tally.base_playtime_s + PLAYTIME_GRAIN_S
    used_s = tally.played_s - tally.base_played_s - tally.overlap_s
    return max(0.0, counted_s - used_s)


def _run_on(tally: Tally, now: Observation) -> Tally:
    """Position and clock agree: the play ran evenly since its anchor."""
    if tally.anchor_position_s is None or now.position_s is None:
        return _settle(tally, now)
    run_s = min(now.position_s - tally.anchor_position_s, now.at.seconds_since(tally.anchor_at))
    played_s = max(tally.played_s, tally.settled_s + run_s)
    running = replace(tally, played_s=played_s)
    return running if now.state is PlayerState.PLAYING else _settle(running, now)


def _settle(tally: Tally, now: Observation, earned_s: float = 0.0) -> Tally:
    """Credits `earned_s` and lets the play run evenly from `now` on."""
    played_s = tally.played_s + earned_s
    return replace(
        tally,
        played_s=played_s,
        settled_s=played_s,
        anchor_position_s=now.position_s,
        anchor_at=now.at,
    )
