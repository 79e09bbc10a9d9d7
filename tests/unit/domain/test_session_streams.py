"""Radio: one connection, no length, titles that come and go."""

from dataclasses import replace

import pytest
from tests.unit.domain.virtual_player import VirtualPlayer
from tests.unit.domain.watched import COUNTING, Watched

from scrobbled.domain.counting import CountingRules, StreamCounting
from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import Certainty

URL = "http://radio.example/live"
STATION = TrackInfo(uri=URL, stream=True, station="Radio Test")
BY_TITLE = replace(COUNTING, stream_min_s=3.0)


def tuned_in(
    *titles: tuple[float, str | None], counting: CountingRules = BY_TITLE, ends_s: float = 1e9
) -> Watched:
    """A player that has just tuned in to a station with these titles."""
    player = VirtualPlayer(titles={URL: list(titles)}, stations={URL: ends_s})
    watched = Watched(player, counting=counting)
    player.add([STATION])
    player.play(0)
    watched.notice()
    return watched


def test_each_title_is_a_play() -> None:
    """Titles of five seconds count one by one (row 33)."""
    watched = tuned_in((0, "A"), (5, "B"), (10, "C"), (12, "D"), ends_s=20.0)

    watched.run(30)

    assert watched.summary == [
        "P A 5.0 title_changed",
        "P B 5.0 title_changed",
        "p C 2.0 title_changed",
        "P D 8.0 stopped",
    ]
    starts = [play.started_at_s - watched.plays[0].started_at_s for play in watched.plays]
    assert pytest.approx([0.0, 5.0, 10.0, 12.0], abs=0.05) == starts
    assert not any(play.joined_late for play in watched.plays)
    assert all(play.counted_at_s for play in watched.counted)


def test_title_that_crosses_the_threshold_as_it_ends_says_when() -> None:
    """A title that is found to count only when it changes still tells when it counted."""
    watched = tuned_in((0, "A"), (20, "B"), counting=replace(BY_TITLE, stream_min_s=19.0))

    watched.blocked = True
    watched.run(20.1)
    watched.blocked = False
    watched.notice()

    assert [play.verdict.counts for play in watched.plays] == [True]
    assert watched.plays[0].counted_at_s is not None


def test_stream_without_titles() -> None:
    """A station that announces nothing is one play that does not count by titles (row 34)."""
    watched = tuned_in()

    watched.run(500)
    watched.player.stop()
    watched.run(1)

    (play,) = watched.plays
    assert pytest.approx(play.played_s, abs=0.1) == 500.0
    assert not play.verdict.counts
    assert "no title" in play.verdict.reason
    assert play.track.station == "Radio Test"


def test_station_as_one_play() -> None:
    """With `streams: station` the whole time counts as one, whatever is announced (row 34)."""
    counting = replace(BY_TITLE, streams=StreamCounting.STATION, stream_min_s=60.0)
    watched = tuned_in((0, "A"), (30, "B"), (70, "C"), counting=counting)

    watched.run(100)
    watched.player.stop()
    watched.run(1)

    (play,) = watched.plays
    assert play.verdict.counts
    assert pytest.approx(play.played_s, abs=0.1) == 100.0
    assert play.track.title is None
    assert play.track.station == "Radio Test"


def test_streams_switched_off() -> None:
    """With `streams: off` titles are kept as skips."""
    counting = replace(BY_TITLE, streams=StreamCounting.OFF)
    watched = tuned_in((0, "A"), (30, "B"), counting=counting)

    watched.run(60)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 30.0 title_changed", "p B 30.0 stopped"]


def test_advert_gap() -> None:
    """An empty title between two equal ones changes nothing (row 35)."""
    watched = tuned_in((0, "A"), (5, None), (8, "A"), ends_s=12.0)

    watched.run(20)

    assert watched.summary == ["P A 12.0 stopped"]


def test_title_that_comes_a_moment_late() -> None:
    """The first title names what has played since the tuning in."""
    watched = tuned_in((2, "A"), ends_s=10.0)

    watched.run(20)

    assert watched.summary == ["P A 10.0 stopped"]


def test_title_after_a_long_silence() -> None:
    """A station that announces its first title late was untitled until then."""
    watched = tuned_in((30, "A"), ends_s=40.0)

    watched.run(50)

    assert watched.summary == ["p None 30.0 title_changed", "P A 10.0 stopped"]


def test_cut_over_a_change_of_title() -> None:
    """After a cut another title is another play, and nobody knows since when."""
    watched = tuned_in((0, "A"), (20, "B"), ends_s=60.0)

    watched.run(10)
    watched.lose_contact()
    watched.run(20)
    watched.reconnect()
    watched.run(40)

    first, second = watched.plays
    assert watched.summary == ["P A 10.0 title_changed", "P B 30.0 stopped"]
    assert Certainty.MEDIUM is first.certainty
    assert second.joined_late


def test_cut_within_a_title() -> None:
    """After a cut the same title goes on."""
    watched = tuned_in((0, "A"), ends_s=60.0)

    watched.run(10)
    watched.lose_contact()
    watched.run(20)
    watched.reconnect()
    watched.run(40)

    assert watched.summary == ["P A 60.0 stopped"]


def test_stream_joined_late() -> None:
    """A station that has been on for hours when first seen begins to be heard then."""
    player = VirtualPlayer(titles={URL: [(0, "A")]})
    player.add([STATION])
    player.play(0)
    player.pass_time(7200)
    now_s = player.moment().wall_s
    watched = Watched(player, counting=BY_TITLE)

    watched.run(10)
    player.stop()
    watched.run(1)

    (play,) = watched.plays
    assert now_s == pytest.approx(play.started_at_s)
    assert play.joined_late
    assert pytest.approx(play.played_s, abs=0.05) == 10.0


def test_title_that_changes_while_paused() -> None:
    """A title announced during a pause ends the play; the next begins when it sounds."""
    watched = tuned_in((0, "A"))

    watched.run(10)
    watched.player.pause()
    watched.run(5)
    watched.player.titles[URL].append((9.0, "B"))
    watched.player.tell()
    watched.run(5)
    watched.player.resume()
    watched.run(7)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 10.0 title_changed", "P B 7.0 stopped"]


def test_stream_whose_position_starts_over() -> None:
    """A connection that the player made anew does not make a second play of one title."""
    watched = tuned_in((0, "A"))

    watched.run(10)
    watched.player.position_s = 0.0
    watched.player.tell()
    watched.run(10)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 20.0 stopped"]
