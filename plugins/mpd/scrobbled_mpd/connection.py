"""One connection to MPD, over TCP or a unix socket."""

import asyncio
import contextlib
import os
import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from scrobbled.errors import SourceUnavailable
from scrobbled_mpd.protocol import (
    Command,
    CommandRefused,
    Pairs,
    ProtocolBroken,
    ReplyReader,
    encode,
    parse_greeting,
)

TIMEOUT_S = 10.0
"""Real seconds for which MPD may say nothing while it owes an answer."""

_CHUNK = 1 << 20
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
"""After a minute of silence a host that died without a word is noticed, also while idling."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an MPD listens.

    Attributes:
        host: a host name or IP address; a path beginning with `/` or `~` for a unix socket;
            `@name` for an abstract one.
        port: for TCP.
    """

    host: str
    port: int = 6600

    @property
    def local(self) -> bool:
        """Whether it is a socket of this host, on which MPD trusts more."""
        return self.host.startswith(("/", "~", "@"))

    def __str__(self) -> str:
        """As a person would write it."""
        return self.host if self.local else f"{self.host}:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Opens the stream.

        Raises:
            OSError: nobody listens there, or may not be reached.
        """
        if not self.local:
            return await asyncio.open_connection(self.host, self.port)
        return await asyncio.open_unix_connection(self._path())

    def _path(self) -> str:
        abstract = self.host.startswith("@")
        return "\0" + self.host[1:] if abstract else str(Path(self.host).expanduser())


class Connection:
    """A greeted connection; one command, list or `idle` at a time.

    After an error, or when a call was cancelled, what state the connection is in is unknown: it is
    closed, and each further call says so. A refused command does not close it.

    Attributes:
        address: where it leads.
        version: of the protocol that MPD speaks, such as "0.23.5".
    """

    def __init__(
        self,
        address: Address,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        timeout_s: float,
    ) -> None:
        self.address = address
        self.version = ""
        self._reader = reader
        self._writer = writer
        self._timeout_s = timeout_s
        self._patience: asyncio.Timeout | None = None

    @classmethod
    async def open(
        cls, address: Address, password: SecretStr | None = None, timeout_s: float = TIMEOUT_S
    ) -> Self:
        """Connects, reads the greeting, and gives the password if there is one.

        Args:
            address: where MPD listens.
            password: of which only MPD hears.
            timeout_s: real seconds for each wait for an answer.

        Raises:
            SourceUnavailable: MPD does not answer there.
            CommandRefused: the password is wrong.
        """
        with _in_words(address, timeout_s):
            async with asyncio.timeout(timeout_s):
                reader, writer = await address.connect()
        connection = cls(address, reader, writer, timeout_s)
        try:
            connection._keep_alive()
            with _in_words(address, timeout_s):
                async with asyncio.timeout(timeout_s):
                    connection.version = await connection._greeting()
            if password is not None:
                await connection.run(("password", password.get_secret_value()))
        except BaseException:
            connection.close()
            raise
        return connection

    async def run(self, *commands: Command) -> list[Pairs]:
        """Runs commands as one list, seen by MPD at one moment; a reply for each.

        Raises:
            CommandRefused: one was refused; those after it were not run.
            SourceUnavailable: the connection is lost or MPD does not answer.
            ValueError: an argument holds a line break.
        """
        return await self._exchange(list(commands), asyncio.timeout(self._timeout_s))

    async def idle(self, subsystems: Iterable[str], within_s: float | None = None) -> set[str]:
        """Waits until one of `subsystems` changes; empty when interrupted or out of time.

        Always ask for the same subsystems: before 0.24 MPD forgets pending changes of others.

        Args:
            subsystems: names as of MPD's `idle`.
            within_s: real seconds to wait at most; None for no limit.

        Raises:
            SourceUnavailable: the connection is lost, or MPD does not end `idle` when asked to.
        """
        self._patience = asyncio.timeout(None)
        timer = None
        if within_s is not None:
            timer = asyncio.get_running_loop().call_later(within_s, self.interrupt)
        try:
            command = ("idle", *subsystems)
            (changed,) = await self._exchange([command], self._patience, renew=False)
        finally:
            self._patience = None
            if timer is not None:
                timer.cancel()
        return {subsystem for name, subsystem in changed if name == "changed"}

    def interrupt(self) -> None:
        """Ends a running `idle` early; without one it does nothing.

        MPD answers `idle` exactly once, whether a change or `noidle` comes first: it ignores a
        `noidle` that crosses with its answer.
        """
        if self._patience is None or self._patience.when() is not None:
            return
        self._writer.write(b"noidle\n")
        self._patience.reschedule(asyncio.get_running_loop().time() + self._timeout_s)

    def close(self) -> None:
        """Drops the connection at once."""
        self._writer.transport.abort()

    async def _exchange(
        self, commands: list[Command], patience: asyncio.Timeout, *, renew: bool = True
    ) -> list[Pairs]:
        reader = ReplyReader(len(commands))
        request = encode(commands)
        complete = False
        try:
            with _in_words(self.address, self._timeout_s):
                async with patience:
                    self._write(request)
                    while (replies := reader.feed(await self._read())) is None:
                        if renew:
                            self._renew(patience)
            complete = True
        except CommandRefused:
            complete = True
            raise
        finally:
            if not complete:
                self.close()
        return replies

    async def _greeting(self) -> str:
        try:
            line = await self._reader.readline()
        except ValueError as error:
            raise ProtocolBroken(
                "What answers is not MPD: it began with a very long line."
            ) from error
        if not line:
            raise EOFError
        return parse_greeting(line)

    def _write(self, request: bytes) -> None:
        if self._writer.is_closing():
            raise ConnectionResetError("the connection is closed")
        self._writer.write(request)

    async def _read(self) -> bytes:
        chunk = await self._reader.read(_CHUNK)
        if not chunk:
            raise EOFError
        return chunk

    def _renew(self, patience: asyncio.Timeout) -> None:
        patience.reschedule(asyncio.get_running_loop().time() + self._timeout_s)

    def _keep_alive(self) -> None:
        stream = self._writer.get_extra_info("socket")
        if stream.family == socket.AF_UNIX:
            return
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if hasattr(socket, name):
                stream.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


@contextlib.contextmanager
def _in_words(address: Address, timeout_s: float) -> Iterator[None]:
    """Turns what the network raises into a sentence for a person."""
    try:
        yield
    except TimeoutError as error:
        raise SourceUnavailable(
            f"MPD at {address} does not answer (nothing within {timeout_s:g} s)."
        ) from error
    except UnicodeError as error:  # what getaddrinfo raises for a name that can be no host's
        raise SourceUnavailable(f"MPD at {address} cannot be found: no such host.") from error
    except EOFError as error:
        raise SourceUnavailable(f"MPD at {address} closed the connection.") from error
    except OSError as error:
        trouble = _trouble(error)
        end = "" if trouble.endswith("?") else "."
        raise SourceUnavailable(f"MPD at {address} {trouble}{end}") from error


def _trouble(error: OSError) -> str:
    # Where a name has several addresses, asyncio puts the errors of all into one text.
    numbers = set(re.findall(r"\[Errno (\d+)\]", str(error)))
    if error.errno is None and len(numbers) == 1:
        number = int(numbers.pop())
        error = OSError(number, os.strerror(number))
    match error:
        case socket.gaierror():
            return "cannot be found: no such host"
        case FileNotFoundError():
            return "is not there: no such socket; is MPD running, with bind_to_address set to it?"
        case ConnectionRefusedError():
            return "refuses connections: is MPD running there?"
        case PermissionError():
            return "may not be reached: this user has no permission for its socket"
        case ConnectionResetError() | BrokenPipeError():
            return "dropped the connection"
        case _:
            return f"cannot be reached: {error.strerror or error}"
