"""What is wrong when the daemon starts: one clear sentence, the right exit status, nothing lost."""

import asyncio
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.servers.daemon import SOURCE, Daemon
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually
from tests.unprivileged import without_privileges

from scrobbled.store import open_database
from scrobbled.store.journal import journal_path

pytestmark = pytest.mark.integration

SHORT = {"min_length": "5s"}


async def refused(daemon: Daemon, status: int = 1) -> str:
    """Starts the daemon, which ends by itself at once; the one sentence that it says."""
    await daemon.launch()
    assert await daemon.ended() == status
    assert daemon.log("task.cancelled") == [], "nobody is kept waiting"
    (sentence,) = daemon.sentences()
    assert "Traceback" not in daemon.stderr()
    assert [entry for entry in daemon.trouble() if "exception" in entry] == []
    return sentence


async def test_every_mistake_of_the_configuration_is_told_at_once(tmp_path: Path) -> None:
    """Each with file, line, column and what to write instead; nothing is started or made."""
    daemon = Daemon(tmp_path)
    daemon.configuration |= {
        "libary": {"folders": ["/srv/music"]},
        "counting": {"fraction": 2, "min_length": 30},
        "web": {"listen": 8420},
    }
    daemon.configuration["sources"][0]["hots"] = "localhost"

    await daemon.launch()
    assert await daemon.ended() == 78

    text = daemon.file.read_text(encoding="utf-8").splitlines()
    told = daemon.sentences()
    assert len(told) == 5
    for line in told:
        place, _, problem = line.partition(": ")
        file, row, column = place.rsplit(":", 2)
        assert file == str(daemon.file)
        key = problem.partition(":")[0].rpartition(".")[2]
        assert key in text[int(row) - 1]
        assert text[int(row) - 1][int(column) - 1] not in {" ", ":"}
    hints = [line for line in told if "did you mean" in line]
    assert [hint.rpartition("did you mean ")[2] for hint in hints] == ["'host'?", "'library'?"]
    assert not daemon.state_dir.exists()


async def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Its permissions are the operator's business, so the status is that of a wrong one."""
    daemon = Daemon(tmp_path, prefix=without_privileges())
    daemon.write_configuration()
    daemon.file.chmod(0)

    done = await daemon.command("run", check=False)

    assert done.returncode == 78
    assert done.stderr == f"{daemon.file}: cannot be read: Permission denied\n"


async def test_a_state_directory_that_is_not_ours_is_told(tmp_path: Path) -> None:
    """Who runs the daemon must own it."""
    daemon = Daemon(tmp_path, prefix=without_privileges())
    daemon.state_dir.mkdir(parents=True)
    daemon.state_dir.chmod(0o500)

    sentence = await refused(daemon)

    assert f"Cannot open the lock {daemon.state_dir}" in sentence
    assert "belong to the user that runs scrobbled" in sentence


async def test_a_state_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Because a directory above it is another's, or because a file is in its place."""
    daemon = Daemon(tmp_path, prefix=without_privileges())
    daemon.directory.mkdir()
    locked = daemon.directory / "locked"
    locked.mkdir(mode=0o500)
    daemon.configuration["state_dir"] = str(locked / "state")
    assert "cannot be made (Permission denied)" in await refused(daemon)

    (daemon.directory / "stderr").unlink()
    daemon.configuration["state_dir"] = str(daemon.file)
    assert "is no directory: move it away" in await refused(daemon)


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")


def _diary(path: Path) -> None:
    path.write_text("Dear diary, " * 1000, encoding="utf-8")


def _damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(8000) + content[8100:])


def _closed_to_us(path: Path) -> None:
    path.chmod(0o400)


@pytest.mark.parametrize(
    ("hurt", "told"),
    [
        (_newer, "was written by a newer version of scrobbled (schema 9999"),
        (_foreign, "holds tables of another program (recipes); choose another place"),
        (_diary, "is no SQLite database; move it away"),
        (_damaged, "is damaged (database disk image is malformed); put back a backup"),
        (_closed_to_us, "cannot be opened for writing"),
    ],
)
async def test_a_database_that_must_not_be_used_ends_the_daemon(
    tmp_path: Path, hurt: Callable[[Path], None], told: str
) -> None:
    """It says why, and leaves the file as it is."""
    daemon = Daemon(tmp_path, prefix=without_privileges())
    path = daemon.state_dir / "scrobbled.db"
    await asyncio.to_thread(lambda: open_database(f"sqlite:///{path}").close())
    hurt(path)
    before = path.read_bytes()

    sentence = await refused(daemon)

    assert sentence.startswith(f"scrobbled: {path} ")
    assert told in sentence
    assert [entry["event"] for entry in daemon.trouble() if entry["level"] != "warning"] == [
        "daemon.task_failed"
    ]
    assert path.read_bytes() == before


async def test_a_second_daemon_is_sent_away(tmp_path: Path) -> None:
    """It names the first one, and does it no harm."""
    async with Mpd(tmp_path, speed=10) as mpd, Daemon(tmp_path, mpd) as first:
        second = await first.command("run", check=False)

        assert second.returncode == 1
        assert second.stderr == (
            f"scrobbled: scrobbled already runs on {first.state_dir} (process {first.pid}). "
            "Stop it first (systemctl stop scrobbled), or use another state_dir.\n"
        )
        assert (await first.component(SOURCE))["state"] == "ok"
        assert first.trouble() == []


async def test_a_port_in_use_costs_no_play(tmp_path: Path) -> None:
    """The web server says so, once; plays are captured all the same."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("song.flac", 6)
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            listen = f"127.0.0.1:{other.getsockname()[1]}"
            daemon = Daemon(
                tmp_path, mpd, configuration={"web": {"listen": listen}, "counting": SHORT}
            )
            async with daemon:
                await mpd.play("song.flac")
                await daemon.history(1)
                web = await daemon.component("web")
                assert await daemon.stop() == 0
    assert web["state"] == "failed"
    assert web["detail"].startswith(f"Cannot listen on {listen}: another program listens there")
    (trouble,) = daemon.trouble()
    assert (trouble["event"], trouble["reason"]) == ("task.failed", web["detail"])
    assert "exception" not in trouble


async def test_sockets_that_a_killed_daemon_left_are_replaced(tmp_path: Path) -> None:
    """Nobody listens on them, so they are in nobody's use."""
    async with Mpd(tmp_path, speed=10) as mpd, Daemon(tmp_path, mpd) as daemon:
        await daemon.kill()
        assert (daemon.state_dir / "control.sock").exists()
        assert daemon.web_socket.exists()
        left = await daemon.json("sources")
        assert not left["running"]
        assert "cannot" not in (await daemon.command("history")).stdout
        await daemon.start()
        await daemon.working("web", "control")


async def test_a_control_socket_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Commands cannot be given then, and the log says why; plays are captured all the same."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("song.flac", 6)
        daemon = Daemon(tmp_path, mpd, configuration={"counting": SHORT})
        daemon.state_dir.mkdir(parents=True)
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(daemon.state_dir / "control.sock"))
            other.listen()
            await daemon.launch()
            await eventually(lambda: daemon.log("source.connected"), what="contact with mpd")
            await mpd.play("song.flac")
            await daemon.history(1)
            assert await daemon.stop() == 0
        assert (daemon.state_dir / "control.sock").exists()
    (trouble,) = daemon.trouble()
    assert (trouble["event"], trouble["task"]) == ("task.failed", "control")
    assert "another program listens there" in trouble["reason"]


async def test_a_damaged_journal_is_kept_and_replaced(tmp_path: Path) -> None:
    """What it held may be lost, but what plays from now on is not."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("song.flac", 6)
        daemon = Daemon(tmp_path, mpd, configuration={"counting": SHORT})
        daemon.state_dir.mkdir(parents=True)
        journal_path(daemon.state_dir).write_bytes(b"no journal at all" * 1000)
        async with daemon:
            await mpd.play("song.flac")
            await daemon.history(1)
    (trouble,) = daemon.trouble()
    assert trouble["event"] == "journal.set_aside"
    (kept,) = daemon.state_dir.glob("*.damaged-*")
    assert trouble["kept_as"] == str(kept)
    assert kept.read_bytes() == b"no journal at all" * 1000
