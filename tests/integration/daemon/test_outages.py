"""What goes away while the daemon runs: it is told once, and no play is lost for it."""

import asyncio
import http.client
import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.disks import fill, small_disk
from tests.integration.daemon.test_kills import check_files
from tests.servers.daemon import SOURCE, Daemon
from tests.servers.mpd import Mpd
from tests.servers.mpd_config import EVERYTHING
from tests.servers.waiting import eventually

pytestmark = pytest.mark.integration

SHORT = {"min_length": "5s"}


def events(daemon: Daemon) -> list[str]:
    """The names of what its log has from warnings on."""
    return [entry["event"] for entry in daemon.trouble()]


async def test_an_mpd_that_starts_later_is_found(tmp_path: Path) -> None:
    """The daemon starts without it, says so once, and captures as soon as it is there."""
    mpd = Mpd(tmp_path, speed=10)
    daemon = Daemon(tmp_path, mpd, configuration={"counting": SHORT})
    await daemon.launch()
    waiting = await eventually(lambda: _degraded(daemon, SOURCE), what="the outage to be told")
    shown = await daemon.command("sources")
    doctor = await daemon.command("doctor", check=False)
    async with mpd:
        await daemon.working(SOURCE)
        await mpd.add_song("song.flac", 6)
        await mpd.play("song.flac")
        await daemon.history(1)
        assert await daemon.stop() == 0
    assert "no such socket; is MPD running" in waiting["detail"]
    assert waiting["detail"] in shown.stdout
    assert doctor.returncode == 1
    assert f"FAIL MPD at {mpd.socket_path} is not there." in doctor.stdout
    assert events(daemon) == ["source.unavailable"]
    assert [entry["source"] for entry in daemon.log("source.recovered")] == [SOURCE]


async def _degraded(daemon: Daemon, part: str) -> dict[str, Any] | None:
    found = await daemon.component(part)
    return found if found.get("state") == "degraded" else None


async def test_a_wrong_password_is_told_and_not_shown(tmp_path: Path) -> None:
    """What to do about it is said once; the password itself nowhere."""
    secret = tmp_path / "password"
    secret.write_text("open-barley\n", encoding="utf-8")
    async with Mpd(tmp_path, speed=10, passwords={"sesame": EVERYTHING}) as mpd:
        daemon = Daemon(tmp_path, mpd)
        daemon.configuration["sources"][0]["password_file"] = str(secret)
        await daemon.launch()
        refused = await eventually(lambda: _degraded(daemon, SOURCE), what="the refusal")
        doctor = await daemon.command("doctor", check=False)
        config = await daemon.command("check-config", "--json")
        assert await daemon.stop() == 0
        secret.write_text("sesame\n", encoding="utf-8")
        await daemon.start()
        assert await daemon.stop() == 0
    assert "does not accept the password: put one of its mpd.conf into" in refused["detail"]
    assert "does not accept the password" in doctor.stdout
    assert events(daemon) == ["source.unavailable"]
    for text in (daemon.stderr(), doctor.stdout, doctor.stderr, config.stdout):
        assert "open-barley" not in text


async def test_a_locked_database_holds_up_nobody(tmp_path: Path) -> None:
    """Plays wait in the journal, also while the daemon starts; commands say what is the matter."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("song.flac", 6, {"title": "Song"})
        daemon = Daemon(tmp_path, mpd, configuration={"counting": SHORT})
        await daemon.start()
        assert await daemon.stop() == 0
        with closing(sqlite3.connect(daemon.state_dir / "scrobbled.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            await daemon.start(SOURCE)
            await mpd.play("song.flac")
            await mpd.until(state="stop")
            await eventually(lambda: daemon.log("play.closed"), what="the end of the play")
            status = await daemon.status()
            refused = await daemon.command("user", "add", "ben", check=False)
            other.rollback()
        (listen,) = await daemon.history(1, within_s=60)
        assert await daemon.stop() == 0
    assert status is not None
    assert (status["capturing"], status["waiting"]) == (True, 1)
    assert refused.returncode == 1
    assert refused.stderr.startswith("scrobbled: The daemon cannot do this now: ")
    assert listen["title"] == "Song"
    check_files(daemon.state_dir)


@pytest.mark.timeout(240)
async def test_a_full_disk_costs_no_play(tmp_path: Path) -> None:
    """It is seen on /healthz and once in the log; what plays meanwhile is there afterwards."""
    with small_disk(tmp_path / "disk", 24) as disk:
        async with Mpd(tmp_path, speed=10) as mpd:
            for number in range(4):
                await mpd.add_song(f"{number}.flac", 6, {"title": f"Song {number}"})
            daemon = Daemon(
                tmp_path,
                mpd,
                configuration={"state_dir": str(disk / "state"), "counting": SHORT},
            )
            async with daemon:
                await mpd.play("0.flac")
                await daemon.history(1)
                filler = fill(disk)
                await mpd.play("1.flac", "2.flac")
                await mpd.until(state="stop")
                full = await eventually(lambda: _degraded(daemon, "journal"), what="the outage")
                health = await _healthz(daemon)
                filler.unlink()
                await mpd.play("3.flac")
                listens = await daemon.history(4, within_s=90)
                await daemon.working("journal", "deliver", within_s=60)
                assert await daemon.stop() == 0
            assert [entry["title"] for entry in listens] == [f"Song {n}" for n in range(4)]
            assert "disk" in full["detail"]
            assert health["status"] == "degraded"
            check_files(daemon.state_dir)
    told = events(daemon)
    assert told
    assert len(told) == len(set(told)), "each of it once"
    assert not [entry for entry in daemon.trouble() if "exception" in entry]


async def _healthz(daemon: Daemon) -> dict[str, Any]:
    """What `/healthz` answers on the unix socket."""

    def ask() -> dict[str, Any]:
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(daemon.web_socket))
        try:
            connection.request("GET", "/healthz")
            body: dict[str, Any] = json.load(connection.getresponse())
            return body
        finally:
            connection.close()

    return await asyncio.to_thread(ask)
