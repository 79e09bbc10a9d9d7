"""What was posted to a running daemon is recorded, and yields the same plays when replayed."""

import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest
from tests.servers.daemon import Daemon
from tests.unit.jellyfin.bodies import BEGAN_S, body, ticks

pytestmark = pytest.mark.integration

TOKEN = "0123456789abcdef"  # noqa: S105 - made up for the test
LENGTH_S = 4.0


def daemon_in(directory: Path) -> Daemon:
    """A daemon with one Jellyfin and nothing else, for which short songs count."""
    token = directory / "token"
    token.write_text(TOKEN)
    source = {
        "type": "jellyfin",
        "name": "home",
        "webhook_token_file": str(token),
        "users": {"ann": "anna"},
    }
    counting = {"min_length": "0s"}
    return Daemon(directory, configuration={"sources": [source], "counting": counting})


async def post(daemon: Daemon, text: str) -> int:
    """Posts as the Webhook plugin does; returns the status."""
    connector = aiohttp.UnixConnector(str(daemon.web_socket))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as client:
        url = "http://localhost/hooks/jellyfin/home"
        async with client.post(url, data=text.encode()) as answer:
            return answer.status


async def test_a_play_over_a_crash_recorded_and_replayed(tmp_path: Path) -> None:
    """Killed after the last body was answered, the daemon still makes the play of it, once."""
    daemon, whole = daemon_in(tmp_path), ticks(LENGTH_S)
    await daemon.start("database", "jellyfin:home")
    try:
        began_s = time.time() - BEGAN_S
        assert await post(daemon, body("PlaybackStart", began_s, RunTimeTicks=whole)) == 204
        await asyncio.sleep(3.0)
        now_s = time.time() - BEGAN_S
        heard = {"RunTimeTicks": whole, "PlaybackPositionTicks": ticks(now_s - began_s)}
        assert await post(daemon, body("PlaybackStop", now_s, **heard)) == 204
        await daemon.kill()
        await daemon.start("database", "jellyfin:home")
        (play,) = await daemon.history(1)
        trace = tmp_path / "trace"
        trace.write_text((await daemon.command("jellyfin", "record", "--last", "5m")).stdout)
        (again,) = await daemon.json("jellyfin", "replay", str(trace))
    finally:
        await daemon.kill()

    assert (play["user"], play["source"]) == ("anna", "jellyfin:home")
    assert play["played_secs"] == pytest.approx(3.0, abs=0.5)
    assert again["played_secs"] == pytest.approx(play["played_secs"], abs=0.1)
    assert again["counted"]
    assert "Lantern" not in trace.read_text()
    assert len(trace.read_text().splitlines()) == 3
    assert json.loads(trace.read_text().splitlines()[0])["type"] == "jellyfin"
