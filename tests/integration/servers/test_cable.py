"""The cable of the tests passes everything on, breaks, and is mended."""

import asyncio
from pathlib import Path

import pytest
from tests.servers.cable import Cable
from tests.servers.mpd import Mpd

pytestmark = pytest.mark.integration


async def test_a_cable_passes_on_until_it_is_cut(tmp_path: Path) -> None:
    """Mpd answers through it; a cut ends what was connected and refuses what comes."""
    async with Mpd(tmp_path) as mpd, Cable(tmp_path, mpd.socket_path) as cable:
        reader, writer = await asyncio.open_unix_connection(cable.path)
        greeting = await reader.readline()
        writer.write(b"ping\n")
        answer = await reader.readline()
        await cable.cut()
        rest = await reader.read()
        writer.close()
        with pytest.raises(FileNotFoundError):
            await asyncio.open_unix_connection(cable.path)
        await cable.mend()
        reader, writer = await asyncio.open_unix_connection(cable.path)
        again = await reader.readline()
        writer.close()

    assert greeting == again
    assert greeting.startswith(b"OK MPD ")
    assert (answer, rest) == (b"OK\n", b"")


async def test_a_cable_to_nowhere_hangs_up(tmp_path: Path) -> None:
    """As a connection to a host whose mpd is down."""
    async with Cable(tmp_path, tmp_path / "nobody") as cable:
        reader, writer = await asyncio.open_unix_connection(cable.path)
        try:
            said = await reader.read()
        except ConnectionResetError:
            said = b""
        writer.close()

    assert said == b""
