"""Several partitions of one mpd: each is a player of its own."""

from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import Listener, mpd_with
from tests.integration.capture.scenarios import shows
from tests.servers.capture import Capture

from scrobbled.domain.play import ClosedPlay

pytestmark = pytest.mark.integration

OUTPUTS = ("main", "second")


@shows(41)
async def test_two_partitions_at_the_same_time(tmp_path: Path) -> None:
    """A song in each; the one is not doubled by all that happens in the other."""
    mpd = await mpd_with(tmp_path, {"a": 30, "b": 40}, outputs=OUTPUTS)
    async with mpd:
        await mpd.add_partition("kitchen", "second")
        async with Capture(tmp_path, mpd) as capture:
            listener = Listener(mpd, capture)
            await listener.until_seen()
            await listener.until_seen("kitchen")
            await listener.play("a")
            await listener.play("b", partition="kitchen")
            for option in (1, 0, 1, 0):
                await listener.do(("repeat", option), partition="kitchen")
            await listener.do(("pause", 1), partition="kitchen")
            await listener.do(("pause", 0), partition="kitchen")
            await listener.do(("add", "b.flac"), ("delete", 1), partition="kitchen")
            await listener.until_silent()
            await listener.until_silent(partition="kitchen")
            plays = await listener.all_plays()

    assert told(_of(plays, "mpd:test")) == ["P A finished"]
    assert told(_of(plays, "mpd:test/kitchen")) == ["P B finished"]
    assert len(plays) == 2
    assert all(play in exactly(play.track.duration_s or 0) for play in plays)


@shows(42)
async def test_a_partition_made_later_is_watched_at_once(tmp_path: Path) -> None:
    """Made while the daemon runs: its first song counts whole."""
    async with (
        await mpd_with(tmp_path, {"a": 60, "b": 15}, outputs=OUTPUTS) as mpd,
        Capture(tmp_path, mpd) as capture,
    ):
        listener = Listener(mpd, capture)
        await listener.play("a")
        await mpd.add_partition("kitchen", "second")
        await listener.until_seen("kitchen")
        await listener.play("b", partition="kitchen")
        await listener.until_silent(partition="kitchen")
        plays = await listener.all_plays()

    assert [play.source for play in plays] == ["mpd:test/kitchen"]
    assert told(plays) == ["P B finished"]
    assert plays[0] in exactly(15)
    assert not plays[0].joined_late


def _of(plays: list[ClosedPlay], source: str) -> list[ClosedPlay]:
    return [play for play in plays if play.source == source]
