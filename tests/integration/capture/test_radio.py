"""Streams: titles that change, titles that do not come, and lengths that come late."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.capture.heard import Heard, told
from tests.integration.capture.listener import Listener, listening, mpd_with
from tests.integration.capture.scenarios import shows
from tests.servers.capture import RULES, Capture
from tests.servers.radio import Radio
from tests.servers.shelf import Shelf
from tests.servers.waiting import eventually

from scrobbled.domain.counting import StreamCounting

pytestmark = pytest.mark.integration

QUICK = replace(RULES, stream_min_s=4)


@shows(33)
async def test_each_title_of_a_radio_is_a_play(tmp_path: Path) -> None:
    """Three titles of one stream; mpd calls them all the same entry of its queue."""
    async with (
        listening(tmp_path, capturing={"counting": QUICK}) as listener,
        Radio(speed=10) as radio,
    ):
        heard = [
            await _listen_to(listener, radio, title, seconds=12)
            for title in ("A - One", "B - Two", "C - Three")
        ]
        await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == [
        "P A - One title_changed",
        "P B - Two title_changed",
        "P C - Three stopped",
    ]
    assert all(play.track.station == "Radio Test" for play in plays)
    assert all(play in seconds for play, seconds in zip(plays, heard, strict=True))


@shows(33)
async def test_a_title_that_sounded_briefly_is_a_skip(tmp_path: Path) -> None:
    """Less than a stream's title needs to count, between two that count."""
    counting = replace(RULES, stream_min_s=15)
    async with (
        listening(tmp_path, capturing={"counting": counting}) as listener,
        Radio(speed=10) as radio,
    ):
        await _listen_to(listener, radio, "A - One", seconds=20)
        await _listen_to(listener, radio, "Jingle", seconds=4)
        await _listen_to(listener, radio, "B - Two", seconds=20)
        await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == [
        "P A - One title_changed",
        "p Jingle title_changed",
        "P B - Two stopped",
    ]


@shows(34)
async def test_a_radio_without_titles_is_one_play_that_counts_if_stations_do(
    tmp_path: Path,
) -> None:
    """Two daemons with other settings watch one stream; each sees one play a connection."""
    mpd = await mpd_with(tmp_path, {"a": 15})
    stations = replace(QUICK, streams=StreamCounting.STATION)
    async with (
        mpd,
        Capture(tmp_path, mpd, counting=QUICK) as by_title,
        Capture(tmp_path / "mpd", mpd, counting=stations) as by_station,
        Radio(station="Radio Mute", titles=False, speed=10) as radio,
    ):
        listeners = [Listener(mpd, capture) for capture in (by_title, by_station)]
        await mpd.play(radio.url, "a.flac")
        await mpd.until(elapsed_s=8)
        radio.drop_listeners()
        await mpd.until(state="stop")
        for listener in listeners:
            await listener.until_seen()
        without, with_stations = [await listener.all_plays() for listener in listeners]

    assert [play.verdict.counts for play in without] == [False, True]
    assert [play.verdict.counts for play in with_stations] == [True, True]
    for plays in (without, with_stations):
        assert (plays[0].track.title, plays[0].track.station) == (None, "Radio Mute")
        assert plays[0].track.uri == radio.url
        assert plays[0].played_s >= 6.5
    assert without[0].verdict.reason.startswith("the stream announced no title")


@shows(35)
async def test_a_title_that_comes_back_after_an_advert_is_one_play(tmp_path: Path) -> None:
    """An empty title names nothing else: what was on goes on."""
    async with (
        listening(tmp_path, capturing={"counting": QUICK}) as listener,
        Radio(speed=10) as radio,
    ):
        first = await _listen_to(listener, radio, "A - One", seconds=6)
        advert = await _listen_to(listener, radio, "", seconds=6)
        again = await _listen_to(listener, radio, "A - One", seconds=6)
        await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["P A - One stopped"]
    assert plays[0] in first + advert + again


@shows(45)
async def test_a_length_that_is_told_late_decides_from_then_on(tmp_path: Path) -> None:
    """A file from the web, of which mpd knows nothing before it has begun to come.

    Until then it looks like a radio; then half of its length is enough to count.
    """
    counting = replace(RULES, enough_s=1000, stream_min_s=1000)
    async with (
        listening(tmp_path, capturing={"counting": counting}, a=30) as listener,
        Shelf(listener.mpd.music) as shelf,
    ):
        shelf.hold()
        await listener.play(shelf.url("a.flac"))
        unknown = listener.capture.last()
        shelf.release()
        await listener.hear(until_s=22)
        counted = listener.capture.sounding()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert unknown is not None
    assert unknown.duration_s is None
    assert counted is not None
    assert counted.counts
    assert [play.verdict.counts for play in plays] == [True]
    assert plays[0] in Heard(30, 30)
    assert plays[0].track.duration_s == 30
    assert not plays[0].track.stream


async def _listen_to(listener: Listener, radio: Radio, title: str, seconds: float) -> Heard:
    """Lets the radio tell a title and listens to it; how long it was on, by mpd's own position."""
    clock = listener.mpd.clock
    announced_at = clock.moment()
    radio.announce(title)
    if not (await listener.mpd.status()).get("song"):
        await listener.mpd.play(radio.url)

    async def told_title() -> bool:
        song = await listener.mpd.command("currentsong")
        return bool((song.get("title") or "") == title)

    await eventually(told_title, what=f"mpd tells the title {title!r}")
    begun = float((await listener.mpd.status())["elapsed"])
    await listener.hear(until_s=begun + seconds)
    end = float((await listener.mpd.status())["elapsed"])
    late_s = clock.moment().seconds_since(announced_at) - (end - begun)
    return Heard(end - begun, end - begun + late_s)
