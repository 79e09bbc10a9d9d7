"""Commands that only read, given by somebody who may not write: they work, or say why not."""

from pathlib import Path

import pytest
from tests.servers.daemon import Daemon
from tests.servers.mpd import Mpd
from tests.unprivileged import without_privileges

pytestmark = pytest.mark.integration

READING = (["history"], ["explain", "1"], ["user", "list"])


def only_readable(state: Path) -> None:
    """Takes away the right to write, from the directory and from everything in it."""
    for file in state.iterdir():
        file.chmod(0o400)
    state.chmod(0o500)


async def with_one_listen(directory: Path, mpd: Mpd) -> Daemon:
    """A daemon that runs, and has recorded a play."""
    await mpd.add_song("song.flac", 6, {"title": "Song", "artist": "A"})
    daemon = Daemon(directory, mpd, configuration={"counting": {"min_length": "5s"}})
    await daemon.start()
    await mpd.play("song.flac")
    await daemon.history(1)
    return daemon


async def test_who_may_only_read_reads_beside_the_daemon(tmp_path: Path) -> None:
    """Every command that only reads works, and none of them changes a file."""
    async with Mpd(tmp_path, speed=10) as mpd:
        daemon = await with_one_listen(tmp_path, mpd)
        only_readable(daemon.state_dir)
        daemon.prefix = without_privileges()
        before = sorted(file.name for file in daemon.state_dir.iterdir())
        shown = [(await daemon.command(*words)).stdout for words in READING]
        after = sorted(file.name for file in daemon.state_dir.iterdir())
        await daemon.kill()
    assert [text for text in shown if "Song" not in text and "anna" not in text] == []
    assert after == before


async def test_who_may_only_read_is_told_when_that_is_not_enough(tmp_path: Path) -> None:
    """Without a daemon SQLite has to write beside the file; the sentence says what to do."""
    async with Mpd(tmp_path, speed=10) as mpd:
        daemon = await with_one_listen(tmp_path, mpd)
        await daemon.stop()
    only_readable(daemon.state_dir)
    daemon.prefix = without_privileges()
    for words in READING:
        done = await daemon.command(*words, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert "cannot be read by this user while no daemon runs" in done.stderr
        assert "sudo -u scrobbled" in done.stderr


async def test_who_may_not_even_look_is_told(tmp_path: Path) -> None:
    """A directory that is closed to a user is no missing database."""
    daemon = Daemon(tmp_path, prefix=without_privileges())
    daemon.write_configuration()
    daemon.state_dir.mkdir(mode=0)
    for words in (*READING, ["db", "check"], ["scan"], ["match"], ["user", "add", "ben"]):
        done = await daemon.command(*words, check=False)
        assert done.returncode == 1, words
        (sentence,) = done.stderr.splitlines()
        assert sentence.startswith("scrobbled: ")
    doctor = await daemon.command("doctor", check=False)
    assert doctor.returncode == 1
    assert "cannot be written by this user" in doctor.stdout
    assert doctor.stderr == ""


async def test_before_the_first_start_nothing_is_made(tmp_path: Path) -> None:
    """Reading commands say that there is nothing yet, and leave it at that."""
    daemon = Daemon(tmp_path)
    daemon.write_configuration()

    assert await daemon.json("history") == []
    assert await daemon.json("user", "list") == []
    assert not (await daemon.json("sources"))["running"]
    assert (await daemon.command("history")).stdout.startswith("Nothing ")
    unknown = await daemon.command("explain", "1", check=False)
    assert unknown.stderr.startswith("scrobbled: There is no play 1")
    assert not daemon.state_dir.exists()
