"""The shelf of the tests hands music to a real mpd, at its leisure."""

from pathlib import Path

import pytest
from tests.servers.mpd import Mpd
from tests.servers.shelf import Shelf

pytestmark = pytest.mark.integration


async def test_mpd_plays_from_the_shelf_once_it_may(tmp_path: Path) -> None:
    """Held back, a file has no length yet; released, it has and plays to its end."""
    async with Mpd(tmp_path, speed=10) as mpd, Shelf(mpd.music) as shelf:
        await mpd.add_song("a.flac", 6)
        shelf.hold()
        await mpd.play(shelf.url("a.flac"))
        held = await mpd.status()
        shelf.release()
        playing = await mpd.until(elapsed_s=1)
        await mpd.until(state="stop")

    assert "duration" not in held
    assert playing["duration"] == "6.000"
