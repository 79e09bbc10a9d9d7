"""The plugin's client and a real mpd understand each other."""

import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.servers.mpd import Mpd
from tests.servers.mpd_config import EVERYTHING
from tests.servers.sounds import write_sound

from scrobbled_mpd.connection import Address, Connection
from scrobbled_mpd.protocol import (
    DOES_NOT_EXIST,
    NO_PERMISSION,
    UNKNOWN_COMMAND,
    WRONG_PASSWORD,
    CommandRefused,
)
from scrobbled_mpd.snapshot import field, songs_of

pytestmark = pytest.mark.integration


async def test_tcp_and_the_unix_socket_answer_alike(tmp_path: Path) -> None:
    """Greeting and a list of three commands, over both."""
    async with Mpd(tmp_path) as mpd:
        for address in (Address("127.0.0.1", mpd.port), Address(str(mpd.socket_path))):
            connection = await Connection.open(address)
            status, song, stats = await connection.run(("status",), ("currentsong",), ("stats",))
            connection.close()

            assert connection.version.startswith("0.")
            assert field(status, "state") == "stop"
            assert song == []
            assert field(stats, "playtime") == "0"


async def test_a_refusal_in_a_list_names_its_command(tmp_path: Path) -> None:
    """As mpd itself tells; the connection goes on."""
    async with Mpd(tmp_path) as mpd:
        connection = await Connection.open(Address(str(mpd.socket_path)))
        with pytest.raises(CommandRefused) as unknown:
            await connection.run(("status",), ("nonsense",))
        with pytest.raises(CommandRefused) as absent:
            await connection.run(("partition", "absent"))
        alive = await connection.run(("ping",))
        connection.close()

        assert (unknown.value.code, unknown.value.list_index) == (UNKNOWN_COMMAND, 1)
        assert (absent.value.code, absent.value.command) == (DOES_NOT_EXIST, "partition")
        assert alive == [[]]


async def test_passwords_are_accepted_or_not(tmp_path: Path) -> None:
    """A wrong one, none, and one that needs quoting."""
    password = 'say "open\\ sesame"'  # noqa: S105 - of a private mpd that lives for a test
    # In mpd.conf a backslash and a quote are written with a backslash before them.
    written = password.replace("\\", "\\\\").replace('"', '\\"')
    async with Mpd(tmp_path, passwords={written: EVERYTHING}) as mpd:
        address = Address(str(mpd.socket_path))
        with pytest.raises(CommandRefused) as wrong:
            await Connection.open(address, SecretStr("sesame"))
        stranger = await Connection.open(address)
        with pytest.raises(CommandRefused) as none:
            await stranger.run(("status",))
        stranger.close()
        known = await Connection.open(address, SecretStr(password))
        await known.run(("status",))
        known.close()

        assert wrong.value.code == WRONG_PASSWORD
        assert none.value.code == NO_PERMISSION


async def test_odd_names_go_there_and_back(tmp_path: Path) -> None:
    """Quotes, backslashes, other scripts and bytes that are no UTF-8, in the names of files."""
    names = ['say "x".flac', "back\\slash.flac", "中文 ☃.flac", "latin \udce9.flac"]
    async with Mpd(tmp_path) as mpd:
        for name in names:
            write_sound(mpd.music / name, 1)
        await mpd.update()
        connection = await Connection.open(Address(str(mpd.socket_path)))
        (listed,) = await connection.run(("listall",))
        found = await connection.run(*[("lsinfo", name) for name in names])
        connection.close()

        assert {value for _key, value in listed} == set(names)
        assert [field(song, "file") for song in found] == names


async def test_a_large_reply_is_read_whole(tmp_path: Path) -> None:
    """Twenty thousand entries of a queue, megabytes in one reply."""
    async with Mpd(tmp_path) as mpd:
        tags = {"title": "A title of quite some length " * 5, "artist": ["A" * 60, "B" * 60]}
        await mpd.add_song("a.flac", 1, tags)
        connection = await Connection.open(Address("127.0.0.1", mpd.port))
        await connection.run(*[("add", "a.flac")] * 15_000)
        (queue,) = await connection.run(("playlistinfo",))
        connection.close()

        assert len(songs_of(queue)) == 15_000
        assert all(field(song, "Title") == tags["title"] for song in songs_of(queue))


async def test_idle_tells_of_a_change_and_can_be_ended(tmp_path: Path) -> None:
    """A change that came while nobody idled is told at once; without one the time runs out."""
    async with Mpd(tmp_path) as mpd:
        connection = await Connection.open(Address("127.0.0.1", mpd.port))
        nothing = await connection.idle(("options", "player"), within_s=0.05)
        await mpd.command("repeat", 1)
        began = time.monotonic()
        changed = await connection.idle(("options", "player"), within_s=10)
        took = time.monotonic() - began
        connection.close()

        assert nothing == set()
        assert changed == {"options"}
        assert took < 5
