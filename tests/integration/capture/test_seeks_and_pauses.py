"""Songs of which a part is left out, heard again, or waited for.

How many seeks are told is not looked at more closely: where a busy machine lets an output fall
behind the clock by more than a second, that looks like one.
"""

from pathlib import Path

import pytest
from tests.integration.capture.heard import told
from tests.integration.capture.listener import listening
from tests.integration.capture.scenarios import shows

pytestmark = pytest.mark.integration


@shows(4)
async def test_what_a_seek_leaves_out_is_not_heard(tmp_path: Path) -> None:
    """A song that is taken from its beginning close to its end does not count."""
    await seek_over_the_middle(tmp_path, speed=10)


async def seek_over_the_middle(directory: Path, *, speed: float) -> None:
    """From 3 s to 26 s of 30 s."""
    async with listening(directory, speed=speed, a=30) as listener:
        await listener.play("a")
        await listener.hear(until_s=3)
        sought = await listener.do(("seekcur", 26))
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["p A finished"]
    assert plays[0] in sought + (30 - 26)
    assert plays[0].seeks >= 1


@shows(5)
async def test_a_rewind_before_a_song_counts_is_a_seek(tmp_path: Path) -> None:
    """Taken back to its start before half: one play, of all that sounded."""
    async with listening(tmp_path, a=50) as listener:
        await listener.play("a")
        await listener.hear(until_s=15)
        rewound = await listener.do(("seekcur", 0))
        await listener.hear(until_s=14)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["P A stopped"]
    assert plays[0] in rewound + stopped
    assert plays[0].seeks >= 1


@shows(6)
async def test_a_rewind_to_the_start_after_a_song_counted_is_another_play(tmp_path: Path) -> None:
    """Taken back after half, and heard beyond half again: two plays."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=23)
        rewound = await listener.do(("seekcur", 0))
        await listener.hear(until_s=23)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["P A restarted", "P A stopped"]
    assert plays[0] in rewound
    assert plays[1] in stopped


@shows(7)
async def test_a_short_way_back_after_a_song_counted_stays_one_play(tmp_path: Path) -> None:
    """What is heard twice is credited twice, in one play."""
    async with listening(tmp_path, a=30) as listener:
        await listener.play("a")
        await listener.hear(until_s=18)
        back = await listener.do(("seekcur", 13))
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished"]
    assert plays[0] in back + (30 - 13)


@shows(8)
async def test_a_pause_does_not_make_a_song_count(tmp_path: Path) -> None:
    """The song stood longer than what it lacked; what sounded around the pause is credited."""
    await pause_of_ten_seconds(tmp_path, speed=10)


async def pause_of_ten_seconds(directory: Path, *, speed: float) -> None:
    """Between 4 s and 5 s of 24 s."""
    async with listening(directory, speed=speed, a=24) as listener:
        clock = listener.mpd.clock
        await listener.play("a")
        await listener.hear(until_s=4)
        pausing_at = clock.moment()
        await listener.do(("pause", 1))
        await clock.sleep(10)
        await listener.do(("pause", 0))
        most_paused_s = clock.moment().seconds_since(pausing_at)
        await listener.hear(until_s=5)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["p A stopped"]
    assert plays[0] in stopped
    assert 10 <= plays[0].paused_s <= most_paused_s


@shows(9)
async def test_a_song_with_a_pause_counts_by_what_sounded(tmp_path: Path) -> None:
    """Half of the song lies before and after the pause."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=12)
        await listener.do("pause")
        await listener.mpd.clock.sleep(5)
        await listener.do("pause")
        await listener.hear(until_s=23)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["P A stopped"]
    assert plays[0] in stopped


@shows(10)
@pytest.mark.parametrize("target_s", [25, 1])
async def test_a_seek_during_a_pause_earns_nothing(tmp_path: Path, target_s: float) -> None:
    """Neither forward nor back; what sounds after it goes on with the same play."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=7)
        paused = await listener.do(("pause", 1))
        await listener.do(("seekcur", target_s))
        await listener.mpd.clock.sleep(5)
        await listener.do(("pause", 0))
        await listener.hear(until_s=target_s + 4)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["p A stopped"]
    assert plays[0] in paused + (stopped - target_s)
    assert plays[0].seeks >= 1
