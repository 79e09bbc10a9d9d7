"""A connection ends every wait, and says in words what went wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.servers.script import Script, scripted

from scrobbled.errors import SourceUnavailable
from scrobbled_mpd.connection import Address, Connection
from scrobbled_mpd.protocol import WRONG_PASSWORD, CommandRefused, ProtocolBroken

GREETING = b"OK MPD 0.23.5\n"


def answering(*answers: bytes, linger: bool = True) -> Script:
    """Greets, and answers each line in turn; then waits, or ends the connection."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        for answer in answers:
            await reader.readline()
            writer.write(answer)
            await writer.drain()
        if linger:
            await reader.read()

    return script


@asynccontextmanager
async def connected(
    directory: Path, script: Script, timeout_s: float = 5.0
) -> AsyncIterator[Connection]:
    """A connection to a scripted server."""
    path = directory / "socket"
    async with scripted(path, script):
        connection = await Connection.open(Address(str(path)), timeout_s=timeout_s)
        try:
            yield connection
        finally:
            connection.close()


async def test_a_command_is_answered(tmp_path: Path) -> None:
    """The version is known after the greeting, the reply comes as pairs."""
    async with connected(tmp_path, answering(b"state: play\nOK\n")) as connection:
        assert connection.version == "0.23.5"
        assert await connection.run(("status",)) == [[("state", "play")]]


async def test_a_refused_command_leaves_the_connection_usable(tmp_path: Path) -> None:
    """After ACK the next command is answered."""
    script = answering(b"ACK [5@0] {} unknown command\n", b"OK\n")
    async with connected(tmp_path, script) as connection:
        with pytest.raises(CommandRefused):
            await connection.run(("nonsense",))
        assert await connection.run(("ping",)) == [[]]


async def test_the_end_in_the_middle_of_a_reply_is_told(tmp_path: Path) -> None:
    """Half a reply is none, and the connection is not used again."""
    script = answering(b"state: pl", linger=False)
    async with connected(tmp_path, script) as connection:
        with pytest.raises(SourceUnavailable, match="closed the connection"):
            await connection.run(("status",))
        with pytest.raises(SourceUnavailable, match="dropped the connection"):
            await connection.run(("status",))


async def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """Nothing, or only the beginning of a reply, within the time allowed."""
    for beginning in (b"", b"state: play\n"):
        async with connected(tmp_path, answering(beginning), timeout_s=0.1) as connection:
            with pytest.raises(SourceUnavailable, match=r"nothing within 0\.1 s"):
                await connection.run(("status",))
        (tmp_path / "socket").unlink()


async def test_a_long_reply_may_take_longer_than_one_wait(tmp_path: Path) -> None:
    """The time allowed is for silence, not for the whole reply."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await reader.readline()
        for _ in range(6):
            await asyncio.sleep(0.1)
            writer.write(b"file: x\n")
        writer.write(b"OK\n")
        await reader.read()

    async with connected(tmp_path, script, timeout_s=0.4) as connection:
        assert await connection.run(("listall",)) == [[("file", "x")] * 6]


async def test_a_server_that_accepts_and_does_not_greet_is_given_up(tmp_path: Path) -> None:
    """As a frozen MPD, whose kernel still accepts."""

    async def script(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(SourceUnavailable, match="does not answer"):
        async with connected(tmp_path, script, timeout_s=0.1):
            pass


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"", "closed the connection"),
        (b"220 mail.example ESMTP\n", "not MPD"),
        (b"x" * 100_000 + b"\n", "not MPD"),
    ],
)
async def test_what_does_not_greet_as_mpd_is_named(
    tmp_path: Path, first: bytes, words: str
) -> None:
    """MPD with too many clients closes at once; another program says something else."""

    async def script(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)

    with pytest.raises(SourceUnavailable, match=words):
        async with connected(tmp_path, script):
            pass


async def test_the_password_is_given_first_and_not_told_to_anybody_else(tmp_path: Path) -> None:
    """It goes out quoted; when refused, the error does not hold it."""
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        heard.append(await reader.readline())
        writer.write(b"ACK [3@0] {password} incorrect password\n")
        await reader.read()

    path = tmp_path / "socket"
    async with scripted(path, script):
        with pytest.raises(CommandRefused) as refused:
            await Connection.open(Address(str(path)), SecretStr('op"en sesame'))

    assert heard == [b'password "op\\"en sesame"\n']
    assert refused.value.code == WRONG_PASSWORD
    assert "sesame" not in str(refused.value)


async def test_idle_tells_what_changed(tmp_path: Path) -> None:
    """Several subsystems at once, and all that were asked for are in the request."""
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        heard.append(await reader.readline())
        writer.write(b"changed: player\nchanged: options\nOK\n")
        await reader.read()

    async with connected(tmp_path, script) as connection:
        assert await connection.idle(("player", "options")) == {"player", "options"}
    assert heard == [b'idle "player" "options"\n']


async def test_idle_may_last_longer_than_any_timeout(tmp_path: Path) -> None:
    """Silence is what idling is for."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await reader.readline()
        await asyncio.sleep(0.3)
        writer.write(b"changed: player\nOK\n")
        await reader.read()

    async with connected(tmp_path, script, timeout_s=0.1) as connection:
        assert await connection.idle(("player",)) == {"player"}


async def test_idle_ends_by_itself_when_its_time_is_up(tmp_path: Path) -> None:
    """It is ended by `noidle`, and the connection goes on."""
    async with connected(tmp_path, answering(b"", b"OK\n", b"OK\n")) as connection:
        assert await connection.idle(("player",), within_s=0.05) == set()
        assert await connection.run(("ping",)) == [[]]


async def test_idle_is_interrupted_from_elsewhere(tmp_path: Path) -> None:
    """Interrupting twice, or without idling, does no harm."""
    async with connected(tmp_path, answering(b"", b"OK\n", b"OK\n")) as connection:
        connection.interrupt()
        idling = asyncio.create_task(connection.idle(("player",)), name="idling")
        await asyncio.sleep(0)
        connection.interrupt()
        connection.interrupt()
        assert await idling == set()
        connection.interrupt()
        assert await connection.run(("ping",)) == [[]]


async def test_a_change_that_crosses_with_the_interruption_is_not_lost(tmp_path: Path) -> None:
    """MPD ignores a `noidle` that comes after its answer; there is one answer all the same."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        assert await reader.readline() == b'idle "player"\n'
        assert await reader.readline() == b"noidle\n"
        writer.write(b"changed: player\nOK\n")
        assert await reader.readline() == b"ping\n"
        writer.write(b"OK\n")
        await reader.read()

    async with connected(tmp_path, script) as connection:
        assert await connection.idle(("player",), within_s=0.05) == {"player"}
        assert await connection.run(("ping",)) == [[]]


async def test_a_server_that_does_not_end_idle_is_given_up(tmp_path: Path) -> None:
    """A frozen MPD is noticed at the next heartbeat."""
    async with connected(tmp_path, answering(b""), timeout_s=0.1) as connection:
        with pytest.raises(SourceUnavailable, match="does not answer"):
            await connection.idle(("player",), within_s=0.05)


async def test_a_cancelled_call_closes_the_connection(tmp_path: Path) -> None:
    """A reply that nobody waits for any more can never be taken for the next one's."""
    async with connected(tmp_path, answering(b"")) as connection:
        waiting = asyncio.create_task(connection.run(("status",)), name="waiting")
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(SourceUnavailable, match="dropped the connection"):
            await connection.run(("ping",))


async def test_garbage_closes_the_connection(tmp_path: Path) -> None:
    """What is no reply is not read on."""
    async with connected(tmp_path, answering(b"garbage\n")) as connection:
        with pytest.raises(ProtocolBroken):
            await connection.run(("status",))
        with pytest.raises(SourceUnavailable):
            await connection.run(("ping",))


async def test_a_missing_socket_and_a_closed_port_are_told_apart(tmp_path: Path) -> None:
    """Each trouble has its sentence."""
    with pytest.raises(SourceUnavailable, match="no such socket"):
        await Connection.open(Address(str(tmp_path / "nowhere")))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        port = taken.getsockname()[1]
        with pytest.raises(SourceUnavailable, match="refuses connections"):
            await Connection.open(Address("127.0.0.1", port))
        with pytest.raises(SourceUnavailable, match=f"localhost:{port} refuses connections"):
            await Connection.open(Address("localhost", port))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "two..dots", "x" * 70, "with space"])
async def test_a_host_that_does_not_exist_is_told(host: str) -> None:
    """A name without address (RFC 6761 keeps .invalid free of hosts), or that can be none."""
    with pytest.raises(SourceUnavailable, match="cannot be found"):
        await Connection.open(Address(host))


async def test_an_abstract_socket_is_reached() -> None:
    """`@name`, as MPD and its clients write it."""
    name = f"scrobbled-test-{id(object())}"

    def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        writer.close()

    server = await asyncio.start_unix_server(greet, f"\0{name}")
    connection = await Connection.open(Address(f"@{name}"))
    connection.close()
    server.close()

    assert connection.version == "0.23.5"
