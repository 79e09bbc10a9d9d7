"""Times without contact: the player, its host or the daemon went away and came back."""

import pytest
from tests.unit.domain.virtual_player import Saved, VirtualPlayer, song
from tests.unit.domain.watched import Watched

from scrobbled.domain.lifecycle import abandon, lose
from scrobbled.domain.play import Certainty, ClosedBy
from scrobbled.domain.session import Session, Step


def playing(*lengths_s: float, **options: object) -> Watched:
    """A player that has just begun the first of some songs A, B, C…, of these lengths."""
    player = VirtualPlayer()
    for name, value in options.items():
        setattr(player, name, value)
    watched = Watched(player)
    player.add(song(name, length_s) for name, length_s in zip("abcdefgh", lengths_s, strict=False))
    player.play(0)
    watched.notice()
    return watched


def killed(watched: Watched, away_s: float, saved: Saved | None, *, paused: bool = False) -> None:
    """Kill the player, start it again after a while, and find it again."""
    watched.lose_contact()
    watched.player.frozen = True
    watched.run(away_s)
    watched.player.start_anew(saved, paused=paused)
    watched.reconnect()


def test_killed_player_that_comes_back_where_it_was() -> None:
    """A play goes on through a restart of the player with its state (row 24)."""
    watched = playing(20)

    watched.run(9)
    killed(watched, 1.0, watched.player.save())
    watched.run(12)

    (play,) = watched.plays
    assert watched.summary == ["P A 20.0 finished"]
    assert Certainty.MEDIUM is play.certainty
    assert any("started anew" in note.text for note in play.notes)


def test_killed_player_that_comes_back_a_little_further_back() -> None:
    """A play that is restored a little before the place where it was left goes on (row 24)."""
    watched = playing(20)

    watched.run(4)
    saved = watched.player.save()
    watched.run(5)
    killed(watched, 1.0, saved)
    watched.run(17)

    assert watched.summary == ["P A 25.0 finished"]
    assert watched.excess_s(watched.plays[0]) <= 0.05


@pytest.mark.parametrize("at_s", [27.0, 31.0])
def test_killed_player_that_comes_back_further_back(at_s: float) -> None:
    """A play that is restored at an earlier place is taken up again and counts once (row 24)."""
    watched = playing(60)

    watched.run(4)
    saved = watched.player.save()
    watched.run(at_s - 4)
    killed(watched, 1.0, saved)
    watched.run(57)

    first, second = watched.plays
    assert len(watched.counted) == 1
    assert [at_s, 56.0] == pytest.approx([first.played_s, second.played_s], abs=0.1)
    assert ClosedBy.LOST is first.closed_by
    assert first.play_uid == second.continues
    assert first.verdict.counts == (at_s > 30.0)
    assert second.inherited_s == (0.0 if first.verdict.counts else first.played_s)


def test_play_that_was_taken_up_says_why_it_does_not_count() -> None:
    """The continuation of a counted play names the play that has counted already."""
    watched = playing(20)

    watched.run(4)
    saved = watched.player.save()
    watched.run(12)
    killed(watched, 1.0, saved)
    watched.run(17)

    assert "play-1" in watched.plays[1].verdict.reason
    assert watched.plays[1].verdict.required_s is None


def test_killed_player_with_an_empty_queue() -> None:
    """Another song that gets the same id after a restart is another play (row 25)."""
    watched = playing(20)

    watched.run(7)
    killed(watched, 1.0, None)
    watched.run(3)
    watched.player.add([song("b", 6)])
    watched.player.play(0)
    watched.run(7)

    assert watched.summary == ["p A 7.0 lost", "P B 6.0 finished"]
    assert watched.plays[1].continues is None
    assert not watched.plays[1].joined_late


def test_same_song_anew_after_a_restart_without_state() -> None:
    """The same song, begun again from its start after a restart, is another play."""
    watched = playing(20)

    watched.run(12)
    killed(watched, 1.0, None)
    watched.run(1)
    watched.player.add([song("a", 20)])
    watched.player.play(0)
    watched.run(21)

    assert watched.summary == ["P A 12.0 lost", "P A 20.0 finished"]


def test_same_song_begun_before_the_player_is_found_again() -> None:
    """A restarted player that begins the same song from its start is not taken for restored."""
    watched = playing(20)

    watched.run(12)
    watched.lose_contact()
    watched.player.start_anew()
    watched.player.add([song("a", 20)])
    watched.player.play(0)
    watched.run(0.4)
    watched.reconnect()
    watched.run(21)

    assert watched.summary == ["P A 12.0 lost", "P A 19.6 finished"]


def test_orderly_restart_in_the_second_half() -> None:
    """A counted play goes on through SIGTERM and start of the player, and counts once (row 26)."""
    watched = playing(20)

    watched.run(14)
    killed(watched, 3.0, watched.player.save())
    watched.run(7)

    assert watched.summary == ["P A 20.0 finished"]


def test_restored_paused_song_is_nothing() -> None:
    """A song that a rebooted host restores paused was not heard (row 27)."""
    player = VirtualPlayer()
    player.add([song("a", 20)])
    player.play(0)
    player.pass_time(12)
    player.reboot(100, player.save(), paused=True)
    watched = Watched(player)

    watched.run(1000)
    player.stop()
    watched.run(5)

    assert watched.plays == []


def test_restored_paused_song_that_is_resumed() -> None:
    """What is heard of it after it was resumed is a play of its own, joined late."""
    player = VirtualPlayer()
    player.add([song("a", 20)])
    player.play(0)
    player.pass_time(12)
    player.reboot(100, player.save(), paused=True)
    watched = Watched(player)

    watched.run(50)
    player.resume()
    watched.run(10)

    (play,) = watched.plays
    assert watched.summary == ["p A 8.0 finished"]
    assert play.joined_late


@pytest.mark.parametrize(("at_s", "away_s"), [(12.0, 2.0), (4.0, 3.0)])
def test_killed_daemon(at_s: float, away_s: float) -> None:
    """A play goes on in a daemon that was killed and started again (rows 28, 29)."""
    watched = playing(20)

    watched.run(at_s)
    watched.die()
    watched.run(away_s)
    watched.reconnect()
    watched.run(20)

    assert watched.summary == ["P A 20.0 finished"]
    assert watched.excess_s(watched.plays[0]) <= 0.05


def test_stopped_daemon_does_not_close_the_play() -> None:
    """An orderly stop of the daemon leaves the play open, to be gone on with (T16)."""
    watched = playing(20)

    watched.run(7.3)
    watched.shut_down()

    assert watched.open is not None
    assert pytest.approx(watched.open.tally.played_s, abs=0.05) == 7.3

    watched.run(5)
    watched.reconnect()
    watched.run(10)

    assert watched.summary == ["P A 20.0 finished"]


def test_daemon_that_comes_back_to_another_song() -> None:
    """A play whose end fell into the daemon's absence is closed by what it finds (T15)."""
    watched = playing(20, 60)

    watched.run(7)
    watched.shut_down()
    watched.run(23)
    watched.reconnect()
    watched.run(60)

    assert watched.summary == ["P A 20.0 finished", "P B 60.0 finished"]
    assert Certainty.MEDIUM is watched.plays[0].certainty


def test_daemon_and_player_that_were_both_away() -> None:
    """A play that is not seen again closes with what the journal knew of it (T15)."""
    watched = playing(20)

    watched.run(7.5)
    watched.shut_down()
    watched.player.reboot(3600)
    watched.reconnect()

    assert watched.summary == ["p A 7.5 lost"]


def test_reboot_of_the_host_in_mid_song() -> None:
    """A play goes on through a quick reboot of the host that restores the player's state."""
    watched = playing(200)

    watched.run(90)
    watched.lose_contact()
    watched.player.reboot(60, watched.player.save())
    watched.reconnect()
    watched.run(120)

    assert watched.summary == ["P A 200.0 finished"]


def test_reboot_of_the_daemons_host_alone() -> None:
    """A player on another host plays on while the daemon's host is rebooted."""
    watched = playing(200)

    watched.run(50)
    watched.die()
    watched.run(60)
    watched.player.host_boot += 1
    watched.player.host_started_s = watched.player.now_s - 30
    watched.reconnect()
    watched.run(100)

    assert watched.summary == ["P A 200.0 finished"]


def test_long_absence_ends_a_play() -> None:
    """A player that comes back after more than ten minutes has not gone on with the play."""
    watched = playing(200)

    watched.run(90)
    killed(watched, 700.0, watched.player.save())
    watched.run(120)

    first, second = watched.plays
    assert pytest.approx([first.played_s, second.played_s], abs=0.1) == [90.0, 110.0]
    assert second.continues is None
    assert second.joined_late


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


def test_paused_play_through_a_restart() -> None:
    """A play that stood paused when the player was restarted goes on when it is resumed."""
    watched = playing(20)

    watched.run(6)
    watched.player.pause()
    watched.run(30)
    killed(watched, 5.0, watched.player.save())
    watched.run(30)
    watched.player.resume()
    watched.run(15)

    assert watched.summary == ["P A 20.0 finished"]
    assert pytest.approx(watched.plays[0].paused_s, abs=0.1) == 65.0


@pytest.mark.parametrize(("at_s", "counts"), [(12.0, [True, False]), (6.0, [False, True])])
def test_paused_play_through_the_night(at_s: float, counts: list[bool]) -> None:
    """A play paused in the evening and resumed after a reboot next morning is one listen."""
    watched = playing(20)

    watched.run(at_s)
    watched.player.pause()
    watched.run(60)
    watched.die()
    watched.player.reboot(9 * 3600, watched.player.save())
    watched.reconnect()
    watched.run(60)
    watched.player.resume()
    watched.run(20)

    assert counts == [play.verdict.counts for play in watched.plays]
    assert watched.plays[0].play_uid == watched.plays[1].continues


def test_uncounted_continuation_needs_only_the_rest() -> None:
    """What was heard before the interruption counts towards the continuation (decision 6)."""
    watched = playing(20)

    watched.run(6)
    watched.player.pause()
    watched.run(4000)
    watched.sweep()
    watched.player.resume()
    watched.run(4.5)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["p A 6.0 paused_too_long", "P A 4.5 stopped"]
    assert pytest.approx(watched.plays[1].inherited_s, abs=0.05) == 6.0


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
