"""The private mpd of the tests does what the tests count on."""

import time
from pathlib import Path

import mpd as driver
import pytest
from tests.servers.mpd import Mpd
from tests.servers.mpd_config import EVERYTHING
from tests.servers.sounds import truncate, write_sound
from tests.servers.waiting import eventually

pytestmark = pytest.mark.integration


async def test_time_runs_at_the_speed_asked_for(tmp_path: Path) -> None:
    """Two songs of 6 s take 1.2 s at tenfold speed, and positions follow the scaled clock."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", 6)
        await mpd.add_song("b.wav", 6)
        await mpd.play("a.flac", "b.wav")
        began = time.monotonic()
        first = await mpd.until(elapsed_s=1)
        before = mpd.clock.moment()
        later = await mpd.until(elapsed_s=4)
        passed = mpd.clock.moment().seconds_since(before)
        await mpd.until(state="stop")
        took = time.monotonic() - began

        assert passed == pytest.approx(float(later["elapsed"]) - float(first["elapsed"]), abs=0.5)
        assert took == pytest.approx(1.2, abs=0.4)
        assert (await mpd.command("stats"))["playtime"] == "12"


async def test_tags_and_lengths_reach_mpd(tmp_path: Path) -> None:
    """Repeated tags of FLAC and WAV files, lengths and CUE parts come out as they were put in."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("a.flac", 6, {"artist": ["A", "B"], "musicbrainz_trackid": "x"})
        await mpd.add_song("b.wav", 2.5, {"artist": ["C", "D"], "title": "Two"})
        await mpd.add_song("c.mp3", 3)
        await mpd.add_song("disc.flac", 8)
        await mpd.add_cue(
            "disc.cue", "disc.flac", [(0, {"title": "Part 1"}), (4, {"title": "Part 2"})]
        )
        songs = {song["file"]: song for song in await mpd.command("listallinfo") if "file" in song}
        await mpd.command("load", "disc.cue")
        parts = await mpd.command("playlistinfo")

        assert songs["a.flac"]["artist"] == ["A", "B"]
        assert songs["a.flac"]["musicbrainz_trackid"] == "x"
        assert songs["b.wav"]["artist"] == ["C", "D"]
        assert float(songs["b.wav"]["duration"]) == pytest.approx(2.5)
        assert float(songs["c.mp3"]["duration"]) == pytest.approx(3, abs=0.1)
        assert [(part["title"], part["range"]) for part in parts] == [
            ("Part 1", "0.000-4.000"),
            ("Part 2", "4.000-"),
        ]


async def test_sigterm_keeps_the_position_and_kill_does_not_stop_a_restart(tmp_path: Path) -> None:
    """After SIGTERM the same song goes on where it was; after kill -9 mpd starts again."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        await mpd.until(elapsed_s=0.5)
        await mpd.restart()
        status = await mpd.until(state="play")
        await mpd.kill()
        mpd.forget_state()
        await mpd.start()

        assert float(status["elapsed"]) >= 0.5
        assert (await mpd.status())["playlistlength"] == "0"


async def test_a_frozen_mpd_does_not_catch_up(tmp_path: Path) -> None:
    """SIGSTOP stops the audio as well; after SIGCONT it goes on from there."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        before = await mpd.until(elapsed_s=2)
        await mpd.freeze()
        frozen_at = mpd.clock.moment()
        await eventually(lambda: mpd.clock.moment().seconds_since(frozen_at) > 10)
        await mpd.thaw()
        after = await mpd.status()

        assert float(after["elapsed"]) - float(before["elapsed"]) < 3


async def test_partitions_play_beside_each_other(tmp_path: Path) -> None:
    """A new partition with an output of its own plays its own queue."""
    async with Mpd(tmp_path, speed=10, outputs=("main", "second")) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.add_partition("kitchen", "second")
        await mpd.play("a.flac", partition="kitchen")
        await mpd.until(elapsed_s=1, partition="kitchen")

        assert (await mpd.status())["state"] == "stop"


async def test_passwords_bind_others_but_not_the_driver(tmp_path: Path) -> None:
    """With passwords set a stranger is refused, while the harness still drives mpd."""
    async with Mpd(tmp_path, passwords={"open": EVERYTHING}) as mpd:
        await mpd.add_song("a.flac", 6)
        stranger = driver.MPDClient()
        stranger.connect(str(mpd.socket_path))
        with pytest.raises(driver.CommandError, match="permission"):
            stranger.status()
        stranger.disconnect()


async def test_a_truncated_file_is_passed_over(tmp_path: Path) -> None:
    """A file cut off in its header takes no time; the song after it plays."""
    async with Mpd(tmp_path, speed=10) as mpd:
        truncate(write_sound(mpd.music / "broken.wav", 6), 0.00001)
        await mpd.add_song("a.flac", 6)
        await mpd.command("add", "a.flac")
        await mpd.command("play", 0)
        await mpd.until(elapsed_s=1)


async def test_stalled_outputs_let_the_position_stand(tmp_path: Path) -> None:
    """Mpd says that it plays; once they are free it goes on from there."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        await mpd.until(elapsed_s=3)
        await mpd.stall_outputs()
        await mpd.clock.sleep(3)  # what is in the pipe is still told
        stalled = await mpd.status()
        await mpd.clock.sleep(10)
        still = await mpd.status()
        await mpd.free_outputs()
        await mpd.until(elapsed_s=float(still["elapsed"]) + 3)

    assert (stalled["state"], still["state"]) == ("play", "play")
    assert stalled["elapsed"] == still["elapsed"]
