"""What the running daemon does for commands, on real parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.music import write_music
from tests.unit.scrobbler.rig import SONG, SOURCE, Rig, rig

from scrobbled.analyzer.match import MatchSettings
from scrobbled.analyzer.service import Analyzer
from scrobbled.app.commands import DaemonCommands
from scrobbled.app.storehouse import Storehouse
from scrobbled.errors import DatabaseUnavailable, OperatorError
from scrobbled.query.users import users
from scrobbled.runtime.tasks import Running
from scrobbled.store import open_database
from scrobbled.web.control import OnDisconnect


@dataclass
class House:
    """A daemon's parts, with its commands.

    Attributes:
        music: its music folder.
        reports: what the last command reported.
    """

    it: Rig
    storehouse: Storehouse
    commands: DaemonCommands
    music: Path
    reports: list[dict[str, Any]]

    async def do(self, command: str, **arguments: Any) -> Any:
        """Gives a command."""
        self.reports.clear()
        return await self.commands.table()[command].run(arguments, self.reports.append)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Has the main database open while the block runs."""
        stopping = asyncio.Event()
        task = Running("database", stopping, self.it.health.component("database"))
        running = asyncio.create_task(self.storehouse.run(task))
        await self.storehouse.database()
        try:
            yield
        finally:
            stopping.set()
            await running
            await self.storehouse.close()


@asynccontextmanager
async def house(directory: Path) -> AsyncIterator[House]:
    """The parts of a daemon; the database is not open yet."""
    music = directory / "music"
    await asyncio.to_thread(music.mkdir)
    async with rig(directory) as it:
        await it.intake.load([it.profile])
        storehouse = Storehouse(
            partial(open_database, f"sqlite:///{directory}/main.db"),
            it.clock,
            prepare=lambda _database: None,
        )
        settings = MatchSettings(source_order=(SOURCE,))
        commands = DaemonCommands(
            health=it.health,
            intake=it.intake,
            journal=it.journal,
            analyzer=Analyzer(storehouse.database, [music], settings, it.clock),
            storehouse=storehouse,
            clock=it.clock,
            plugins={},
        )
        yield House(it, storehouse, commands, music, [])


async def test_how_it_does(tmp_path: Path) -> None:
    """Health, what sounds, what waits and what failed; answered also without a database."""
    async with house(tmp_path) as daemon:
        player = daemon.it.player("kitchen")
        await daemon.it.intake.observe(SOURCE, player.play(SONG))
        daemon.it.clock.pass_by(40.04)
        await daemon.it.intake.observe(SOURCE, player.look())
        await daemon.it.housekeeping.tidy()
        status = await daemon.do("status")
        await daemon.it.intake.observe(SOURCE, player.play(SONG))
        later = await daemon.do("status")

    assert status["capturing"] is True
    assert status["health"]["components"]["journal"]["state"] == "ok"
    assert (status["waiting"], status["dead_letters"]) == (0, 0)
    assert status["now_playing"] == [
        {
            "source": "mpd:test/kitchen",
            "user": "anna",
            "title": "Song",
            "artists": ["First", "Second"],
            "started_at": "2026-09-21T14:13:20+00:00",
            "played_secs": 40.0,
            "paused": False,
            "counts": False,
            "counts_in_secs": pytest.approx(59.96),
        }
    ]
    assert later["waiting"] == 1


async def test_music_is_looked_through(tmp_path: Path) -> None:
    """With reports on the way; what was found is linked, and both reports are told."""
    async with house(tmp_path) as daemon, daemon.open():
        for number in range(3):
            path = daemon.music / f"{number}.flac"
            await asyncio.to_thread(write_music, path, {"title": str(number)})
        everything = await daemon.do("scan")
        assert (everything["scan"]["added"], everything["match"]["looked_at"]) == (3, 0)
        assert daemon.reports[-1]["read"] == 3
        again = await daemon.do("scan", paths=[str(daemon.music / "1.flac")], full=True)
        assert (again["scan"]["seen"], again["scan"]["read"]) == (1, 1)
        assert (await daemon.do("match"))["looked_at"] == 0


async def test_a_user_is_added(tmp_path: Path) -> None:
    """Once, and only under a name that can be one."""
    async with house(tmp_path) as daemon, daemon.open():
        assert await daemon.do("user-add", name="ben") == {"id": 1}
        with pytest.raises(OperatorError, match="already"):
            await daemon.do("user-add", name="ben")
        with pytest.raises(OperatorError, match="cannot be a user's name"):
            await daemon.do("user-add", name="a/b")
        database = await daemon.storehouse.database()
        assert [each.name for each in await asyncio.to_thread(users, database)] == ["ben"]


@pytest.mark.parametrize("name", ["scan", "match", "user-add"])
async def test_who_needs_the_database_is_told_that_it_is_away(tmp_path: Path, name: str) -> None:
    """At once, with the reason, instead of waiting for it."""
    async with house(tmp_path) as daemon:
        daemon.it.health.component("database").degraded("the server refuses connections")
        async with asyncio.timeout(2):
            with pytest.raises(DatabaseUnavailable, match="now: the server refuses connections"):
                await daemon.do(name, name="ben")


async def test_work_goes_on_when_nobody_listens(tmp_path: Path) -> None:
    """Only questions end with who asked them."""
    async with house(tmp_path) as daemon:
        table = daemon.commands.table()

    for name in ("scan", "match", "user-add"):
        assert table[name].on_disconnect is OnDisconnect.DETACH
    assert table["status"].on_disconnect is OnDisconnect.CANCEL
