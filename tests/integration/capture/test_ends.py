"""Songs that come to their end, and begin again."""

import asyncio
from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import Listener, listening
from tests.integration.capture.scenarios import shows

pytestmark = pytest.mark.integration


@shows(1)
async def test_each_song_of_a_queue_counts_the_last_one_too(tmp_path: Path) -> None:
    """Three songs, each to its end, each with its whole length; then nothing is open."""
    await queue_to_its_end(tmp_path, speed=10, length_s=15)


async def queue_to_its_end(directory: Path, *, speed: float, length_s: float) -> None:
    """Three songs."""
    songs = dict.fromkeys("abc", length_s)
    async with listening(directory, speed=speed, **songs) as listener:
        await listener.play(*songs)
        await listener.until_silent()
        left_open = listener.capture.sounding()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished", "P C finished"]
    assert all(play in exactly(length_s) for play in plays)
    assert left_open is None


@shows(2, 3)
async def test_each_round_of_a_repeated_song_is_a_play(tmp_path: Path) -> None:
    """With `single`, or alone in the queue."""
    async with asyncio.TaskGroup() as group:
        for options in (("repeat", "single"), ("repeat",)):
            group.create_task(_three_rounds(tmp_path / "-".join(options), options))


async def _three_rounds(directory: Path, options: tuple[str, ...]) -> None:
    """Three whole rounds count; the fourth, stopped soon after its start, does not."""
    async with listening(directory, a=20) as listener:
        await listener.do(*((option, 1) for option in options))
        await listener.play("a")
        await listener.capture.plays(3)
        await listener.hear(until_s=3)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == [*["P A finished"] * 3, "p A stopped"]
    assert all(play in exactly(20) for play in plays[:3])
    assert plays[3] in stopped


@shows(13)
async def test_a_song_stopped_and_played_again_is_played_twice(tmp_path: Path) -> None:
    """Both times beyond half: two plays, each with what it sounded."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=22)
        first = await listener.do("stop")
        await listener.do(("play", 0))
        await listener.hear(until_s=22)
        second = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["P A stopped", "P A stopped"]
    assert plays[0] in first
    assert plays[1] in second


@shows(14, 15)
@pytest.mark.parametrize("single", ["1", "oneshot"])
async def test_with_single_a_play_closes_as_soon_as_its_song_ends(
    tmp_path: Path, single: str
) -> None:
    """Mpd then stands paused at the start of the next song, which nobody has heard."""
    async with listening(tmp_path, a=15, b=15) as listener:
        await listener.do(("single", single))
        await listener.play("a", "b")
        await listener.mpd.until(state="pause", song="1")
        at_once = told(await listener.capture.plays(1))
        left_open = listener.capture.sounding()
        plays = await listener.all_plays()

    assert at_once == told(plays) == ["P A finished"]
    assert plays[0] in exactly(15)
    assert left_open is None


@shows(16)
async def test_songs_that_leave_the_queue_when_played_count(tmp_path: Path) -> None:
    """With `consume` three songs count, and the queue is empty in the end."""
    async with listening(tmp_path, a=15, b=15, c=15) as listener:
        await listener.do(("consume", 1))
        await listener.play("a", "b", "c")
        await listener.until_silent()
        status = await listener.mpd.status()
        plays = await listener.all_plays()

    assert status["playlistlength"] == "0"
    assert told(plays) == ["P A finished", "P B finished", "P C finished"]
    assert all(play in exactly(15) for play in plays)


@shows(17)
async def test_songs_in_random_order_count_in_the_order_in_which_they_sounded(
    tmp_path: Path,
) -> None:
    """What is kept is what another client of mpd saw."""
    async with listening(tmp_path, a=13, b=14, c=15, d=16) as listener:
        await listener.do(("random", 1))
        await listener.play("a", "b", "c", "d")
        order = await _titles_until_silence(listener)
        await listener.until_seen()
        plays = await listener.all_plays()

    assert sorted(order) == ["A", "B", "C", "D"]
    assert told(plays) == [f"P {title} finished" for title in order]
    assert all(play in exactly(play.track.duration_s or 0) for play in plays)


@shows(18)
async def test_a_file_twice_in_the_queue_is_played_twice(tmp_path: Path) -> None:
    """Two entries of one file are two plays, although the file and all its tags are the same."""
    async with listening(tmp_path, a=15) as listener:
        await listener.play("a", "a")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P A finished"]
    assert all(play in exactly(15) for play in plays)
    assert plays[0].play_uid != plays[1].play_uid


@shows(49)
async def test_the_last_song_again_after_the_queue_has_ended(tmp_path: Path) -> None:
    """By `play` on a queue that came to its end: another play."""
    async with listening(tmp_path, a=15) as listener:
        await listener.play("a")
        await listener.until_silent()
        await listener.do("play")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P A finished"]
    assert all(play in exactly(15) for play in plays)


async def _titles_until_silence(listener: Listener) -> list[str]:
    """The titles that mpd plays until it stops, in order, as an independent client sees them."""
    titles: list[str] = []
    while True:
        song = await listener.mpd.command("currentsong")
        if not song:
            return titles
        if titles[-1:] != [song["title"]]:
            titles.append(song["title"])
