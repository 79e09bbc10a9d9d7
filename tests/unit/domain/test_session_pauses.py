"""Plays that stand paused for too long, and those that take them up again."""

from dataclasses import replace

import pytest
from tests.unit.domain.virtual_player import VirtualPlayer, song
from tests.unit.domain.watched import COUNTING, Watched, rules_of

from scrobbled.domain.lifecycle import expire
from scrobbled.domain.play import ClosedBy
from scrobbled.domain.session import Session, Step, now_playing


def paused_at(at_s: float, length_s: float = 20.0) -> Watched:
    """A player that was paused in the first of two songs."""
    watched = Watched()
    watched.player.add([song("a", length_s), song("b", length_s)])
    watched.player.play(0)
    watched.run(at_s)
    watched.player.pause()
    watched.run(1)
    return watched


def test_pause_within_the_limit() -> None:
    """A pause just shorter than the limit leaves the play open."""
    watched = paused_at(12)

    watched.run(3590)
    watched.sweep()

    assert watched.open is not None
    assert watched.plays == []


def test_pause_beyond_the_limit() -> None:
    """A play that stands paused for an hour closes with what it had earned."""
    watched = paused_at(12)

    watched.run(3600)
    watched.sweep()

    (play,) = watched.plays
    assert watched.summary == ["P A 12.0 paused_too_long"]
    assert play.counted_at_s is not None
    assert watched.open is None


def test_counted_play_taken_up_again() -> None:
    """The continuation of a counted play never counts (decision 6)."""
    watched = paused_at(12)

    watched.run(4000)
    watched.sweep()
    watched.player.resume()
    watched.run(9)

    first, second = watched.plays
    assert watched.summary == ["P A 12.0 paused_too_long", "p A 8.0 finished"]
    assert first.play_uid == second.continues
    assert second.inherited_s == 0.0
    assert second.started_at_s > first.ended_at_s
    assert not second.joined_late


def test_uncounted_play_taken_up_again() -> None:
    """The continuation of an uncounted play counts with what was heard before (decision 6)."""
    watched = paused_at(6)

    watched.run(4000)
    watched.sweep()
    watched.player.resume()
    watched.run(15)

    first, second = watched.plays
    assert watched.summary == ["p A 6.0 paused_too_long", "P A 14.0 finished"]
    assert first.play_uid == second.continues
    assert pytest.approx(second.inherited_s, abs=0.05) == 6.0


def test_three_long_pauses_are_one_listen() -> None:
    """What is inherited is handed on, and a counted play stays counted, pause after pause."""
    watched = paused_at(4)

    for _ in range(3):
        watched.run(4000)
        watched.sweep()
        watched.player.resume()
        watched.run(4)
        watched.player.pause()
        watched.run(1)
    watched.run(4000)
    watched.sweep()

    assert [play.verdict.counts for play in watched.plays] == [False, False, True, False]
    assert pytest.approx([play.played_s for play in watched.plays], abs=0.1) == [4.0] * 4
    assert [play.continues for play in watched.plays] == [None, "play-1", "play-2", "play-3"]


def test_taken_up_at_another_place() -> None:
    """A play that is resumed elsewhere than where it was left is another play."""
    watched = paused_at(12, 200)

    watched.run(4000)
    watched.sweep()
    watched.player.seek(150)
    watched.run(1)
    watched.player.resume()
    watched.run(60)

    assert watched.plays[1].continues is None
    assert watched.summary == ["p A 12.0 paused_too_long", "p A 50.0 finished"]


def test_another_song_first() -> None:
    """After another song the first is no longer taken up."""
    watched = paused_at(12)

    watched.run(4000)
    watched.sweep()
    watched.player.next()
    watched.run(5)
    watched.player.play(0)
    watched.player.seek(12)
    watched.run(9)

    assert watched.plays[-1].continues is None


def test_stop_first() -> None:
    """After a stop the song, begun anew, is another play, however early it had been paused."""
    watched = paused_at(3, 6)

    watched.run(4000)
    watched.sweep()
    watched.player.stop()
    watched.run(5)
    watched.player.play(0)
    watched.run(7)

    assert watched.summary[:2] == ["P A 3.0 paused_too_long", "P A 6.0 finished"]


def test_events_during_the_pause_change_nothing() -> None:
    """What happens to the queue while a closed play stands paused does not end its memory."""
    watched = paused_at(12)

    watched.run(4000)
    watched.sweep()
    watched.player.add([song("c", 6)])
    watched.run(100)
    watched.player.resume()
    watched.run(3)

    assert watched.open is not None
    assert watched.open.continues == "play-1"


def test_short_paused_play_leaves_nothing_to_take_up() -> None:
    """A play too short to be kept is not continued."""
    watched = paused_at(0.5)

    watched.run(4000)
    watched.sweep()
    watched.player.resume()
    watched.run(20)

    assert watched.summary == ["P A 19.5 finished"]
    assert watched.plays[0].continues is None


def test_player_that_is_not_heard_of() -> None:
    """A play of which nothing is heard for an hour closes as lost."""
    watched = paused_at(12)
    watched.player.resume()
    watched.run(2)
    watched.die()
    watched.run(4000)

    watched.sweep()

    assert [play.closed_by for play in watched.plays] == [ClosedBy.LOST]


def test_tags_edited_during_the_pause() -> None:
    """A play whose title was edited meanwhile is not recognised, and so is another."""
    watched = paused_at(12)

    watched.run(4000)
    watched.sweep()
    watched.player.retag("a.flac", title="Other")
    watched.player.resume()
    watched.run(9)

    assert watched.plays[1].continues is None


def test_nothing_to_expire() -> None:
    """A player on which nothing is open has nothing to close."""
    at = VirtualPlayer().moment()

    assert Step(Session()) == expire(Session(), at, rules_of())


def test_resumed_without_a_sweep() -> None:
    """A pause of days that nobody closed is still the same play."""
    watched = paused_at(12)

    watched.run(200_000)
    watched.player.resume()
    watched.run(9)

    assert watched.summary == ["P A 20.0 finished"]


def test_now_playing() -> None:
    """What is shown as now playing tells when it will count, and when it has."""
    watched = paused_at(4)

    shown = now_playing(watched.session, COUNTING)

    assert shown is not None
    assert shown.paused
    assert pytest.approx(shown.counts_in_s, abs=0.05) == 6.0

    watched.player.resume()
    watched.run(7)
    shown = now_playing(watched.session, COUNTING)

    assert shown is not None
    assert shown.counts
    assert shown.counts_in_s is None

    watched.player.stop()
    watched.notice()

    assert now_playing(watched.session, COUNTING) is None


def test_now_playing_of_what_can_never_count() -> None:
    """A track that is too short has no time at which it will count."""
    watched = paused_at(4)

    shown = now_playing(watched.session, replace(COUNTING, min_length_s=30.0))

    assert shown is not None
    assert not shown.counts
    assert shown.counts_in_s is None


def test_resumed_at_an_unknown_place() -> None:
    """A play is not taken up again where the player does not tell its position."""
    watched = paused_at(12)

    watched.run(4000)
    watched.sweep()
    watched.player.resume()
    watched.take(replace(watched.player.look(), position_s=None))

    assert watched.open is not None
    assert watched.open.continues is None


def test_events_do_not_prolong_a_pause() -> None:
    """The limit runs from the pause, not from the last event in it."""
    watched = paused_at(12)

    watched.run(3000)
    watched.player.add([song("c", 6)])
    watched.run(700)
    watched.sweep()

    assert watched.summary == ["P A 12.0 paused_too_long"]


def test_counted_play_stays_counted_through_every_pause() -> None:
    """A continuation of a continuation of a counted play never counts, however long it is."""
    watched = paused_at(31, 60)

    for seconds in (5, 0):
        watched.run(4000)
        watched.sweep()
        watched.player.resume()
        watched.run(seconds)
        if seconds:
            watched.player.pause()
            watched.run(1)
    watched.player.seek(2)
    watched.run(59)

    assert [play.verdict.counts for play in watched.plays[:3]] == [True, False, False]
    assert watched.plays[2].played_s > 50.0
