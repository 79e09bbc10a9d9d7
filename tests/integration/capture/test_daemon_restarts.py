"""The daemon is killed in mid-song, and started anew; or started twice."""

from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import listening, mpd_with
from tests.integration.capture.scenarios import shows
from tests.servers.daemon import Daemon

pytestmark = pytest.mark.integration


@shows(28)
async def test_a_daemon_killed_after_a_song_counted_makes_no_second_listen(
    tmp_path: Path,
) -> None:
    """It takes the same play up again."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=22)
        before = listener.capture.sounding()
        await listener.capture.kill()
        await listener.hear(until_s=27)
        await listener.capture.start()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert before is not None
    assert before.counts
    assert told(plays) == ["P A finished"]
    assert plays[0].play_uid == before.play_uid
    assert plays[0] in exactly(40)


@shows(29)
async def test_a_daemon_killed_before_a_song_counts_sees_it_count(tmp_path: Path) -> None:
    """What sounded while nobody watched is credited as well: mpd's count of audio proves it."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=8)
        await listener.capture.kill()
        await listener.hear(until_s=13)
        await listener.capture.start()
        await listener.hear(until_s=23)
        counted = listener.capture.sounding()
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert counted is not None
    assert counted.counts
    assert told(plays) == ["P A stopped"]
    assert plays[0] in stopped


@shows(29)
async def test_a_pause_while_no_daemon_watches_is_not_heard(tmp_path: Path) -> None:
    """The time without a daemon was longer than what lacked, but little of it sounded."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=5)
        await listener.capture.kill()
        await listener.mpd.command("pause", 1)
        await listener.mpd.clock.sleep(30)
        await listener.mpd.command("pause", 0)
        await listener.capture.start()
        await listener.until_seen()
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    assert told(plays) == ["p A stopped"]
    assert plays[0] in stopped


@shows(28)
async def test_songs_that_ended_while_no_daemon_watched_are_kept(tmp_path: Path) -> None:
    """Killed in one song, back in the third: all three count, the second by inference."""
    async with listening(tmp_path, a=20, b=20, c=20) as listener:
        await listener.play("a", "b", "c")
        await listener.hear(until_s=13)
        await listener.capture.kill()
        await listener.hear(until_s=5, song="2")
        await listener.capture.start()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished", "P C finished"]
    assert [play.inferred for play in plays] == [False, True, False]
    assert all(play in exactly(20) for play in plays)


@shows(48)
async def test_a_second_daemon_on_the_same_state_is_refused(tmp_path: Path) -> None:
    """Started by mistake, as a process; the first one goes on, and each play is kept once."""
    counting = {"counting": {"min_length": "1s"}}
    async with (
        await mpd_with(tmp_path, {"a": 15}) as mpd,
        Daemon(tmp_path, mpd, configuration=counting) as daemon,
    ):
        second = await daemon.command("run", check=False)
        await mpd.play("a.flac")
        await mpd.until(state="stop")
        listens = await daemon.history(1, "--with-skips")
        trouble = daemon.trouble()

    assert second.returncode == 1
    assert f"scrobbled already runs on {daemon.state_dir}" in second.stderr + second.stdout
    assert [(listen["title"], listen["counted"]) for listen in listens] == [("A", True)]
    assert trouble == []
