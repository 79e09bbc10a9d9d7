"""The player, its host or the daemon went away and came back."""

import pytest
from tests.unit.domain.virtual_player import Saved, VirtualPlayer, song
from tests.unit.domain.watched import Watched, playing

from scrobbled.domain.play import Certainty, ClosedBy


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


def test_restarted_player_that_is_found_late() -> None:
    """What sounded after a restart and before anybody looked belongs to the play."""
    watched = playing(60)

    watched.run(12)
    saved = watched.player.save()
    watched.lose_contact()
    watched.player.start_anew(saved)
    watched.run(22)
    watched.reconnect()
    watched.run(30)

    (play,) = watched.plays
    assert watched.summary == ["P A 60.0 finished"]
    assert watched.excess_s(play) <= 0.05


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


def test_seek_after_a_restart_still_earns() -> None:
    """The count of audio begins anew with the player, and bounds only what came after."""
    watched = playing(200)

    watched.run(90)
    killed(watched, 1.0, watched.player.save())
    watched.run(20)
    watched.player.seek(150)
    watched.run(10)
    watched.player.stop()
    watched.run(1)

    assert watched.summary == ["P A 120.0 stopped"]
