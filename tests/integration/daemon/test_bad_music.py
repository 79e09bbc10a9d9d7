"""Music that is odd, huge, unreadable or gone: played, scanned and told all the same."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from tests.servers import sounds
from tests.servers.daemon import Daemon
from tests.servers.mpd import Mpd
from tests.unprivileged import without_privileges

pytestmark = pytest.mark.integration

SHORT = {"min_length": "5s"}
LATIN_1 = "Bj\udcf6rk"
"""A file's name in Latin-1, as Python has it: its o with dots is no UTF-8."""


def with_music(mpd: Mpd, folder: Path | None = None) -> dict[str, object]:
    """A configuration with mpd's music as its library."""
    return {"library": {"folders": [str(folder or mpd.music)]}, "counting": SHORT}


def write_latin_1_tags(path: Path) -> None:
    """A FLAC file whose tags are not the UTF-8 that they have to be."""
    sounds.write_sound(path, 6, {"title": "Joga??", "artist": "Bjo?rk"})
    content = path.read_bytes()
    assert content.count(b"Bjo?rk") == content.count(b"Joga??") == 1
    path.write_bytes(content.replace(b"Bjo?rk", b"Bj\xf6rk!").replace(b"Joga??", b"J\xf3ga!!"))


async def test_names_and_tags_that_are_no_utf_8_come_through(tmp_path: Path) -> None:
    """The file is scanned, its play is a listen that is linked to it, and both can be shown."""
    async with Mpd(tmp_path, speed=10) as mpd:
        named = mpd.music / LATIN_1 / "song.flac"
        await asyncio.to_thread(sounds.write_sound, named, 6, {"title": "Plain", "artist": "B"})
        await asyncio.to_thread(write_latin_1_tags, mpd.music / "tagged.flac")
        await mpd.update()
        async with Daemon(tmp_path, mpd, configuration=with_music(mpd)) as daemon:
            name = os.fsencode(f"{LATIN_1}/song.flac")
            await asyncio.to_thread(_play_raw, mpd.socket_path, name)
            (odd,) = await daemon.history(1, linked=True)
            await mpd.play("tagged.flac")
            _, tagged = await daemon.history(2)
            explained = await daemon.command("explain", str(odd["listen_id"]))
            shown = await daemon.command("history")
            scanned = await daemon.json("scan", "--full")
            found = await daemon.command("scan", str(mpd.music / LATIN_1))
            assert await daemon.stop() == 0

    assert odd["source_track_id"] == r"Bj\xf6rk/song.flac"
    assert (odd["title"], odd["link"]["reason"]) == ("Plain", "file")
    assert r"Bj\xf6rk/song.flac" in explained.stdout
    assert tagged["source_track_id"] == "tagged.flac"
    assert tagged["title"] in shown.stdout
    assert scanned["scan"]["seen"] == 2
    assert found.stdout.startswith("1 file in ")
    assert daemon.trouble() == []


def _play_raw(socket_path: Path, name: bytes) -> None:
    """Plays a file whose name no text can hold."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(socket_path))
        connection.recv(100)
        connection.sendall(b'add "' + name + b'"\n')
        assert connection.recv(100) == b"OK\n"
        connection.sendall(b"play 0\n")
        assert connection.recv(100) == b"OK\n"


async def test_tags_of_ten_megabytes_hurt_nobody(tmp_path: Path) -> None:
    """The file is scanned, its play is a listen with all that mpd says, and it is linked."""
    async with Mpd(tmp_path, speed=10) as mpd:
        lyrics = "la " * 3_500_000
        await mpd.add_song("huge.flac", 6, {"title": "Huge", "artist": "A", "lyrics": lyrics})
        await mpd.add_song("long.flac", 6, {"title": "x" * 100_000, "artist": ["y" * 50_000] * 3})
        async with Daemon(tmp_path, mpd, configuration=with_music(mpd)) as daemon:
            await mpd.play("huge.flac", "long.flac")
            huge, long = await daemon.history(2, linked=True)
            explained = await daemon.command("explain", str(huge["listen_id"]))
            for words in (["history"], ["explain", str(long["listen_id"])], ["scan"], ["sources"]):
                done = await daemon.command(*words)
                assert (len(done.stdout) < 20_000, done.stderr) == (True, "")
            assert await daemon.stop() == 0
    assert (huge["title"], huge["link"]["reason"]) == ("Huge", "file")
    assert len(explained.stdout) < 10_000
    assert long["link"]["reason"] == "file"
    assert daemon.trouble() == []


async def test_files_that_are_no_music_are_named(tmp_path: Path) -> None:
    """Broken files and files that may not be read cost nothing but a line each."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("good.flac", 6, {"title": "Good", "artist": "A"})
        (mpd.music / "broken.flac").write_bytes(b"fLaC" + bytes(500))
        (mpd.music / "empty.mp3").write_bytes(b"")
        secret = mpd.music / "secret.flac"
        sounds.write_sound(secret, 1)
        secret.chmod(0)
        locked = mpd.music / "locked"
        locked.mkdir(mode=0)
        daemon = Daemon(tmp_path, mpd, configuration=with_music(mpd), prefix=without_privileges())
        async with daemon:
            await mpd.play("good.flac")
            await daemon.history(1, linked=True)
            scanned = await daemon.command("scan", "--full")
            part = await daemon.component("scan")
            assert await daemon.stop() == 0
    assert "3 files could not be read:" in scanned.stderr
    for name in ("broken.flac", "empty.mp3", "secret.flac"):
        assert f"  {mpd.music / name}: " in scanned.stderr
    assert f"Not looked into: {locked}: " in scanned.stderr
    assert part["state"] == "degraded"
    assert str(locked) in part["detail"]
    assert {entry["path"] for entry in daemon.log("file.failed")} == {
        str(mpd.music / name) for name in ("broken.flac", "empty.mp3", "secret.flac")
    }
    (trouble,) = daemon.trouble()
    assert (trouble["event"], str(locked) in trouble["reason"]) == ("scan.folder_failed", True)


async def test_a_folder_that_vanishes_takes_nothing_with_it(tmp_path: Path) -> None:
    """A disk that is not mounted is no deletion: its tracks and links stay, and it is said."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("song.flac", 6, {"title": "Song", "artist": "A"})
        aside = tmp_path / "aside"
        async with Daemon(tmp_path, mpd, configuration=with_music(mpd)) as daemon:
            await mpd.play("song.flac")
            (before,) = await daemon.history(1, linked=True)
            mpd.music.rename(aside)
            told = [await daemon.command("scan") for _ in range(2)]
            (after,) = await daemon.history(1)
            aside.rename(mpd.music)
            healed = await daemon.json("scan")
            assert await daemon.stop() == 0
    assert after == before
    for scan in told:
        assert "0 missing" in scan.stdout
        assert f"Not looked into: {mpd.music}: " in scan.stderr
    assert (healed["scan"]["seen"], healed["scan"]["unchanged"]) == (1, 1)
    assert [entry["event"] for entry in daemon.trouble()] == ["scan.folder_failed"], "told once"
