"""What two looks at a player earn, figure by figure."""

from dataclasses import replace

import pytest

from scrobbled.domain.credit import Irregularity, Tally
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation, PlayerEvidence, PlayerState, TrackInfo
from scrobbled.domain.player_credit import PlayerCredit

CREDIT = PlayerCredit()
TRACK = TrackInfo(uri="song.flac", duration_s=200.0)


def seen(
    at_s: float,
    position_s: float | None,
    playtime_s: float | None = None,
    state: PlayerState = PlayerState.PLAYING,
    *,
    uptime_s: float | None = None,
    crossfade_s: float = 0.0,
) -> Observation:
    """What a player said at a time."""
    return Observation(
        player="",
        state=state,
        at=Moment(at_s, 1_760_000_000.0 + at_s, "boot"),
        entry_id="1",
        track=TRACK,
        position_s=position_s,
        evidence=PlayerEvidence(playtime_s=playtime_s, uptime_s=uptime_s, crossfade_s=crossfade_s),
    )


def opened(first: Observation, *, follows: bool = False) -> Tally:
    """The tally of a play first seen then."""
    return CREDIT.open(first, head_s=0.0, follows=follows)


@pytest.mark.parametrize(
    ("position_s", "playtime_s", "earned_s", "why"),
    [
        (10.0, None, 10.0, None),
        (9.2, None, 9.2, None),
        (10.8, None, 10.0, None),
        (60.0, None, 10.0, Irregularity.SEEK),
        (4.0, None, 4.0, Irregularity.STALL),
        (0.1, None, 0.0, Irregularity.STALL),
        (-5.0, None, 10.0, Irregularity.SEEK),
        (60.0, 10.0, 10.0, Irregularity.SEEK),
        (60.0, 3.0, 4.0, Irregularity.SEEK),
        (60.0, 0.0, 0.0, Irregularity.SEEK),
        (0.0, 10.0, 10.0, Irregularity.SEEK),
        (0.0, 1.0, 0.0, Irregularity.STALL),
        (4.0, 10.0, 10.0, Irregularity.SEEK),
        (4.0, 5.0, 4.0, Irregularity.STALL),
        (4.0, 2.0, 3.0, Irregularity.STALL),
    ],
)
def test_step_of_ten_seconds(
    position_s: float, playtime_s: float | None, earned_s: float, why: Irregularity | None
) -> None:
    """Steady play earns what position and clock share; a jump what the count of audio allows."""
    first = seen(0.0, 50.0, None if playtime_s is None else 100.0)
    counted_s = None if playtime_s is None else 100.0 + playtime_s
    step = CREDIT.step(opened(first), first, seen(10.0, 50.0 + position_s, counted_s))

    assert step.tally.played_s == pytest.approx(earned_s)
    assert step.irregularity is why


@pytest.mark.parametrize(("playtime_s", "earned_s"), [(None, 10.0), (3.0, 4.0)])
def test_step_to_an_unknown_position(playtime_s: float | None, earned_s: float) -> None:
    """Without a position the clock counts, and the count of audio bounds it."""
    first = seen(0.0, 50.0, None if playtime_s is None else 0.0)
    step = CREDIT.step(opened(first), first, seen(10.0, None, playtime_s))

    assert step.tally.played_s == earned_s
    assert step.irregularity is None

    onwards = CREDIT.step(step.tally, seen(10.0, 60.0), seen(15.0, 65.0))

    assert onwards.tally.played_s == earned_s


def test_jitter_does_not_add_up() -> None:
    """A position that comes a little late and a little early earns what it moved in all."""
    last = seen(0.0, 0.0)
    tally = opened(last)
    for number in range(1, 101):
        now = seen(float(number), number + (0.4 if number % 2 else -0.4))
        tally, last = CREDIT.step(tally, last, now).tally, now

    assert tally.played_s == pytest.approx(99.6, abs=0.5)


def test_hundred_small_seeks_earn_nothing_extra() -> None:
    """Seeks too small to be told from jitter do not earn more than the clock."""
    last = seen(0.0, 0.0)
    tally = opened(last)
    for number in range(1, 101):
        now = seen(float(number), number * 1.9)
        tally, last = CREDIT.step(tally, last, now).tally, now

    assert tally.played_s == pytest.approx(100.0)


def test_count_of_audio_bounds_all_jumps_together() -> None:
    """Many jumps may not each use the same seconds of the count of audio."""
    last = seen(0.0, 50.0, 0.0)
    tally = opened(last)
    for number in range(1, 41):
        now = seen(number * 1.2, 50.0 + 100.0 * (number % 2), float(number // 4))
        tally, last = CREDIT.step(tally, last, now).tally, now

    assert tally.played_s <= 11.0


@pytest.mark.parametrize(
    ("now", "earned_s", "why"),
    [
        (seen(10.0, 50.02, 100.0), 0.0, None),
        (seen(10.0, 53.0, 103.0), 3.0, None),
        (seen(10.0, 53.0), 0.0, Irregularity.SEEK),
        (seen(10.0, 90.0, 102.0), 2.0, Irregularity.SEEK),
        (seen(10.0, 90.0, 100.0, PlayerState.PAUSED), 0.0, Irregularity.SEEK),
        (seen(10.0, None, 100.0), 0.0, None),
    ],
)
def test_step_out_of_a_pause(now: Observation, earned_s: float, why: Irregularity | None) -> None:
    """A pause earns nothing, but what sounded between its end and the look does."""
    paused = seen(0.0, 50.0, 100.0, PlayerState.PAUSED)
    step = CREDIT.step(opened(paused), paused, now)

    assert step.tally.played_s == pytest.approx(earned_s)
    assert step.irregularity is why


def test_overlap_is_granted_once() -> None:
    """A crossfade is heard in both tracks; a later jump of the same size is a seek."""
    first = seen(0.0, 0.0, 100.0, crossfade_s=4.0)
    once = CREDIT.step(opened(first, follows=True), first, seen(3.0, 7.2, 103.0, crossfade_s=4.0))

    assert once.tally.played_s == pytest.approx(7.2)
    assert once.tally.overlap_s == pytest.approx(4.2)
    assert once.irregularity is None

    start = seen(3.0, 0.0, 103.0, crossfade_s=4.0)
    again = CREDIT.step(once.tally, start, seen(6.0, 7.2, 106.0, crossfade_s=4.0))

    assert again.tally.played_s == pytest.approx(10.2)
    assert again.irregularity is Irregularity.SEEK


@pytest.mark.parametrize(
    ("follows", "position_s", "crossfade_s"),
    [(False, 7.2, 4.0), (True, 7.2, 0.0), (True, 9.0, 4.0)],
)
def test_what_is_no_overlap(*, follows: bool, position_s: float, crossfade_s: float) -> None:
    """Without a track before, without a crossfade, or beyond it, a jump is a seek."""
    first = seen(0.0, 0.0, 100.0, crossfade_s=crossfade_s)
    now = seen(3.0, position_s, 103.0, crossfade_s=crossfade_s)
    step = CREDIT.step(opened(first, follows=follows), first, now)

    assert step.tally.played_s == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("now", "earned_s"),
    [
        (seen(20.0, 70.0, 120.0, uptime_s=120.0), 20.0),
        (seen(20.0, 63.0, 113.0, uptime_s=120.0), 13.0),
        (seen(20.0, 150.0, 119.0, uptime_s=120.0), 20.0),
        (seen(20.0, 50.0, 100.0, uptime_s=120.0), 0.0),
        (seen(20.0, 49.5, 110.0, uptime_s=120.0), 0.0),
        (seen(20.0, 65.0, None, uptime_s=120.0), 15.0),
        (seen(20.0, 40.0, 120.0, uptime_s=120.0), None),
        (seen(20.0, None, 120.0, uptime_s=120.0), None),
        (seen(300.0, 60.0, 400.0, uptime_s=400.0), None),
    ],
)
def test_bridge_in_one_run(now: Observation, earned_s: float | None) -> None:
    """A gap earns the least of clock, position and count of audio, or it parts two plays."""
    before = seen(0.0, 50.0, 100.0, uptime_s=100.0)
    tally = CREDIT.bridge(opened(before), before, now, None)

    assert (None if tally is None else tally.played_s) == earned_s


@pytest.mark.parametrize(
    ("at_s", "position_s", "lost_after_s", "earned_s"),
    [
        (20.0, 53.0, None, 3.0),
        (20.0, 56.0, None, None),
        (20.0, 58.0, 8.0, 8.0),
        (20.0, 52.0, 8.0, 8.0),
        (20.0, 64.0, 8.0, None),
        (590.0, 53.0, None, 3.0),
        (610.0, 53.0, None, None),
        (610.0, 63.0, 12.0, 13.0),
    ],
)
def test_bridge_to_another_run(
    at_s: float, position_s: float, lost_after_s: float | None, earned_s: float | None
) -> None:
    """A player that was started anew goes on with a play where it was left, within minutes."""
    before = seen(0.0, 50.0, 100.0, uptime_s=100.0)
    lost_at = None if lost_after_s is None else before.at.earlier_by(-lost_after_s)
    now = seen(at_s, position_s, 0.0, uptime_s=1.0)
    tally = CREDIT.bridge(opened(before), before, now, lost_at)

    assert (None if tally is None else tally.played_s) == earned_s


def test_bridge_to_another_run_that_has_played_on() -> None:
    """A new run may have come as far beyond the old one as it has counted of audio."""
    before = seen(0.0, 50.0, 100.0, uptime_s=100.0)
    lost_at = before.at.earlier_by(-8.0)
    reached = [
        CREDIT.bridge(opened(before), before, seen(60.0, position_s, 30.0, uptime_s=40.0), lost_at)
        for position_s in (92.0, 94.0)
    ]

    assert [None if tally is None else tally.played_s for tally in reached] == [42.0, None]


def test_bridge_of_a_track_without_length() -> None:
    """A track of unknown length can go on through any gap that position and count fit."""
    before = replace(seen(0.0, 50.0, 100.0), track=replace(TRACK, duration_s=None))
    again = replace(seen(900.0, 950.0, 1000.0), track=before.track)
    restarted = replace(seen(20.0, 58.0, 0.0), track=before.track)

    assert (CREDIT.bridge(opened(before), before, again, None) or opened(before)).played_s == 900.0

    tally = CREDIT.bridge(opened(before), before, restarted, before.at.earlier_by(-6.0))

    assert tally is not None
    assert tally.played_s == 8.0


@pytest.mark.parametrize(
    ("position_s", "passed_s", "playtime_s", "natural", "earned_s"),
    [
        (190.0, 10.0, 110.0, True, 10.0),
        (190.0, 9.0, 110.0, True, 9.0),
        (50.0, 10.0, 110.0, False, 10.0),
        (50.0, 10.0, 103.0, False, 4.0),
        (50.0, 10.0, 100.0, False, 0.0),
        (50.0, 10.0, None, False, 10.0),
        (195.0, 10.0, None, False, 5.0),
        (None, 10.0, None, False, 10.0),
        (None, 10.0, None, True, 10.0),
    ],
)
def test_end(
    *,
    position_s: float | None,
    passed_s: float,
    playtime_s: float | None,
    natural: bool,
    earned_s: float,
) -> None:
    """What sounded after the last look: the rest, or what clock and count of audio allow."""
    last = seen(0.0, position_s, 100.0)
    tally = CREDIT.end(
        opened(last),
        last,
        last.at.earlier_by(-passed_s),
        playtime_s=playtime_s,
        natural=natural,
    )

    assert tally.played_s == pytest.approx(earned_s)


def test_end_of_a_paused_play() -> None:
    """A pause earns nothing at the end either."""
    last = seen(0.0, 50.0, 100.0, PlayerState.PAUSED)
    tally = opened(last)

    assert CREDIT.end(tally, last, last.at.earlier_by(-9), playtime_s=109.0, natural=False) == tally


@pytest.mark.parametrize(
    ("position_s", "passed_s", "playtime_s", "reached"),
    [
        (190.0, 10.0, 10.0, True),
        (190.0, 8.6, 9.0, True),
        (190.0, 8.0, 9.0, False),
        (190.0, 10.0, 2.0, False),
        (150.0, 60.0, 0.0, False),
        (150.0, 60.0, None, True),
        (None, 60.0, 60.0, False),
    ],
)
def test_reached_end(
    *, position_s: float | None, passed_s: float, playtime_s: float | None, reached: bool
) -> None:
    """A track came to its end if the clock and the count of audio both allow it."""
    before = seen(0.0, position_s, None if playtime_s is None else 0.0)
    now = seen(passed_s, 0.0, playtime_s)

    assert CREDIT.reached_end(opened(before), before, now) == reached


def test_silent_player_does_not_reach_the_end() -> None:
    """Without a count of audio, a stall seen last says that the end was not reached."""
    first, last = seen(0.0, 190.0), seen(15.0, 190.0)
    tally = CREDIT.step(opened(first), first, last).tally

    assert tally.silent
    assert not CREDIT.reached_end(tally, last, seen(40.0, 0.0))
    assert CREDIT.end(tally, last, last.at.earlier_by(-9), playtime_s=None, natural=False) == tally


def test_count_of_audio_that_appears_later() -> None:
    """A count that the player did not give at first bounds what it can."""
    first = seen(0.0, 0.0)
    step = CREDIT.step(opened(first), seen(10.0, 10.0, 50.0), seen(20.0, 100.0, 55.0))

    assert step.tally.played_s == 6.0


@pytest.mark.parametrize(
    ("old", "new", "entry", "same"),
    [
        ((100.0, 100.0), (110.0, 110.0), "2", True),
        ((100.0, 100.0), (5.0, 110.0), "1", False),
        ((100.0, 100.0), (None, 5.0), "1", False),
        ((100.0, 100.0), (104.0, 104.0), "1", True),
        ((100.0, 100.0), (104.0, 104.0), "2", False),
        ((None, None), (None, None), "1", True),
        ((None, None), (None, None), "2", False),
        ((100.0, 100.0), (110.0, None), "1", True),
    ],
)
def test_same_run(
    old: tuple[float | None, float | None],
    new: tuple[float | None, float | None],
    entry: str,
    *,
    same: bool,
) -> None:
    """A player was started anew if its counts went back, or lag and its queue is another."""
    before = seen(0.0, 50.0, old[0], uptime_s=old[1])
    now = replace(seen(10.0, 60.0, new[0], uptime_s=new[1]), entry_id=entry)

    assert CREDIT.same_run(before, now) == same
