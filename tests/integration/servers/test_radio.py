"""The radio of the tests is one that a real mpd plays."""

from pathlib import Path

import pytest
from tests.servers.mpd import Mpd
from tests.servers.radio import Radio
from tests.servers.waiting import eventually

pytestmark = pytest.mark.integration


async def test_mpd_plays_the_station_and_tells_its_titles(tmp_path: Path) -> None:
    """Name, first title and a change of title come out of mpd, with time going on."""
    async with Mpd(tmp_path, speed=10) as mpd, Radio(station="Radio A", speed=10) as radio:

        async def heard(title: str) -> bool:
            song = await mpd.command("currentsong")
            return (song.get("name"), song.get("title")) == ("Radio A", title)

        radio.announce("First")
        await mpd.play(radio.url)
        await eventually(lambda: heard("First"))
        radio.announce("Second - with 'quotes'")
        await eventually(lambda: heard("Second - with 'quotes'"))
        status = await mpd.until(elapsed_s=5)

        assert status["state"] == "play"
        assert "duration" not in status
        assert radio.listeners == 1


async def test_a_station_may_be_nameless_and_silent_about_titles(tmp_path: Path) -> None:
    """Without name and titles mpd knows the address only."""
    async with (
        Mpd(tmp_path, speed=10) as mpd,
        Radio(station=None, titles=False, speed=10) as radio,
    ):
        radio.announce("Never told")
        await mpd.play(radio.url)
        await mpd.until(elapsed_s=2)
        song = await mpd.command("currentsong")

        assert song["file"] == radio.url
        assert not {"name", "title"} & set(song)


async def test_listeners_are_dropped_when_the_station_falls_over(tmp_path: Path) -> None:
    """After the connection broke mpd plays what it has and then goes on to the next song."""
    async with Mpd(tmp_path, speed=10) as mpd, Radio(speed=10) as radio:
        await mpd.add_song("a.flac", 60)
        await mpd.play(radio.url, "a.flac")
        await mpd.until(elapsed_s=1)
        radio.drop_listeners()
        await mpd.until(song="1")
