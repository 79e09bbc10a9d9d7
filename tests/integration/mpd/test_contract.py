"""The MPD plugin keeps the contract of sources, against a real mpd."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.servers.mpd import Mpd
from tests.servers.scaled_clock import ScaledClock

from scrobbled.sources.testing import ServerUnderTest, SourceContract
from scrobbled_mpd import PLUGIN

pytestmark = pytest.mark.integration


class _RealMpd:
    """A private mpd as the contract drives it."""

    def __init__(self, mpd: Mpd) -> None:
        self._mpd = mpd

    @property
    def settings(self) -> Mapping[str, Any]:
        """Leads to its unix socket."""
        return {"type": "mpd", "name": "test", "host": str(self._mpd.socket_path)}

    @property
    def clock(self) -> ScaledClock:
        """Of its speed."""
        return self._mpd.clock

    async def play(self) -> None:
        """Plays the one song that there is."""
        await self._mpd.play("a.flac")

    async def pause(self) -> None:
        """Pauses it."""
        await self._mpd.command("pause", 1)

    async def go_away(self) -> None:
        """Dies."""
        await self._mpd.kill()

    async def come_back(self) -> None:
        """Is started again."""
        await self._mpd.start()


class TestMpdKeepsTheContract(SourceContract):
    """The plugin as it is registered."""

    plugin = PLUGIN

    @asynccontextmanager
    async def server(self, directory: Path) -> AsyncIterator[ServerUnderTest]:
        """An mpd with a song of ten minutes."""
        async with Mpd(directory) as mpd:
            await mpd.add_song("a.flac", 600)
            yield _RealMpd(mpd)
