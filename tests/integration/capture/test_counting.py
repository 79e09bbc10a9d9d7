"""When a play counts, by the rule as it is by default."""

from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import listening
from tests.integration.capture.scenarios import shows
from tests.servers.waiting import eventually

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.play import NowPlaying

pytestmark = pytest.mark.integration

DEFAULT = {"counting": CountingRules()}


@shows(43)
async def test_a_song_of_half_a_minute_is_the_shortest_that_counts(tmp_path: Path) -> None:
    """One of 29 s, heard whole, is a skip; one of 30 s a listen."""
    async with listening(tmp_path, capturing=DEFAULT, a=29, b=30) as listener:
        await listener.play("a", "b")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["p A finished", "P B finished"]
    assert plays[0] in exactly(29)
    assert plays[1] in exactly(30)


@shows(44)
async def test_a_long_song_counts_after_four_minutes_and_once(tmp_path: Path) -> None:
    """Ten minutes, at thirty times their speed; what comes after the four changes nothing."""
    async with listening(tmp_path, speed=30, capturing=DEFAULT, a=600) as listener:
        await listener.play("a")
        await listener.hear(until_s=210)
        early = listener.capture.sounding()
        counted = await eventually(lambda: _counting(listener.capture.sounding()))
        await listener.do(("seekcur", 590))
        await listener.until_silent()
        plays = await listener.all_plays()

    assert early is not None
    assert not early.counts
    assert counted.played_s >= 240 - 0.25
    assert told(plays) == ["P A finished"]
    assert plays[0].verdict.required_s == 240


def _counting(playing: NowPlaying | None) -> NowPlaying | None:
    """What sounds, once it counts."""
    return playing if playing is not None and playing.counts else None
