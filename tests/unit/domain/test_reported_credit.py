"""What two reports of a client earn."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.reporting import moment

from scrobbled.domain.credit import Irregularity, Tally
from scrobbled.domain.observation import Habits, Observation, PlayerState, TrackInfo
from scrobbled.domain.reported_credit import ReportedCredit

CREDIT = ReportedCredit()
TRACK = TrackInfo(uri="a", title="A", duration_s=200.0)


def seen(
    at_s: float,
    position_s: float | None,
    state: PlayerState = PlayerState.PLAYING,
    *,
    reports: bool = True,
    track: TrackInfo = TRACK,
) -> Observation:
    """One report."""
    return Observation(
        player="",
        state=state,
        at=moment(at_s),
        track=track,
        position_s=position_s,
        habits=Habits(reports=reports),
    )


def opened(first: Observation) -> Tally:
    """The tally of a play that begins there."""
    return CREDIT.open(first, head_s=0.0, follows=False)


@pytest.mark.parametrize(
    ("position_s", "earned_s", "why"),
    [
        (20.0, 10.0, None),
        (20.6, 10.0, None),
        (19.2, 9.2, None),
        (23.5, 10.0, None),
        (60.0, 10.0, Irregularity.SEEK),
        (2.0, 10.0, Irregularity.SEEK),
        (14.0, 4.0, Irregularity.STALL),
        (10.0, 0.0, Irregularity.STALL),
        (None, 10.0, None),
    ],
)
def test_a_step_of_ten_seconds(
    position_s: float | None, earned_s: float, why: Irregularity | None
) -> None:
    """Steady play, wobbling, a little ahead, seeks, stalls, and no position at all."""
    before = seen(0, 10.0)

    credited = CREDIT.step(opened(before), before, seen(10, position_s))

    assert credited.tally.played_s == pytest.approx(earned_s)
    assert credited.irregularity is why


def test_a_seek_after_a_long_silence_earns_one_report() -> None:
    """Nobody knows what was heard in between."""
    before = seen(0, 10.0)

    credited = CREDIT.step(opened(before), before, seen(100, 190.0))

    assert credited.tally.played_s == 15.0


@pytest.mark.parametrize(
    ("position_s", "earned_s"), [(50.0, 0.0), (54.0, 4.0), (90.0, 15.0), (20.0, 0.0), (None, 0.0)]
)
def test_a_step_out_of_a_pause(position_s: float | None, earned_s: float) -> None:
    """What was resumed before the report is credited, within the time of one report."""
    before = seen(0, 50.0, PlayerState.PAUSED)

    credited = CREDIT.step(opened(before), before, seen(60, position_s))

    assert credited.tally.played_s == earned_s


@pytest.mark.parametrize(
    ("position_s", "earned_s"),
    [(130.0, 120.0), (15.0, 5.0), (8.0, 0.0), (139.0, 120.0), (None, 15.0)],
)
def test_a_gap(position_s: float | None, earned_s: float) -> None:
    """After two minutes without a report it is found on, or almost where it was."""
    before = seen(0, 10.0)

    bridged = CREDIT.bridge(opened(before), before, seen(120, position_s), None)

    assert bridged is not None
    assert bridged.played_s == pytest.approx(earned_s)


def test_a_gap_with_a_far_jump_ahead_earns_one_report() -> None:
    """The position is beyond what the clock allows."""
    before = seen(0, 10.0)

    bridged = CREDIT.bridge(opened(before), before, seen(61, 190.0), None)

    assert bridged is not None
    assert bridged.played_s == 15.0


def test_a_gap_after_which_it_is_further_back_is_another_play() -> None:
    """The play must have ended in between."""
    before = seen(0, 100.0)

    assert CREDIT.bridge(opened(before), before, seen(120, 30.0), None) is None


@pytest.mark.parametrize(
    ("reports", "told", "natural", "earned_s"),
    [
        (True, True, False, 100.0),
        (True, False, False, 15.0),
        (True, False, True, 100.0),
        (False, False, False, 100.0),
    ],
)
def test_the_tail(*, reports: bool, told: bool, natural: bool, earned_s: float) -> None:
    """Only of a client that reports, and did not say that it stopped, is silence a doubt."""
    last = seen(0, 20.0, reports=reports)

    tally = CREDIT.end(opened(last), last, moment(100), playtime_s=None, natural=natural, told=told)

    assert tally.played_s == earned_s


def test_the_tail_ends_with_the_track() -> None:
    """By its position, or by what was credited where that is not known."""
    placed = seen(0, 180.0)
    unplaced = replace(placed, position_s=None)
    tally = replace(opened(unplaced), played_s=190.0)

    by_place = CREDIT.end(opened(placed), placed, moment(100), playtime_s=None, natural=False)
    by_tally = CREDIT.end(tally, unplaced, moment(100), playtime_s=None, natural=False)

    assert by_place.played_s == 20.0
    assert by_tally.played_s == 200.0


def test_the_tail_after_a_seek_back_ends_with_the_track_as_well() -> None:
    """A play may have sounded for longer than its track is; where it is tells what is left."""
    last = seen(0, 150.0)
    tally = replace(opened(last), played_s=230.0)

    ended = CREDIT.end(tally, last, moment(10), playtime_s=None, natural=False)

    assert ended.played_s == 240.0


def test_a_paused_play_has_no_tail() -> None:
    """It stood still."""
    last = seen(0, 20.0, PlayerState.PAUSED)
    tally = opened(last)

    assert CREDIT.end(tally, last, moment(100), playtime_s=None, natural=False) == tally


def test_without_a_length_the_clock_is_all() -> None:
    """A client of unknown position, a track of unknown length."""
    last = seen(0, None, track=replace(TRACK, duration_s=None))

    tally = CREDIT.end(opened(last), last, moment(100), playtime_s=None, natural=False)

    assert tally.played_s == 100.0
    assert not CREDIT.reached_end(tally, last, seen(100, None))


@pytest.mark.parametrize(
    ("after_s", "reports", "reached"),
    [
        (14.0, True, False),
        (16.0, True, True),
        (44.0, True, True),
        (46.0, True, False),
        (500.0, False, True),
    ],
)
def test_when_a_track_reached_its_end(after_s: float, *, reports: bool, reached: bool) -> None:
    """A client that reports, and was silent for much longer, had stopped somewhere."""
    last = seen(0, 180.0, reports=reports)

    assert CREDIT.reached_end(opened(last), last, seen(after_s, 0.0)) == reached


@given(
    st.lists(
        st.tuples(
            st.floats(0, 400),
            st.one_of(st.none(), st.floats(0, 220)),
            st.sampled_from([PlayerState.PLAYING, PlayerState.PAUSED]),
        ),
        max_size=30,
    )
)
def test_the_sum_never_exceeds_the_clock(
    steps: list[tuple[float, float | None, PlayerState]],
) -> None:
    """Whatever is reported, and no step takes anything away."""
    before = seen(0, 0.0)
    tally, at_s = opened(before), 0.0
    for wait_s, position_s, state in steps:
        at_s += wait_s
        now = seen(at_s, position_s, state)
        credited = CREDIT.step(tally, before, now).tally
        assert tally.played_s - 1e-9 <= credited.played_s <= at_s + 1e-6
        tally, before = credited, now
