"""The wheel, installed as people have it: a daemon that runs, and every command beside it."""

import asyncio
import json
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.installation import Installation
from tests.servers.daemon import SOURCE, Daemon
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

KEYS = {
    "listen_id": (int, type(None)),
    "raw_id": (int,),
    "listened_at": (str,),
    "user": (str,),
    "source": (str,),
    "source_track_id": (str,),
    "title": (str,),
    "artists": (list,),
    "album": (str, type(None)),
    "duration_secs": (float, type(None)),
    "played_secs": (float,),
    "counted": (bool,),
    "closed_by": (str,),
    "link": (dict, type(None)),
}
"""What `history --json` promises, key by key."""

SHORT = {"min_length": "1s"}
"""Songs count that last a second: this program has no clock but the real one."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_shape(entries: list[dict[str, Any]]) -> None:
    """Each entry has exactly the keys that are promised, in their types."""
    for entry in entries:
        assert list(entry) == list(KEYS)
        assert [key for key in KEYS if not isinstance(entry[key], KEYS[key])] == []
        assert entry["listened_at"].endswith("Z")
        age = datetime.now(UTC) - datetime.fromisoformat(entry["listened_at"])
        assert timedelta(0) <= age < timedelta(minutes=5)
        assert all(isinstance(artist, str) for artist in entry["artists"])
        if entry["link"] is not None:
            assert list(entry["link"]) == ["track_id", "confidence", "reason"]


async def healthz(port: int) -> dict[str, Any]:
    """What `/healthz` answers."""

    def ask() -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            body: dict[str, Any] = json.load(answer)
            return body

    return await asyncio.to_thread(ask)


async def test_a_person_installs_it_and_finds_their_plays(
    installation: Installation, tmp_path: Path
) -> None:
    """Plays on a real mpd come out of `history` as promised, and every command works."""
    port = free_port()
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song(
            "Ann & Ben/01 Duet.flac",
            3,
            {"title": "Duet", "artist": ["Ann", "Ben"], "album": "Both"},
        )
        await mpd.add_song("long.flac", 60, {"title": "Long", "artist": "Carl"})
        await mpd.add_song("disc.flac", 4)
        await mpd.add_cue("disc.cue", "disc.flac", [(0, {"title": "Side A"}), (2, {"title": "B"})])
        configuration = {
            "web": {"listen": f"127.0.0.1:{port}"},
            "library": {"folders": [str(mpd.music)]},
            "counting": SHORT,
        }
        async with Daemon(
            tmp_path,
            mpd,
            program=[installation.command],
            configuration=configuration,
            installed=True,
        ) as daemon:
            await mpd.commands(
                ("clear",),
                ("add", "Ann & Ben/01 Duet.flac"),
                ("load", "disc.cue", "0:1"),
                ("add", "long.flac"),
                ("play", 0),
            )
            await mpd.until(song="2", elapsed_s=1.2)
            await check_sounding(daemon)
            await mpd.command("stop")
            await check_history(daemon)
            await check_explain(daemon)
            await check_users(daemon)
            await check_work(daemon)
            await check_doctor(daemon, mpd)
            health = await healthz(port)
            assert (health["status"], health["capturing"]) == ("ok", True)
            assert health["components"][SOURCE]["counters"]["observations"] >= 4
            assert await daemon.stop() == 0
        assert daemon.trouble() == []
        assert not (daemon.state_dir / "control.sock").exists()
        stopped = await daemon.json("sources")
        assert (stopped["running"], stopped["sources"][0]["state"]) == (False, "not running")
        assert len(await daemon.json("history")) == 2, "it is read without the daemon, too"


async def first_link(daemon: Daemon) -> Any:
    """What the oldest listen is linked to."""
    listens = await daemon.history()
    return listens[0]["link"] if listens else None


async def check_sounding(daemon: Daemon) -> None:
    """`sources` tells what plays now."""
    told = await daemon.json("sources")

    assert told["running"]
    (source,) = told["sources"]
    assert (source["source"], source["state"]) == (SOURCE, "ok")
    (sounding,) = told["now_playing"]
    assert (sounding["title"], sounding["artists"]) == ("Long", ["Carl"])
    assert (sounding["counts"], sounding["paused"]) == (False, False)
    shown = (await daemon.command("sources")).stdout
    assert f"{SOURCE}: playing Long by Carl" in shown
    assert ", counts in 0:" in shown


async def check_history(daemon: Daemon) -> None:
    """`history` lists listens, and skips where asked for, in the order asked for."""
    await eventually(lambda: first_link(daemon), every_s=0.1, what="the first link")
    everything = await daemon.history(3, "--with-skips")
    listens = await daemon.history(2)

    check_shape(everything + listens)
    duet, side, long = everything
    assert duet == {
        **duet,
        "user": "anna",
        "source": SOURCE,
        "source_track_id": "Ann & Ben/01 Duet.flac",
        "title": "Duet",
        "artists": ["Ann", "Ben"],
        "album": "Both",
        "duration_secs": 3.0,
        "counted": True,
        "closed_by": "finished",
    }
    assert 2.5 <= duet["played_secs"] <= 3.1
    assert side["source_track_id"] == "disc.flac#0.000-2.000"
    assert (side["title"], side["artists"], side["album"]) == ("Side A", [], None)
    assert (long["listen_id"], long["counted"], long["closed_by"]) == (None, False, "stopped")
    assert long["link"] is None
    assert 1.0 <= long["played_secs"] <= 4.0
    assert [entry["listen_id"] for entry in listens] == [duet["listen_id"], side["listen_id"]]
    assert duet["link"]["reason"] == "file"
    assert duet["link"]["confidence"] == 1.0
    newest_first = await daemon.json("history", "--with-skips")
    assert [entry["raw_id"] for entry in newest_first] == [3, 2, 1]
    limited = await daemon.json("history", "--with-skips", "--limit", "1")
    assert [entry["raw_id"] for entry in limited] == [3]
    assert await daemon.json("history", "--user", "anna") == listens[::-1]
    nobody = await daemon.command("history", "--user", "zoe", check=False)
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("scrobbled: There is no user 'zoe'")
    shown = (await daemon.command("history", "--with-skips")).stdout
    assert "Ann, Ben" in shown
    assert "raw:3" in shown


async def check_explain(daemon: Daemon) -> None:
    """`explain` tells of a listen and of a skip, by their numbers in `history`."""
    listen, skip = (await daemon.json("history", "--oldest-first"))[0], "raw:3"
    told = await daemon.json("explain", str(listen["listen_id"]))
    why = (await daemon.command("explain", skip)).stdout
    unknown = await daemon.command("explain", "4711", check=False)

    assert told["play"] == listen
    assert set(told) == {"play", "said", "sounded", "counted", "linked", "seen"}
    assert "Ann & Ben/01 Duet.flac" in told["said"][0]
    assert told["counted"][0].startswith("It counts: ")
    assert any(each.endswith("music/Ann & Ben/01 Duet.flac.") for each in told["linked"])
    assert told["seen"]
    assert "raw:3: Long by Carl" in why
    assert "It does not count: only " in why
    assert "stopped" in why
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("scrobbled: There is no play 4711")


async def check_users(daemon: Daemon) -> None:
    """`user` lists those of the configuration, and adds others through the daemon."""
    await daemon.command("user", "add", "ben")
    again = await daemon.command("user", "add", "ben", check=False)
    users = await daemon.json("user", "list")

    assert [(user["name"], user["listens"]) for user in users] == [("anna", 2), ("ben", 0)]
    assert again.returncode == 1
    assert again.stderr == "scrobbled: There is a user 'ben' already.\n"


async def check_work(daemon: Daemon) -> None:
    """`scan` and `match` are done by the daemon and say what they did."""
    scanned = await daemon.json("scan")
    matched = await daemon.command("match")

    assert (scanned["scan"]["seen"], scanned["scan"]["failed_count"]) == (3, 0)
    assert scanned["scan"]["unchanged"] == 3
    assert matched.stdout == "No listen waits to be linked.\n"
    shown = (await daemon.command("scan", "--full")).stdout
    assert shown.startswith("3 files in ")
    outside = await daemon.command("scan", "/etc", check=False)
    assert (outside.returncode, outside.stdout) == (1, "")
    assert "is in none of library.folders" in outside.stderr


async def check_doctor(daemon: Daemon, mpd: Mpd) -> None:
    """`doctor` finds everything well, but for a clock that nobody synchronises here."""
    done = await daemon.command("doctor", "--json", check=False)
    checks = json.loads(done.stdout)
    bad = [check for check in checks if not check["ok"] and "clock" not in check["what"]]

    assert bad == []
    told = " ".join(check["what"] for check in checks)
    assert "3 plays and 2 listens, 1 of them linked" in told
    assert f"The music folder {mpd.music} can be read." in told
    assert "The daemon runs (ok)." in told


async def test_a_listen_from_before_the_scan_is_linked_by_itself(
    installation: Installation, tmp_path: Path
) -> None:
    """The folder of a file appears after its play; MPD's own update makes the daemon look."""
    folder = tmp_path / "library"
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("song.flac", 2, {"title": "Song", "artist": "Ann"})
        daemon = Daemon(
            tmp_path,
            mpd,
            program=[installation.command],
            configuration={"library": {"folders": [str(folder)]}, "counting": SHORT},
            installed=True,
        )
        daemon.configuration["sources"][0]["path_map"] = {str(mpd.music): str(folder)}
        async with daemon:
            await mpd.play("song.flac")
            (listen,) = await daemon.history(1)
            assert listen["link"] is None
            scan = await eventually(lambda: daemon.component("scan"), what="the first scan")
            assert scan["state"] == "degraded"
            assert str(folder) in scan["detail"]

            folder.symlink_to(mpd.music)
            await mpd.add_song("other.flac", 2, {"title": "Other", "artist": "Ben"})

            (listen,) = await daemon.history(1, linked=True)
            assert listen["link"]["reason"] == "file"
            await daemon.working("scan")
        assert [entry["event"] for entry in daemon.trouble()] == ["scan.folder_failed"]
