"""The queue is changed while it plays."""

from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import listening
from tests.integration.capture.scenarios import shows
from tests.servers.sounds import truncate

pytestmark = pytest.mark.integration


@shows(11)
@pytest.mark.parametrize("seen", [True, False])
async def test_songs_skipped_at_once_leave_nothing(tmp_path: Path, *, seen: bool) -> None:
    """Whether the daemon sees each of them or not; in real time, where a second is long."""
    async with listening(tmp_path, speed=1, a=30, b=30, c=4) as listener:
        await listener.play("a", "b", "c")
        if seen:
            await listener.do("next")
            await listener.do("next")
        else:
            await listener.do("next", "next")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P C finished"]


@shows(12)
async def test_a_song_skipped_before_half_is_a_skip(tmp_path: Path) -> None:
    """It is kept with what sounded, and the next song is whole."""
    async with listening(tmp_path, a=40, b=15) as listener:
        await listener.play("a", "b")
        await listener.hear(until_s=9)
        skipped = await listener.do("next")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["p A skipped", "P B finished"]
    assert plays[0] in skipped
    assert plays[1] in exactly(15)


@shows(19)
async def test_a_play_does_not_mind_where_in_the_queue_its_song_stands(tmp_path: Path) -> None:
    """Moved, shuffled, added to, cropped: one play, whole."""
    async with listening(tmp_path, a=30, b=30, c=30) as listener:
        await listener.play("a", "b", "c")
        await listener.hear(until_s=4)
        await listener.do(("move", 0, 2))
        await listener.hear(until_s=8)
        await listener.do("shuffle", ("add", "b.flac"), ("add", "a.flac"))
        await listener.hear(until_s=12)
        status = await listener.mpd.status()
        place, length = int(status["song"]), int(status["playlistlength"])
        crop = [("delete", f"{place + 1}:{length}"), ("delete", f"0:{place}")]
        await listener.do(*(cut for cut in crop if cut[1] not in ("0:0", f"{length}:{length}")))
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(30)


@shows(20)
async def test_a_song_deleted_while_it_plays_ends_and_the_next_begins(tmp_path: Path) -> None:
    """It had counted, so it is a listen."""
    async with listening(tmp_path, a=40, b=15) as listener:
        await listener.play("a", "b")
        await listener.hear(until_s=23)
        deleted = await listener.do(("delete", 0))
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A skipped", "P B finished"]
    assert plays[0] in deleted
    assert plays[1] in exactly(15)


@shows(21)
async def test_a_queue_cleared_while_it_plays_ends_the_song(tmp_path: Path) -> None:
    """It had not counted, so it is a skip."""
    async with listening(tmp_path, a=40, b=40) as listener:
        await listener.play("a", "b")
        await listener.hear(until_s=6)
        cleared = await listener.do("clear")
        left_open = listener.capture.sounding()
        plays = await listener.all_plays()

    assert told(plays) == ["p A stopped"]
    assert plays[0] in cleared
    assert left_open is None


@shows(23)
async def test_a_file_that_breaks_off_at_once_leaves_nothing(tmp_path: Path) -> None:
    """Mpd goes on to the next song; both neighbours are whole."""
    async with listening(tmp_path, a=15, b=60, c=15) as listener:
        truncate(listener.mpd.music / "b.flac", keep=0.02)
        await listener.play("a", "b", "c")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P C finished"]
    assert all(play in exactly(15) for play in plays)


@shows(22)
async def test_in_a_crossfade_both_songs_are_heard(tmp_path: Path) -> None:
    """Each song is whole, though together they took less time than they are long."""
    await crossfade(tmp_path, speed=10)


async def crossfade(directory: Path, *, speed: float) -> None:
    """Two songs that overlap by 4 s."""
    async with listening(directory, speed=speed, a=25, b=25) as listener:
        await listener.do(("crossfade", 4))
        began_at = listener.mpd.clock.moment()
        await listener.play("a", "b")
        await listener.until_silent()
        took_s = listener.mpd.clock.moment().seconds_since(began_at)
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished"]
    assert all(play in exactly(25) for play in plays)
    assert sum(play.played_s for play in plays) <= took_s + 4 + 0.7
