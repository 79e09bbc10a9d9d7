"""How the time between two looks was shared out, when a track came to its end in it."""

import math
from dataclasses import dataclass

from scrobbled.domain.observation import Cause, Observation, TrackInfo
from scrobbled.domain.session import OpenPlay, SessionRules

STILL_S = 0.25
"""A position that moved back by less has only wobbled."""
END_SLACK_S = 1.5
"""How far a new track's position may be off from where the clock would have it."""
LOOP_SHARE = 0.02
"""Whole loops that nobody looked at must fill the time but for this share and `END_SLACK_S`."""
LEAST_LOOP_S = 1.0
MOST_LOOPS = 1000
"""More are not inferred at once: it would be a guess, and a flood."""
PASSED_SLACK_S = 3.0
"""Tracks passed without contact must fill it but for this."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How the time between the last look at one track and the first at the next was shared.

    Attributes:
        natural: whether the old track came to its end by itself.
        leftover_s: what is left of the time after the old track was over.
        head_s: what of it the new track sounded.
        passed: tracks that must have sounded in between, from start to end.
        overlapped: whether `head_s` holds a crossfade, which was heard in both tracks.
    """

    natural: bool
    leftover_s: float
    head_s: float = 0.0
    passed: tuple[TrackInfo, ...] = ()
    overlapped: bool = False


def turn_between(
    play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Turn:
    """How the track of `before` made way for what is seen `now`."""
    clock_s = now.at.seconds_since(before.at)
    position_s = now.position_s or 0.0
    unwatched = now.cause is Cause.CONNECT
    crossfade_s = now.evidence.crossfade_s
    leftover_s = max(0.0, clock_s - (before.rest_s or 0.0))
    early_s = position_s - leftover_s
    reached = rules.credit.reached_end(play.tally, before, now)
    if not reached or early_s > crossfade_s + END_SLACK_S:
        # The new track has been on for as long as its position says, unless it was begun in
        # the middle; the old one can only have sounded before that.
        began_s = position_s if position_s <= clock_s else 0.0
        return Turn(False, began_s, 0.0 if unwatched else _proven_s(before, now, began_s))
    if unwatched:
        return _unwatched_turn(before, now, leftover_s, position_s)
    if early_s > 0 and crossfade_s > 0:
        return Turn(True, leftover_s, position_s, overlapped=True)
    return Turn(True, leftover_s, min(position_s, leftover_s))


def _proven_s(before: Observation, now: Observation, seconds: float) -> float:
    """As much of `seconds` as the player's count of audio allows to have sounded."""
    counted_s = now.counted_since(before)
    return seconds if counted_s is None else max(0.0, min(seconds, counted_s + 1.0))


def _unwatched_turn(
    before: Observation, now: Observation, leftover_s: float, position_s: float
) -> Turn:
    """Shares out a time without contact, in which the old track came to its end.

    Only where the sum closes is it known what sounded after the old track.
    """
    passed_s = sum(track.duration_s or 0.0 for track in now.passed)
    closes = abs(leftover_s - passed_s - position_s) <= PASSED_SLACK_S
    if not closes or not _sounded_throughout(before, now):
        return Turn(True, leftover_s)
    return Turn(
        True,
        leftover_s,
        max(0.0, min(position_s, leftover_s - passed_s)),
        passed=now.passed,
    )


def _sounded_throughout(before: Observation, now: Observation) -> bool:
    """Whether the player's count of audio grew with the clock; True without a count."""
    counted_s = now.counted_since(before)
    return counted_s is None or counted_s + PASSED_SLACK_S >= now.at.seconds_since(before.at)


def stood_still(before: Observation, now: Observation) -> bool:
    """Whether a position that has not gone back shows a stall, rather than a new beginning."""
    moved_s, counted_s = now.moved_since(before), now.counted_since(before)
    if moved_s is None or moved_s < -STILL_S:
        return False
    if counted_s is None:
        return moved_s < STILL_S
    return counted_s <= 0 or counted_s + 1.0 < now.at.seconds_since(before.at)


def loops_between(
    play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> int | None:
    """Whole loops that nobody looked at, when the track came to its end and began again.

    None when it did not begin again (repeat of one track).
    """
    duration_s, rest_s = before.duration_s, before.rest_s
    if duration_s is None or rest_s is None or now.position_s is None:
        return None
    if not rules.credit.reached_end(play.tally, before, now):
        return None
    clock_s = now.at.seconds_since(before.at)
    fell_s = (before.position_s or 0.0) + clock_s - now.position_s
    lag_s = max(0.0, clock_s - rest_s) - now.position_s
    if lag_s < -END_SLACK_S or fell_s < duration_s / 2 or stood_still(before, now):
        return None
    loops = max(0, math.floor(lag_s / max(duration_s, LEAST_LOOP_S) + 0.5))
    if loops == 0:
        return 0
    off_s = abs(lag_s - loops * duration_s)
    whole = off_s <= END_SLACK_S + LOOP_SHARE * clock_s and off_s < duration_s / 4
    return loops if whole and loops <= MOST_LOOPS and _sounded_throughout(before, now) else None
