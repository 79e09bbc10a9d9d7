"""Times in which the player could not be looked at, while it played on."""

import pytest
from tests.unit.domain.virtual_player import VirtualPlayer, song
from tests.unit.domain.watched import Watched, playing

from scrobbled.domain.lifecycle import abandon, lose
from scrobbled.domain.play import Certainty, ClosedBy
from scrobbled.domain.session import Session, Step


def test_lost_contact_credits_up_to_the_loss() -> None:
    """What sounded between the last look and the loss of contact is credited (T14)."""
    watched = playing(200)

    watched.run(25)
    watched.lose_contact()
    watched.run(100)
    watched.player.start_anew()
    watched.reconnect()

    assert watched.summary == ["p A 25.0 lost"]


def test_lost_contact_to_a_frozen_player_credits_nothing_more() -> None:
    """A player that stood still when it was last seen is not credited up to the loss."""
    watched = playing(200)

    watched.run(10)
    watched.player.freeze()
    watched.run(27)
    watched.lose_contact()
    watched.player.start_anew()
    watched.reconnect()

    assert watched.summary == ["p A 10.0 lost"]


def test_the_first_loss_of_an_outage_holds() -> None:
    """Later failures to reconnect do not move the moment when contact was lost (T11)."""
    watched = playing(200)
    watched.run(25)
    lost = lose(watched.session, watched.moment())
    watched.run(10)

    assert lose(lost, watched.moment()) is lost


def test_loss_without_a_play_is_no_news() -> None:
    """Losing a player on which nothing is open changes nothing."""
    session = Session()

    assert lose(session, VirtualPlayer().moment()) is session


def test_cut_over_a_song_change() -> None:
    """Both songs count when the cut lies over the change and the sum closes (row 30)."""
    watched = playing(10, 10)

    watched.run(6)
    watched.lose_contact()
    watched.run(8)
    watched.reconnect()
    watched.run(7)

    assert watched.summary == ["P A 10.0 finished", "P B 10.0 finished"]
    assert all(watched.excess_s(play) <= 0.05 for play in watched.plays)


def test_cut_over_a_whole_song() -> None:
    """A song that must have sounded within the cut is inferred (row 30, T13)."""
    watched = playing(10, 6, 10)

    watched.run(6)
    watched.lose_contact()
    watched.run(12)
    watched.reconnect()
    watched.run(10)

    assert watched.summary == ["P A 10.0 finished", "P B 6.0 finished", "P C 10.0 finished"]
    assert [play.inferred for play in watched.plays] == [False, True, False]
    starts = [play.started_at_s - watched.plays[0].started_at_s for play in watched.plays]
    assert pytest.approx([0.0, 10.0, 16.0], abs=0.1) == starts


def test_cut_in_which_the_sum_does_not_close() -> None:
    """Nothing is inferred of songs between when the time does not fit them (T13)."""
    watched = playing(10, 60, 30)

    watched.run(6)
    watched.lose_contact()
    watched.run(10)
    watched.player.next()
    watched.run(5)
    watched.reconnect()
    watched.run(30)

    assert watched.summary == ["P A 10.0 finished", "P C 25.0 finished"]
    assert watched.plays[1].joined_late


def test_cut_in_which_a_song_was_skipped() -> None:
    """A song that was left within the cut gets no more than the next one's position leaves."""
    watched = playing(100, 300)

    watched.run(20)
    watched.lose_contact()
    watched.run(3)
    watched.player.next()
    watched.run(120)
    watched.reconnect()
    watched.run(180)

    assert watched.summary == ["p A 23.0 skipped", "P B 180.0 finished"]


def test_cut_in_which_the_queue_ended() -> None:
    """A song that came to its end within the cut has finished, however long ago."""
    watched = playing(20)

    watched.run(8)
    watched.lose_contact()
    watched.run(100)
    watched.reconnect()

    assert watched.summary == ["P A 20.0 finished"]


def test_cut_with_a_pause_inside() -> None:
    """A pause within the cut is not heard: position and count of audio tell."""
    watched = playing(60)

    watched.run(10)
    watched.lose_contact()
    watched.run(3)
    watched.player.pause()
    watched.run(20)
    watched.player.resume()
    watched.run(5)
    watched.reconnect()

    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=0.05) == 18.0


def test_cut_with_a_seek_inside() -> None:
    """A seek within the cut earns no more than the clock."""
    watched = playing(60)

    watched.run(10)
    watched.lose_contact()
    watched.run(3)
    watched.player.seek(40)
    watched.run(5)
    watched.reconnect()

    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=0.05) == 18.0


def test_cut_in_which_the_song_began_again() -> None:
    """A repeated song that began again within the cut gives a play for each round."""
    watched = playing(10, repeat=True)

    watched.run(6)
    watched.lose_contact()
    watched.run(28)
    watched.reconnect()
    watched.player.stop()
    watched.run(1)

    assert [*["P A 10.0 finished"] * 3, "p A 4.0 stopped"] == watched.summary
    assert [play.inferred for play in watched.plays] == [False, True, True, False]


def test_blocked_watcher_finds_whole_rounds() -> None:
    """A watcher that could not look for a while infers the whole rounds in between (T4)."""
    watched = playing(6, repeat=True)

    watched.run(2)
    watched.blocked = True
    watched.run(20.5)
    watched.blocked = False
    watched.player.pause()
    watched.run(1)

    assert watched.summary == ["P A 6.0 finished"] * 3
    assert [play.inferred for play in watched.plays] == [False, True, True]
    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=0.05) == 4.5


def test_network_outage_longer_than_the_limit() -> None:
    """A long mix that played on through an outage of hours is still one listen."""
    watched = playing(4 * 3600)

    watched.run(600)
    watched.lose_contact()
    watched.run(2 * 3600)
    watched.sweep()
    watched.reconnect()
    watched.run(3 * 3600)

    assert [play.verdict.counts for play in watched.plays] == [True, False]
    assert watched.plays[0].play_uid == watched.plays[1].continues


def test_abandoned_player() -> None:
    """A play on a player that is no longer watched closes with what it had earned."""
    watched = playing(20)
    watched.run(5.5)
    watched.player.seek(5.5)
    watched.notice()

    step = abandon(watched.session, watched.rules)

    assert [play.closed_by for play in step.closed] == [ClosedBy.LOST]
    assert pytest.approx(step.closed[0].played_s, abs=0.05) == 5.5
    assert step.session.open is None
    assert Step(step.session) == abandon(step.session, watched.rules)


def test_joined_in_mid_song() -> None:
    """What sounded before the first look earns nothing, but tells when the play began (T1)."""
    player = VirtualPlayer()
    player.add([song("a", 20)])
    player.play(0)
    began_s = player.moment().wall_s
    player.pass_time(5)
    watched = Watched(player)

    watched.run(16)

    (play,) = watched.plays
    assert watched.summary == ["P A 15.0 finished"]
    assert play.joined_late
    assert began_s == pytest.approx(play.started_at_s, abs=0.01)


def test_event_that_is_heard_late() -> None:
    """A watcher that looks 3 s late gives each song what the positions tell."""
    watched = playing(20, 20)

    watched.lag_s = 3.0
    watched.run(8)
    watched.player.next()
    watched.run(21)
    watched.player.stop()
    watched.run(5)

    assert watched.summary == ["p A 8.0 skipped", "P B 20.0 finished"]


def test_resumption_that_is_heard_late() -> None:
    """A play that is looked at some seconds after it was resumed loses none of them."""
    watched = playing(60)

    watched.run(10)
    watched.player.pause()
    watched.run(10)
    watched.lag_s = 4.0
    watched.player.resume()
    watched.run(10)
    watched.lag_s = 0.0
    watched.player.pause()
    watched.run(1)

    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=1.0) == 20.0
    assert watched.open.seeks == 0


def test_cut_between_two_entries_of_one_file() -> None:
    """A file that is twice in the queue is not one play because a cut lay over the change."""
    watched = Watched()
    watched.player.add([song("a", 10), song("a", 10)])
    watched.player.play(0)

    watched.run(7)
    watched.lose_contact()
    watched.run(11)
    watched.reconnect()
    watched.run(5)

    assert watched.summary == ["P A 10.0 finished", "P A 10.0 finished"]


@pytest.mark.parametrize("counts_audio", [True, False])
def test_round_that_ended_further_on(*, counts_audio: bool) -> None:
    """A round that nobody saw end is found although the position has moved forward."""
    watched = playing(6, repeat=True, counts_audio=counts_audio)

    watched.run(2)
    watched.player.add([])
    watched.notice()
    watched.blocked = True
    watched.run(7)
    watched.blocked = False
    watched.player.pause()
    watched.run(1)

    assert watched.summary == ["P A 6.0 finished"]
    assert watched.open is not None
    assert watched.open.tally.played_s == pytest.approx(3.0, abs=0.05)


def test_cut_with_a_rewind_inside() -> None:
    """A position that went back without a witness does not agree with the play: it is another."""
    watched = playing(60)

    watched.run(20)
    watched.lose_contact()
    watched.run(5)
    watched.player.seek(4)
    watched.run(3)
    watched.reconnect()
    watched.run(54)

    first, second = watched.plays
    assert watched.summary == ["p A 21.0 restarted", "P A 53.0 finished"]
    assert first.certainty is Certainty.MEDIUM
    assert second.joined_late


@pytest.mark.parametrize(("hours", "rounds"), [(0.5, 900), (1.0, 0)])
def test_cut_of_very_many_rounds(*, hours: float, rounds: int) -> None:
    """A thousand rounds may be inferred, but not a flood of them."""
    watched = playing(2, repeat=True)

    watched.run(1.2)
    watched.lose_contact()
    watched.run(hours * 3600)
    watched.reconnect()

    assert sum(play.inferred for play in watched.plays) == pytest.approx(rounds, abs=1)


def test_length_that_makes_no_sense() -> None:
    """A length of next to nothing breaks nothing, and no rounds are inferred from it."""
    watched = playing(1e-200)

    watched.player.lengths["a.flac"] = 100.0
    watched.run(50)
    watched.player.seek(0)
    watched.run(1)

    assert not any(play.inferred for play in watched.plays)


def test_inferred_songs_share_the_time_that_there_was() -> None:
    """A song that is shorter than its tags say is inferred with no more than the clock."""
    watched = playing(10, 8, 20, lengths={"b.flac": 6.0})

    watched.run(6)
    watched.lose_contact()
    watched.run(10.5)
    watched.reconnect()

    assert [play.inferred for play in watched.plays] == [False, True]
    assert watched.credited_s <= watched.player.now_s + 1e-6
