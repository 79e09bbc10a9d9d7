"""mpd dies, or is restarted, in mid-song."""

import asyncio
from pathlib import Path

import pytest
from tests.integration.capture.heard import Heard, exactly, told
from tests.integration.capture.listener import (
    Listener,
    let_run,
    listening,
    listening_by_cable,
    mpd_with,
)
from tests.integration.capture.scenarios import shows
from tests.servers.capture import Capture

pytestmark = pytest.mark.integration


@shows(24)
async def test_a_killed_mpd_that_goes_on_from_its_state_makes_one_listen(tmp_path: Path) -> None:
    """Killed before and after the song counts; it comes back where it last saved its state.

    Found behind where it was last seen, it plays anew, and that play takes up the first; if not,
    the first goes on. Either way one counts, and what sounded twice is credited twice.
    """
    async with asyncio.TaskGroup() as group:
        for killed_at_s in (16, 36):
            group.create_task(_killed_and_back(tmp_path / str(killed_at_s), killed_at_s))


async def _killed_and_back(directory: Path, killed_at_s: float) -> None:
    async with listening(directory, a=60) as listener:
        await let_run(listener.mpd)
        await listener.play("a")
        await listener.hear(until_s=killed_at_s)
        killed = await _kill(listener)
        await listener.mpd.start()
        back = await listener.mpd.status()
        await listener.until_seen()
        seen = await listener.mpd.status()
        await listener.until_silent()
        plays = await listener.all_plays()

    again = Heard(60 - float(seen["elapsed"]), 60 - float(back["elapsed"]))
    assert [play.verdict.counts for play in plays].count(True) == 1
    assert [play.continues for play in plays[1:]] == [play.play_uid for play in plays[:-1]]
    assert (plays[-1].track.title, plays[-1].closed_by) == ("A", "finished")
    assert plays in killed + again


@shows(25)
async def test_another_song_under_the_same_id_is_another_play(tmp_path: Path) -> None:
    """Killed, back with an empty queue; ids begin at 1 again, and the song there is another."""
    async with listening_by_cable(tmp_path, a=40, b=30) as (listener, cable):
        await let_run(listener.mpd)
        await listener.play("a")
        await listener.hear(until_s=8)
        seen = listener.capture.last()
        killed = await _kill(listener)
        await cable.cut()
        listener.mpd.forget_state()
        await listener.mpd.start()
        await listener.mpd.play("b.flac")
        await cable.mend()
        await listener.until_seen()
        again = listener.capture.last()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert seen is not None
    assert again is not None
    assert seen.entry_id == again.entry_id == "1"
    assert told(plays) == ["p A lost", "P B finished"]
    assert plays[0] in killed
    assert plays[1].played_s <= 30
    assert plays[1].continues is None


@shows(26)
async def test_a_restart_of_mpd_in_mid_song_makes_no_second_listen(tmp_path: Path) -> None:
    """Ended by SIGTERM, it saves exactly where it was; the play goes on, counted already or not."""
    async with asyncio.TaskGroup() as group:
        for restarted_at_s in (11, 24):
            group.create_task(_restarted(tmp_path / str(restarted_at_s), restarted_at_s))


async def _restarted(directory: Path, restarted_at_s: float) -> None:
    async with listening(directory, a=40) as listener:
        await let_run(listener.mpd)
        await listener.play("a")
        await listener.hear(until_s=restarted_at_s)
        await listener.mpd.restart()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(40)


@shows(26)
async def test_a_restarted_mpd_that_is_reached_late(tmp_path: Path) -> None:
    """It has played on for a third of the song: neither what was before nor what comes is half."""
    async with listening_by_cable(tmp_path, a=60) as (listener, cable):
        await let_run(listener.mpd, uptime_s=9)
        await listener.play("a")
        await listener.hear(until_s=14)
        await cable.cut()
        await listener.mpd.restart()
        await listener.hear(until_s=36)
        await cable.mend()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(60)


@shows(27)
async def test_a_song_that_mpd_restores_paused_is_no_play(tmp_path: Path) -> None:
    """After a boot mpd stands paused near the end of a song that sounded another day."""
    async with await mpd_with(tmp_path, {"a": 20}) as mpd:
        await mpd.play("a.flac")
        await mpd.until(elapsed_s=13)
        await mpd.command("pause", 1)
        await mpd.restart()
        restored = await mpd.status()
        async with Capture(tmp_path, mpd) as capture:
            listener = Listener(mpd, capture)
            await listener.until_seen()
            left_open = capture.sounding()
            await listener.do("stop")
            plays = await listener.all_plays()

    assert restored["state"] == "pause"
    assert float(restored["elapsed"]) >= 13
    assert left_open is None
    assert plays == []


@shows(27)
async def test_a_play_that_mpd_restores_paused_waits_to_be_resumed(tmp_path: Path) -> None:
    """The daemon knows it from before the restart: it stays one play, and earns nothing there."""
    async with await mpd_with(tmp_path, {"a": 40}) as mpd:
        mpd.settings["restore_paused"] = "yes"
        async with Capture(tmp_path, mpd) as capture:
            listener = Listener(mpd, capture)
            await let_run(mpd)
            await listener.play("a")
            await listener.hear(until_s=12)
            await mpd.restart()
            await listener.until_seen()
            await mpd.clock.sleep(15)
            stood = capture.sounding()
            await listener.do(("pause", 0))
            await listener.until_silent()
            plays = await listener.all_plays()

    assert stood is not None
    assert stood.paused
    assert not stood.counts
    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(40)


async def _kill(listener: Listener) -> Heard:
    """Kills mpd; returns where it was."""
    asked_at = listener.mpd.clock.moment()
    status = await listener.mpd.status()
    await listener.mpd.kill()
    position_s = float(status["elapsed"])
    passed_s = listener.mpd.clock.moment().seconds_since(asked_at)
    return Heard(position_s, position_s + passed_s)
