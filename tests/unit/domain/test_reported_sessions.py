"""Plays of clients that report by themselves, through the machine that all players share."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.reporting import BEGAN_S, Reporting

from scrobbled.domain.observation import Habits, PlayerState
from scrobbled.domain.play import Certainty
from scrobbled.domain.session import now_playing

ONLY_ENDS = Habits(reports=False)
NO_POSITIONS = Habits(positions=False)


def test_a_song_that_is_played_to_its_end() -> None:
    """Start, reports every ten seconds, a stop at the end."""
    client = Reporting()
    client.start(0)
    client.goes_on(0.2, 170)
    client.stop(173, position_s=173)

    (play,) = client.plays
    assert client.summary == ["P A 173 finished"]
    assert play.certainty is Certainty.HIGH
    assert play.started_at_s == BEGAN_S


def test_a_skip_is_no_listen() -> None:
    """What the last word says was heard is credited, and no more."""
    client = Reporting()
    client.start(0)
    client.goes_on(0.2, 30)
    client.stop(34.5, position_s=34.5)

    assert client.summary == ["p A 34 stopped"]


def test_a_stop_without_position() -> None:
    """The clock tells how long it went on after the last report."""
    client = Reporting(habits=ONLY_ENDS)
    client.start(0)
    client.stop(100)

    assert client.summary == ["P A 100 stopped"]
    assert client.plays[0].certainty is Certainty.MEDIUM


def test_a_stop_without_position_earns_no_more_than_the_rest() -> None:
    """A client that says late that it is over."""
    client = Reporting(habits=ONLY_ENDS)
    client.start(0)
    client.stop(250)

    assert client.summary == ["P A 173 finished"]


def test_double_stops_vanish() -> None:
    """The second says nothing new."""
    client = Reporting()
    client.start(0)
    client.goes_on(0.2, 100)
    client.stop(101, position_s=101)
    client.stop(101.07, position_s=101)
    client.stop(130)

    assert client.summary == ["P A 101 stopped"]


def test_flaps_vanish() -> None:
    """Start, stop, start, stop, start within two seconds is one play."""
    client = Reporting()
    client.start(0)
    client.stop(0.4, position_s=0.3)
    client.start(0.8)
    client.stop(1.4, position_s=0.5)
    client.start(2)
    client.goes_on(2.2, 170)
    client.stop(175, position_s=172.9)

    assert client.summary == ["P A 173 finished"]


def test_a_second_start_of_the_same_moment_is_the_same_play() -> None:
    """Some clients say twice that they begin."""
    client = Reporting()
    client.start(0)
    client.start(3, position_s=2.9)
    client.goes_on(4, 100, position_s=4)
    client.stop(101, position_s=101)

    assert client.summary == ["P A 101 stopped"]


def test_a_start_in_mid_song_is_a_reconnection() -> None:
    """The client says again that it begins, where it is."""
    client = Reporting()
    client.start(0)
    client.goes_on(0.2, 60)
    client.start(64, position_s=64)
    client.goes_on(65, 170, position_s=65)
    client.stop(173, position_s=173)

    assert client.summary == ["P A 173 finished"]


def test_repeat_of_one_song_by_stop_and_start() -> None:
    """As jellyfin-web does it: two plays."""
    client = Reporting()
    for began_s in (0.0, 173.5):
        client.start(began_s)
        client.goes_on(began_s + 0.2, began_s + 170)
        client.stop(began_s + 173, position_s=173)

    assert client.summary == ["P A 173 finished"] * 2


def test_repeat_of_one_song_by_wrapping() -> None:
    """As other clients do it: the position falls back to the start."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 170)
    client.goes_on(180, 340, position_s=7)
    client.stop(345, position_s=172)

    assert client.summary == ["P A 173 finished", "P A 172 finished"]
    assert client.plays[1].started_at_s == pytest.approx(BEGAN_S + 173, abs=0.1)


def test_repeat_of_one_song_by_starts_alone() -> None:
    """A client that says nothing but that it begins."""
    client = Reporting(habits=ONLY_ENDS)
    client.start(0)
    client.start(175)
    client.start(350)

    assert client.summary == ["P A 173 finished"] * 2


def test_a_counted_play_that_is_begun_anew() -> None:
    """Back to the start by hand, after it had counted: another play."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 100)
    client.start(105)
    client.goes_on(106, 200, position_s=1)
    client.stop(204, position_s=99)

    assert client.summary == ["P A 105 restarted", "P A 99 stopped"]


def test_a_song_that_is_begun_anew_before_it_counted() -> None:
    """A client that tells positions, and says that it begins, is not where it was."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 60)
    client.start(90)
    client.goes_on(91, 260, position_s=1)
    client.stop(263, position_s=173)

    assert client.summary == ["p A 75 restarted", "P A 173 finished"]


def test_a_client_without_positions_that_says_again_that_it_begins() -> None:
    """It may be back after a disturbance: the play goes on."""
    client = Reporting(habits=Habits(reports=True, positions=False))
    client.start(0)
    client.report(10, "a", None)
    client.start(20)
    client.stop(60)

    assert client.summary == ["p A 60 stopped"]


def test_a_song_whose_beginning_nobody_told() -> None:
    """It followed on the one before at once, even if the first report was quicker than the stop."""
    client = Reporting()
    client.start(0, "b")
    client.goes_on(0, 60, "b")
    client.stop(60.05, "b", position_s=60)
    client.report(70, "a", 10.0)
    client.goes_on(80, 120, position_s=20)
    client.stop(122, position_s=62)

    assert client.summary == ["p B 60 stopped", "p A 62 stopped"]
    assert client.plays[1].started_at_s == BEGAN_S + 60


def test_the_next_song_without_a_stop() -> None:
    """The older play is over when it is not heard of again; it ended when the next began."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 170)
    client.start(173, "b")
    client.goes_on(174, 250, "b", position_s=1)

    assert client.summary == ["P A 173 finished"]
    assert client.plays[0].ended_at_s == BEGAN_S + 173
    assert client.open_items == ["b"]


def test_a_skip_without_a_stop() -> None:
    """A client that reports is credited what lies between its last report and the next song."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    client.start(47, "b")
    client.goes_on(48, 80, "b", position_s=1)

    assert client.summary == ["p A 47 skipped"]
    assert client.plays[0].certainty is Certainty.MEDIUM


def test_a_silence_before_the_next_song_earns_no_more_than_a_report() -> None:
    """Who reports would have said that it played on."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    client.start(120, "b")

    assert client.summary == ["p A 55 skipped"]


def test_a_client_that_only_begins_songs() -> None:
    """The clock is all there is, within the length; the certainty is low."""
    client = Reporting(habits=ONLY_ENDS)
    client.start(0)
    client.start(173, "b")
    client.start(263, "c")
    client.start(600, "d")

    assert client.summary == ["P A 173 finished", "P B 90 skipped", "P C 173 finished"]
    assert {play.certainty for play in client.plays} == {Certainty.LOW}


def test_two_tabs_interleave() -> None:
    """Both are credited what they sounded, nothing is lost or begun twice."""
    client = Reporting()
    client.start(0, "a")
    client.start(4, "b")
    for at_s in range(10, 170, 10):
        client.report(at_s, "a", at_s)
        client.report(at_s + 4, "b", at_s)
    client.stop(173, "a", 173)
    client.stop(177, "b", 173)

    assert client.summary == ["P A 173 finished", "P B 173 finished"]


def test_no_more_than_three_are_open() -> None:
    """A fourth ends the one that was silent for longest."""
    client = Reporting()
    for number, item in enumerate("abcd"):
        client.start(number * 5.0, item)

    assert client.open_items == ["d", "c", "b"]
    assert client.summary == ["p A 5 skipped"]


def test_a_stop_that_comes_after_the_next_start() -> None:
    """It closes its own play, and leaves the other one alone."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 170)
    client.start(172.9, "b")
    client.stop(173.1, "a", 173)
    client.goes_on(174, 260, "b", position_s=1)
    client.stop(262, "b", 89)

    assert client.summary == ["P A 173 finished", "P B 89 stopped"]


def test_an_idle_stop_earns_nothing() -> None:
    """A client that crashed at 0:40 was heard for 40 seconds, whatever the server made up."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    client.idle(492)
    client.sweep(3641)

    assert client.summary == ["p A 40 idle"]
    assert client.plays[0].certainty is Certainty.MEDIUM


def test_an_idle_stop_only_suspends() -> None:
    """The play goes on when the client is heard of again."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    client.pause(41, 41)
    client.idle(400)
    shown = now_playing(client.session, client.counting)
    client.report(1800, "a", 41)
    client.goes_on(1810, 1930, position_s=51)
    client.stop(1932, position_s=173)

    assert shown is not None
    assert shown.paused
    assert client.summary == ["P A 173 finished"]


def test_a_song_that_begins_after_an_idle_stop() -> None:
    """The suspended one ended with its last report."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    client.idle(492)
    client.start(900, "b")

    assert client.summary == ["p A 40 idle"]


def test_the_same_song_begun_anew_after_an_idle_stop() -> None:
    """It is another play, even if the first had counted."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 100)
    client.idle(492)
    client.start(900)
    client.goes_on(901, 1000, position_s=1)
    client.stop(1001, position_s=101)

    assert client.summary == ["P A 100 idle", "P A 101 stopped"]


def test_a_pause_of_hours() -> None:
    """One listen, however long: the rest takes it up again and does not count."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 100)
    client.pause(101, 101)
    client.idle(440)
    client.sweep(3800)
    client.idle(8000)
    client.report(9000, "a", 101)
    client.goes_on(9010, 9070, position_s=111)
    client.stop(9072, position_s=173)

    first, second = client.plays
    assert client.summary == ["P A 101 paused_too_long", "p A 72 finished"]
    assert second.continues == first.play_uid


def test_a_pause_of_hours_that_ends_with_reports_that_name_nothing() -> None:
    """The item is the same: the rest takes the play up again."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 100)
    client.pause(100, 100)
    client.sweep(4000)
    client.names = False
    client.report(10_000, "a", 100.0)
    client.goes_on(10_010, 10_070, position_s=110)
    client.names = True
    client.stop(10_073, position_s=173)

    assert [play.continues for play in client.plays] == [None, client.plays[0].play_uid]
    assert client.summary == ["P A 100 paused_too_long", "p A 73 finished"]


def test_the_servers_own_guesses_earn_nothing() -> None:
    """It goes on to guess after a client has crashed, up to the end of the song."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 40)
    for at_s in range(41, 172):
        client.estimate(at_s, "a", at_s)
    client.idle(400)
    client.sweep(3700)

    assert client.summary == ["p A 40 idle"]


def test_a_guess_opens_what_nobody_said_began() -> None:
    """The start was missed; what lies before the guess earns nothing, and certainty is low."""
    client = Reporting(habits=ONLY_ENDS)
    client.estimate(100, "a", 20)
    client.stop(200, position_s=120)

    (play,) = client.plays
    assert client.summary == ["P A 100 stopped"]
    assert play.certainty is Certainty.LOW
    assert play.started_at_s == BEGAN_S + 80


def test_a_guess_that_comes_after_the_stop_opens_nothing() -> None:
    """It was made before."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 100)
    client.stop(101, position_s=101)
    client.estimate(101.5, "a", 101.5)

    assert client.open_items == []


def test_positions_that_are_never_told() -> None:
    """The clock tells, and never more than the song is long."""
    client = Reporting(habits=NO_POSITIONS)
    client.start(0)
    for at_s in range(10, 180, 10):
        client.report(at_s, "a", None)
    client.stop(400)

    assert client.summary == ["P A 173 stopped"]


def test_a_position_that_stands_still_earns_nothing() -> None:
    """It buffers, or hangs."""
    client = Reporting()
    client.start(0)
    for at_s in range(10, 300, 10):
        client.report(at_s, "a", 5.0)
    client.stop(301, position_s=5.0)

    assert client.summary == ["p A 5 stopped"]


def test_seeks_earn_no_more_than_the_clock() -> None:
    """A hundred small ones forward: what was heard is what the clock says."""
    client = Reporting(lengths={"a": 2000.0})
    client.start(0)
    for number in range(1, 101):
        client.report(number * 5.0, "a", number * 15.0)
    client.stop(501, position_s=1501)

    assert client.plays[0].played_s <= 501
    assert client.plays[0].seeks == 100


def test_a_seek_to_the_end_is_no_listen() -> None:
    """The position is at the end, but nothing of it was heard."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 20)
    client.report(21, "a", 165)
    client.stop(29, position_s=173)

    assert client.summary == ["p A 29 finished"]


def test_silence_closes_in_the_end() -> None:
    """A client that never said more is closed after an hour, with what it had proved."""
    client = Reporting()
    client.start(0)
    client.goes_on(0, 90)
    client.sweep(3600)
    still_open = client.open_items
    client.sweep(3691)

    assert still_open == ["a"]
    assert client.summary == ["P A 90 lost"]


def test_a_report_that_names_nothing_keeps_the_names() -> None:
    """Minimal bodies name the item alone."""
    client = Reporting()
    client.start(0)
    client.names = False
    client.goes_on(0, 100)
    client.stop(101, position_s=101)

    assert client.summary == ["P A 101 stopped"]
    assert client.plays[0].earlier_tags == ()


def test_a_stop_of_what_was_never_seen() -> None:
    """It is no play: nothing of it was witnessed."""
    client = Reporting()
    client.stop(100, position_s=100)
    client.start(200, "b")
    client.stop(210, "c", 99)

    assert client.plays == []
    assert client.open_items == ["b"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "report", "pause", "stop", "idle", "estimate", "sweep"]),
        st.floats(0, 400),
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.floats(0, 200)),
    ),
    max_size=40,
)


def _say(client: Reporting, what: str, at_s: float, item: str, position_s: float | None) -> None:
    match what:
        case "start":
            client.start(at_s, item, position_s)
        case "stop":
            client.stop(at_s, item, position_s)
        case "estimate":
            client.estimate(at_s, item, position_s or 0.0)
        case _:
            client.report(at_s, item, position_s)


@given(STEPS, st.booleans(), st.booleans())
def test_the_clock_bounds_whatever_is_said(
    steps: list[tuple[Any, ...]],
    reports: bool,  # noqa: FBT001 - drawn by chance
    positions: bool,  # noqa: FBT001 - drawn by chance
) -> None:
    """No order of reports earns a track more than the time since the report before its first.

    It may have begun just after that one.
    """
    client = Reporting(habits=Habits(reports, positions))
    at_s, first = 0.0, dict[str, float]()
    for what, wait_s, item, position_s in steps:
        first.setdefault(item, at_s)
        at_s += wait_s
        if what == "sweep":
            client.sweep(at_s)
        elif what == "pause":
            client.report(at_s, item, position_s, PlayerState.PAUSED)
        elif what == "idle":
            client.idle(at_s, item)
        else:
            _say(client, what, at_s, item, position_s)
    client.sweep(at_s + 10_000)

    assert client.open_items == []
    assert len({play.play_uid for play in client.plays}) == len(client.plays)
    for item, first_s in first.items():
        heard_s = sum(play.played_s for play in client.plays if play.track.uri == item)
        assert heard_s <= at_s - first_s + 1e-6
