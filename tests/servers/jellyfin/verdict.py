"""Holds the plays that were captured against what was heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.servers.jellyfin.ears import Heard
from tests.servers.jellyfin.profiles import Tolerance
from tests.servers.jellyfin.timeline import TICKS_S

from scrobbled.domain.play import ClosedPlay

NO_TRACE_S = 2.0
"""Songs that were clicked away sooner leave no play; see `ReportedCredit.is_flap`."""
ENOUGH_S = 240.0
"""Half of a song counts, or this; https://www.last.fm/api/scrobbling."""
TOO_SHORT_TO_TELL_S = 5.0
"""Songs that were clicked away sooner may leave a play or not."""


@dataclass(frozen=True, slots=True)
class Listened:
    """A play, with those that took it up again after a long pause.

    Attributes:
        began_at_s: seconds since the epoch.
        counted: how many of these plays are listens.
    """

    user: str
    item: str
    title: str | None
    began_at_s: float
    seconds: float
    counted: int


def as_listened(plays: Iterable[ClosedPlay]) -> list[Listened]:
    """Joins plays with those that they continue."""
    first_of: dict[str, str] = {}
    joined: dict[str, Listened] = {}
    for play in sorted(plays, key=lambda play: play.started_at_s):
        first = first_of.get(play.continues or "", play.play_uid)
        first_of[play.play_uid] = first
        one = Listened(
            play.user,
            play.track.uri,
            play.track.title,
            play.started_at_s,
            play.played_s,
            int(play.verdict.counts),
        )
        before = joined.get(first)
        if before is not None:
            seconds, counted = before.seconds + one.seconds, before.counted + one.counted
            one = replace(before, seconds=seconds, counted=counted)
        joined[first] = one
    return list(joined.values())


def differences(
    heard: Iterable[Heard],
    plays: Sequence[ClosedPlay],
    tolerance: Tolerance,
    names: Mapping[str, str],
) -> list[str]:
    """Where what was captured is not what was heard; empty when all is well.

    Args:
        heard: the truth.
        plays: what was captured.
        tolerance: what cannot be known better.
        names: our users by theirs; others are not captured.
    """
    left = as_listened(plays)
    found: list[str] = []
    for truth in heard:
        ours = names.get(truth.user.name)
        if ours is None or truth.song.item_type != "Audio":
            continue
        allowed = tolerance.around(truth.began_at / TICKS_S, truth.ended_at / TICKS_S)
        fitting = [each for each in left if _is_of(truth, ours, each)]
        nearest = min(fitting, key=partial(_apart_s, truth), default=None)
        if nearest is None or _apart_s(truth, nearest) > allowed.start:
            least_s = max(TOO_SHORT_TO_TELL_S, allowed.short)
            if truth.seconds > least_s and truth.song.title not in allowed.unknowable:
                found.append(f"{_told(truth)}: not captured; nearest {nearest}")
            continue
        left.remove(nearest)
        found += _wrong(truth, nearest, allowed)
    return found + [f"heard by nobody: {each}" for each in left]


def assert_heard(
    heard: Iterable[Heard],
    plays: Sequence[ClosedPlay],
    tolerance: Tolerance,
    names: Mapping[str, str],
) -> None:
    """Raises AssertionError with all `differences`, if there are any."""
    found = differences(heard, plays, tolerance, names)
    if found:
        raise AssertionError("\n".join(found))


def _is_of(truth: Heard, ours: str, each: Listened) -> bool:
    return each.user == ours and each.item == truth.song.id.hex


def _apart_s(truth: Heard, each: Listened) -> float:
    return abs(each.began_at_s - truth.began_at / TICKS_S)


def _told(truth: Heard) -> str:
    began_s = truth.began_at / TICKS_S % 86400
    return f"{truth.user.name}: {truth.song.title!r} for {truth.seconds:.2f} s at {began_s:.2f}"


def _wrong(truth: Heard, each: Listened, tolerance: Tolerance) -> list[str]:
    known = truth.song.title not in tolerance.unknowable
    least = truth.seconds - tolerance.short if known else 0.0
    most = truth.seconds + tolerance.over
    wrong: list[str] = []
    if not least <= each.seconds <= most:
        wrong.append(f"{_told(truth)}: captured {each.seconds:.2f} s")
    if truth.seconds < NO_TRACE_S - tolerance.over:
        wrong.append(f"{_told(truth)}: left {each}")
    required = min(truth.song.length_s / 2, ENOUGH_S)
    if (least > required and each.counted != 1) or (most < required and each.counted):
        wrong.append(f"{_told(truth)}: is {each.counted} listens, {required:.1f} s are needed")
    return wrong
