"""What of a song really sounded: pauses, seeks, stalls, tags and clocks."""

from dataclasses import replace

import pytest
from tests.unit.domain.virtual_player import VirtualPlayer, song
from tests.unit.domain.watched import Watched, exact, playing

from scrobbled.domain.counting import CountingRules


def test_seek_over_the_middle() -> None:
    """What a seek leaves out is not heard, however far the position got (row 4)."""
    watched = playing(20)

    watched.run(3)
    watched.player.seek(16)
    watched.run(10)

    assert watched.summary == ["p A 7.0 finished"]
    assert watched.plays[0].seeks == 1
    assert watched.plays[0].notes[0].text == "seek to 16.0 s, last seen at 0.0 s"
    exact(watched)


def test_rewind_before_it_counts() -> None:
    """Going back to the start before half is a seek within one play (row 5)."""
    watched = playing(20)

    watched.run(6)
    watched.player.seek(0)
    watched.run(5)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 11.0 stopped"]
    exact(watched)


def test_rewind_after_it_counted() -> None:
    """Going back to the start after half begins another play (row 6)."""
    watched = playing(20)

    watched.run(12)
    watched.player.seek(0)
    watched.run(12)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 12.0 restarted", "P A 12.0 stopped"]
    exact(watched)


def test_rewind_a_little_after_it_counted() -> None:
    """Going back a little is a seek, and the play stays one (row 7)."""
    watched = playing(20)

    watched.run(12)
    watched.player.seek(7)
    watched.run(15)

    assert watched.summary == ["P A 25.0 finished"]
    exact(watched)


def test_rewind_to_two_seconds_is_one_listen() -> None:
    """A song rewound from 24 s of 40 s to 2 s and heard to its end counts once."""
    watched = playing(40)

    watched.run(24)
    watched.player.seek(2)
    watched.run(40)

    assert watched.summary == ["P A 62.0 finished"]
    exact(watched)


@pytest.mark.parametrize(
    ("before_s", "paused_s", "after_s", "summary"),
    [(8, 6, 1, "p A 9.0 stopped"), (6, 2, 5, "P A 11.0 stopped")],
)
def test_pause(before_s: float, paused_s: float, after_s: float, summary: str) -> None:
    """A pause is not heard (rows 8, 9)."""
    watched = playing(20)

    watched.run(before_s)
    watched.player.pause()
    watched.run(paused_s)
    watched.player.resume()
    watched.run(after_s)
    watched.player.stop()
    watched.run(1)

    assert [summary] == watched.summary
    assert paused_s == pytest.approx(watched.plays[0].paused_s, abs=0.05)
    exact(watched)


def test_seek_while_paused() -> None:
    """A seek during a pause earns nothing (row 10)."""
    watched = playing(20)

    watched.run(3)
    watched.player.pause()
    watched.run(4)
    watched.player.seek(15)
    watched.run(4)
    watched.player.resume()
    watched.run(2)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 5.0 stopped"]
    assert watched.plays[0].seeks == 1
    exact(watched)


def test_frozen_output() -> None:
    """A player that says it plays while nothing sounds earns nothing (row 31)."""
    watched = playing(20, 20)

    watched.run(4)
    watched.player.freeze()
    watched.run(12)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 4.0 stopped"]


def test_frozen_output_for_an_hour() -> None:
    """Heartbeats do not add up to a play, nor does a skip out of it look like its end (row 31)."""
    watched = playing(20, 20)

    watched.run(4)
    watched.player.freeze()
    watched.run(3600)
    watched.player.next()
    watched.player.thaw()
    watched.run(25)

    assert watched.summary == ["p A 4.0 skipped", "P B 20.0 finished"]


def test_frozen_output_that_comes_back() -> None:
    """What sounded before and after a stall is one play, told with the stall."""
    watched = playing(200)

    watched.run(30)
    watched.player.freeze()
    watched.run(100)
    watched.player.thaw()
    watched.run(180)

    assert watched.summary == ["P A 200.0 finished"]
    assert any("the sound stood still" in note.text for note in watched.plays[0].notes)
    exact(watched)


def test_player_that_is_suspended() -> None:
    """A process that was stopped for 8 s earns no more than its position tells (row 32)."""
    watched = playing(20, 20)

    watched.run(4)
    watched.player.frozen = True
    watched.blocked = True
    watched.run(8)
    watched.player.frozen = False
    watched.blocked = False
    watched.run(3)
    watched.player.pause()
    watched.run(1)

    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=0.05) == 7.0

    watched.player.resume()
    watched.run(14)

    assert watched.summary == ["P A 20.0 finished"]
    exact(watched)


def test_tags_edited_in_mid_song() -> None:
    """New tags win and the old ones are kept with the play (row 37)."""
    watched = playing(20)

    watched.run(8)
    watched.player.retag("a.flac", title="Better", artists=("One", "Two"))
    watched.run(13)

    assert watched.summary == ["P Better 20.0 finished"]
    assert watched.plays[0].track.artists == ("One", "Two")
    assert [tags.title for tags in watched.plays[0].earlier_tags] == ["A"]


def test_only_the_latest_tags_are_kept() -> None:
    """A file that is retagged over and over keeps its last five older versions."""
    watched = playing(20)

    for number in range(8):
        watched.player.retag("a.flac", title=f"Take {number}")
        watched.run(2)
    watched.run(5)

    titles = [tags.title for tags in watched.plays[0].earlier_tags]
    assert [f"Take {number}" for number in range(2, 7)] == titles


def test_untagged_file() -> None:
    """A file without tags counts under its name (row 40)."""
    watched = Watched()
    watched.player.add([song("noise", 6, title="")])
    watched.player.play(0)

    watched.run(7)

    assert [play.track.uri for play in watched.counted] == ["noise.flac"]


@pytest.mark.parametrize(("length_s", "counts"), [(29.0, False), (30.0, True)])
def test_shortest_track_that_counts(*, length_s: float, counts: bool) -> None:
    """A track of 30 s counts, one of 29 s does not (row 43)."""
    player = VirtualPlayer()
    watched = Watched(player, counting=CountingRules())
    player.add([song("a", length_s)])
    player.play(0)

    watched.run(31)

    assert [counts] == [play.verdict.counts for play in watched.plays]
    assert length_s == pytest.approx(watched.plays[0].played_s, abs=0.05)


def test_long_track_counts_after_four_minutes() -> None:
    """A track of ten minutes counts once, from its fourth minute on (row 44)."""
    watched = playing(600)

    watched.run(239)

    assert watched.open is not None
    assert watched.open.counted_at_s is None

    watched.run(1.2)

    assert watched.open.counted_at_s is not None

    watched.run(400)

    assert watched.summary == ["P A 600.0 finished"]
    counted_at_s = watched.plays[0].counted_at_s or 0.0
    assert pytest.approx(counted_at_s - watched.plays[0].started_at_s, abs=0.2) == 240.0


def test_length_that_is_told_late() -> None:
    """A length that becomes known decides what is needed from then on (row 45)."""
    watched = Watched()
    watched.player.add([song("a", None)])
    watched.player.lengths["a.flac"] = 20.0
    watched.player.play(0)

    watched.run(2)
    watched.player.retag("a.flac", duration_s=20.0)
    watched.run(9)

    assert watched.open is not None
    assert watched.open.counted_at_s is not None
    assert watched.open.earlier_tags == ()

    watched.run(10)

    assert watched.summary == ["P A 20.0 finished"]


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_wall_clock_set_in_mid_song(jump_s: float) -> None:
    """A wall clock that jumps changes neither the seconds nor the start (row 47)."""
    watched = playing(20)
    started_at_s = watched.player.moment().wall_s

    watched.run(8)
    watched.player.jump_wall(jump_s)
    watched.run(13)

    (play,) = watched.plays
    assert watched.summary == ["P A 20.0 finished"]
    assert started_at_s == pytest.approx(play.started_at_s, abs=0.1)
    assert play.ended_at_s >= play.started_at_s + 20.0


def test_host_that_sleeps_in_mid_song() -> None:
    """The hours of a suspended host are not heard (T18)."""
    watched = playing(20)

    watched.run(8)
    watched.player.suspend(8 * 3600.0)
    watched.run(13)

    assert watched.summary == ["P A 20.0 finished"]
    exact(watched)


def test_rewind_while_paused_after_it_counted() -> None:
    """A counted play that is rewound during a pause is over; what is resumed is another."""
    watched = playing(20)

    watched.run(12)
    watched.player.pause()
    watched.run(5)
    watched.player.seek(0)
    watched.run(5)
    watched.player.resume()
    watched.run(21)

    assert watched.summary == ["P A 12.0 restarted", "P A 20.0 finished"]
    exact(watched)


@pytest.mark.parametrize(("seeks", "most_s"), [(0, 4.0), (20, 8.6)])
def test_song_that_fell_silent_near_its_end(seeks: int, most_s: float) -> None:
    """A song left after it had fallen silent is credited a few seconds at the most (limits)."""
    watched = playing(60, 20)

    for _ in range(seeks):
        watched.run(1)
        watched.player.seek(1)
    watched.player.seek(20)
    watched.run(33)
    watched.player.freeze()
    watched.run(14)
    watched.player.next()
    watched.player.thaw()
    watched.run(5)

    assert watched.excess_s(watched.plays[0]) <= most_s


@pytest.mark.parametrize("counts_audio", [True, False])
def test_short_song_in_a_frozen_player(*, counts_audio: bool) -> None:
    """A song of two seconds that stands at its start neither loops nor begins again."""
    watched = playing(2, counts_audio=counts_audio)

    watched.player.freeze()
    watched.run(60)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == []


def test_look_without_a_position() -> None:
    """A look at which the player does not tell its position leaves the clock to count."""
    watched = playing(60)

    watched.run(10)
    watched.take(replace(watched.player.look(), position_s=None))
    watched.run(10)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 20.0 stopped"]


def test_small_step_back_near_the_end_of_a_short_song() -> None:
    """A song of two seconds that is moved back a little just before its end has not looped.

    Of the 2.3 s heard 0.3 s are missed: so small a step is not told from jitter.
    """
    watched = playing(2)

    watched.run(1.7)
    watched.player.add([])
    watched.notice()
    watched.player.seek(1.4)
    watched.run(2)

    assert watched.summary == ["P A 2.0 finished"]


def test_rewind_to_just_after_the_start() -> None:
    """The second play of a rewound song is not credited what lies before the place sought."""
    watched = playing(20)

    watched.run(12)
    watched.player.add([])
    watched.notice()
    watched.player.seek(0.9)
    watched.run(2)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 12.0 restarted", "p A 2.0 stopped"]


def test_length_that_grows_after_the_play_counted() -> None:
    """A play that no longer counts by what is known at its end has no time when it did."""
    watched = playing(20)

    watched.run(12)
    watched.player.retag("a.flac", duration_s=200.0)
    watched.run(1)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 13.0 stopped"]
    assert watched.plays[0].counted_at_s is None
