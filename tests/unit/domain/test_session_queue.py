"""What a listener does with a queue, and the plays that come of it."""

from random import Random

import pytest
from tests.unit.domain.virtual_player import VirtualPlayer, song
from tests.unit.domain.watched import Watched, exact, playing

from scrobbled.domain.play import ClosedBy


def test_queue_to_its_end() -> None:
    """Each song of a queue that plays to its end counts with its whole length (row 1)."""
    watched = playing(6, 6, 6)

    watched.run(30)

    assert watched.summary == ["P A 6.0 finished", "P B 6.0 finished", "P C 6.0 finished"]
    assert watched.open is None
    exact(watched)


@pytest.mark.parametrize("single", ["on", "off"])
def test_repeat_of_one_song(single: str) -> None:
    """Each round of a repeated song is a play, with `single` or alone in the queue (rows 2, 3)."""
    watched = playing(6, repeat=True, single=single)

    watched.run(19.6)
    watched.player.stop()
    watched.run(1)

    assert [*["P A 6.0 finished"] * 3, "p A 1.6 stopped"] == watched.summary
    exact(watched)


def test_two_quick_skips_leave_no_trace() -> None:
    """Songs that sounded for a twentieth of a second are not even skips (row 11)."""
    watched = playing(20, 20, 20)

    watched.run(0.05)
    watched.player.next()
    watched.run(0.05)
    watched.player.next()
    watched.run(20.5)

    assert watched.summary == ["P C 20.0 finished"]


def test_skip_before_half() -> None:
    """A song left before half is kept as a skip (row 12)."""
    watched = playing(20, 20)

    watched.run(9)
    watched.player.next()
    watched.run(21)

    assert watched.summary == ["p A 9.0 skipped", "P B 20.0 finished"]
    exact(watched)


def test_stop_and_play_again() -> None:
    """A song that is stopped and played again is played twice (row 13)."""
    watched = playing(20)

    for _ in range(2):
        watched.player.play(0)
        watched.run(11)
        watched.player.stop()
        watched.run(3)

    assert watched.summary == ["P A 11.0 stopped", "P A 11.0 stopped"]
    exact(watched)


@pytest.mark.parametrize("single", ["on", "oneshot"])
def test_single_ends_a_song_at_once(single: str) -> None:
    """With `single` MPD pauses at 0.000 of the next song, of which nothing is open (14, 15)."""
    watched = playing(6, 6, single=single)

    watched.run(6.1)

    assert watched.summary == ["P A 6.0 finished"]
    assert watched.open is None

    watched.run(100)
    watched.player.resume()
    watched.run(7)

    assert watched.summary == ["P A 6.0 finished", "P B 6.0 finished"]
    exact(watched)


def test_consume() -> None:
    """Songs that leave the queue once played count (row 16)."""
    watched = playing(6, 6, 6, consume=True)

    watched.run(20)

    assert watched.summary == ["P A 6.0 finished", "P B 6.0 finished", "P C 6.0 finished"]


def test_random() -> None:
    """Songs count in the order in which they sounded (row 17)."""
    watched = playing(6, 7, 8, 9, order=[0, 3, 1, 2])

    watched.run(40)

    assert [play.track.title for play in watched.counted] == ["A", "D", "B", "C"]
    exact(watched)


def test_same_file_twice() -> None:
    """Two entries of one file are two plays (row 18)."""
    watched = Watched()
    watched.player.add([song("a", 6), song("a", 6)])
    watched.player.play(0)

    watched.run(14)

    assert watched.summary == ["P A 6.0 finished", "P A 6.0 finished"]


def test_changes_of_the_queue_do_not_touch_the_play() -> None:
    """Moving, adding and cropping while a song plays leaves it one play (row 19)."""
    watched = playing(20, 20, 20)

    watched.run(5)
    watched.player.move(0, 2)
    watched.run(5)
    watched.player.add([song("d", 6)])
    watched.run(3)
    watched.player.delete(0)
    watched.run(3)
    watched.player.move(1, 0)
    watched.run(3.9)
    watched.player.clear()
    watched.run(1)

    assert watched.summary == ["P A 19.9 finished"]
    exact(watched)


def test_delete_the_playing_song() -> None:
    """A song taken out of the queue ends, and the next begins (row 20)."""
    watched = playing(20, 20)

    watched.run(13)
    watched.player.delete(0)
    watched.run(20.5)

    assert watched.summary == ["P A 13.0 skipped", "P B 20.0 finished"]


def test_clear() -> None:
    """Clearing the queue stops the song (row 21)."""
    watched = playing(20, 20)

    watched.run(5)
    watched.player.clear()
    watched.run(5)

    assert watched.summary == ["p A 5.0 stopped"]


def test_crossfade() -> None:
    """The overlap of a crossfade is heard in both songs, and found only later (row 22)."""
    watched = playing(25, 25, 25, crossfade_s=4.0)

    watched.run(80)

    assert watched.summary == ["P A 25.0 finished", "P B 25.0 finished", "P C 25.0 finished"]
    starts = [play.started_at_s - watched.plays[0].started_at_s for play in watched.plays]
    assert pytest.approx([0.0, 21.0, 42.0], abs=0.1) == starts
    exact(watched)


def test_crossfade_seen_late() -> None:
    """The overlap is granted as well when the next song is first seen beyond it, but once."""
    watched = playing(25, 25, crossfade_s=4.0)

    watched.run(24)
    watched.lag_s = 0.5
    watched.run(3)
    watched.player.seek(9)
    watched.lag_s = 0.0
    watched.run(30)

    assert watched.summary == ["P A 25.0 finished", "P B 22.0 finished"]
    exact(watched)


def test_truncated_file() -> None:
    """A file that breaks off at once leaves nothing (row 23)."""
    player = VirtualPlayer(lengths={"b.flac": 0.001})
    watched = Watched(player)
    player.add([song("a", 6), song("b", 6), song("c", 6)])
    player.play(0)

    watched.run(20)

    assert watched.summary == ["P A 6.0 finished", "P C 6.0 finished"]


def test_parts_of_one_file() -> None:
    """Each part of a file is a track of its own (row 36)."""
    watched = Watched()
    parts = [song("a", 5), song("b", 6), song("c", 7)]
    watched.player.add(parts)
    watched.player.play(0)

    watched.run(20)

    assert watched.summary == ["P A 5.0 finished", "P B 6.0 finished", "P C 7.0 finished"]


def test_queue_end_and_the_same_song_again() -> None:
    """The last song, played again after the queue has ended, is another play (row 49)."""
    watched = playing(6)

    watched.run(8)
    watched.player.play(0)
    watched.run(8)

    assert watched.summary == ["P A 6.0 finished", "P A 6.0 finished"]


def test_next_while_paused() -> None:
    """`next` during a pause plays the next song, and the pause earns nothing."""
    watched = playing(20, 6)

    watched.run(5)
    watched.player.pause()
    watched.run(30)
    watched.player.next()
    watched.run(7)

    assert watched.summary == ["p A 5.0 skipped", "P B 6.0 finished"]
    assert pytest.approx(watched.plays[0].paused_s, abs=0.05) == 30.0


def test_song_begun_in_its_middle() -> None:
    """A song that a client begins at 60 s starts when it is begun, not a minute before."""
    watched = playing(20, 100)

    watched.run(4)
    watched.player.next()
    watched.player.seek(60)
    watched.run(41)

    second = watched.plays[1]
    assert watched.summary == ["p A 4.0 skipped", "p B 40.0 finished"]
    assert pytest.approx(second.started_at_s - watched.plays[0].started_at_s, abs=0.05) == 4.0
    assert not second.joined_late


def test_closed_by_names_every_end() -> None:
    """What ends a play is told by its name."""
    watched = playing(20, 20)

    watched.run(3)
    watched.player.next()
    watched.run(3)
    watched.player.stop()
    watched.run(1)

    assert [play.closed_by for play in watched.plays] == [ClosedBy.SKIPPED, ClosedBy.STOPPED]


def test_two_thousand_commands() -> None:
    """A storm of commands earns no more than the clock, nor than the count of audio (row 50)."""
    chance = Random(50)
    watched = playing(*[20] * 8, repeat=True)

    for _ in range(2000):
        command = chance.choice(["next", "previous", "pause", "resume", "seek"])
        if command == "seek":
            watched.player.seek(chance.uniform(0.0, 20.0))
        else:
            getattr(watched.player, command)()
        watched.run(chance.choice([0.0, 0.01, 0.05, 0.1]))

    assert watched.session.last is not None
    assert watched.credited_s <= watched.player.now_s
    assert watched.credited_s <= (watched.session.last.evidence.playtime_s or 0.0) + 2.0


def test_overlap_is_not_granted_again_after_it_was_seen() -> None:
    """An overlap that was in the first look is spent: a small jump after it is a seek."""
    watched = playing(25, 25, crossfade_s=0.5)

    watched.run(24.9)
    watched.lag_s = 0.35
    watched.run(0.5)
    watched.lag_s = 0.0
    watched.player.seek(watched.player.position_s + 1.15)
    watched.notice()

    assert watched.open is not None
    assert watched.open.tally.played_s == pytest.approx(watched.player.truth_s("b.flac"), abs=0.1)
