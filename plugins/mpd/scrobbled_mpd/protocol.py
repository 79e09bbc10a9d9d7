"""The bytes of MPD's protocol, without a network: commands out, replies in.

https://mpd.readthedocs.io/en/stable/protocol.html, "General protocol syntax". Text is UTF-8, but
file names need not be: bytes that are no UTF-8 are kept as surrogates (PEP 383).
"""

import re
from typing import TypeAlias

from scrobbled.errors import SourceUnavailable

Pairs: TypeAlias = list[tuple[str, str]]
"""One command's reply: (name, value) in the order told; names may repeat."""

Command: TypeAlias = tuple[str, ...]
"""A command's name and its arguments, unquoted."""

LONGEST_LINE = 4 * 1024 * 1024
LARGEST_REPLY = 64 * 1024 * 1024
"""Bytes. MPD's own limit for a reply is 8 MiB unless configured (max_output_buffer_size)."""

_ACK = re.compile(r"ACK \[(\d+)@(\d+)\] \{([^}]*)\} ?(.*)", re.DOTALL)

WRONG_PASSWORD = 3
NO_PERMISSION = 4
UNKNOWN_COMMAND = 5
DOES_NOT_EXIST = 50


class CommandRefused(SourceUnavailable):
    """MPD answered a command with ACK ("Failure responses" of the protocol).

    Attributes:
        code: what kind of refusal, see `WRONG_PASSWORD` and the others of Ack.hxx.
        list_index: which command of the list was refused, from 0.
        command: its name; empty when MPD does not know it.
        message: MPD's own words.
    """

    def __init__(self, code: int, list_index: int, command: str, message: str) -> None:
        told = f"the command {command!r}: {message}" if command else message
        super().__init__(f"MPD refused {told}.")
        self.code = code
        self.list_index = list_index
        self.command = command
        self.message = message


class ProtocolBroken(SourceUnavailable):
    """What came is not MPD's protocol, or larger than anything that MPD sends."""


def encode(commands: list[Command]) -> bytes:
    """One or several commands as they go over the wire; several as one list.

    Raises:
        ValueError: an argument holds a line break, which the protocol cannot carry.
    """
    lines = [_line(command) for command in commands]
    if len(lines) > 1:
        lines = ["command_list_ok_begin", *lines, "command_list_end"]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def _line(command: Command) -> str:
    name, *arguments = command
    line = " ".join([name, *(_quote(argument) for argument in arguments)])
    if "\n" in line:
        raise ValueError("an argument of an MPD command must not hold a line break")
    return line


def _quote(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parse_greeting(line: bytes) -> str:
    """The protocol's version from the first line, such as "0.23.5".

    Raises:
        ProtocolBroken: whoever answers is no MPD.
    """
    found = re.fullmatch(rb"OK MPD (\S+)\n?", line)
    if found is None:
        shown = line[:60].decode("utf-8", "replace").strip()
        raise ProtocolBroken(f"What answers is not MPD: it began with {shown!r}.")
    return found[1].decode("ascii", "replace")


class ReplyReader:
    """Takes the chunks of one reply as they come, and tells when it is complete.

    Args:
        commands: how many commands were sent (as a list, if more than one).
    """

    def __init__(self, commands: int) -> None:
        self._replies: list[Pairs] = [[] for _ in range(commands)]
        self._current = 0
        self._rest = b""
        self._size = 0
        self._complete = False

    def feed(self, chunk: bytes) -> list[Pairs] | None:
        """The replies, one for each command, once the last of them is complete; else None.

        Raises:
            CommandRefused: MPD refused one of the commands.
            ProtocolBroken: a line or the whole is too long, or is no reply.
        """
        self._size += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._size > LARGEST_REPLY or len(self._rest) > LONGEST_LINE:
            raise ProtocolBroken("MPD sent a reply larger than anything it should send.")
        for line in lines:
            self._take(line.decode("utf-8", "surrogateescape"))
        if self._complete and self._rest:
            raise ProtocolBroken("MPD sent more than was asked for.")
        return self._replies if self._complete else None

    def _take(self, line: str) -> None:
        if self._complete:
            raise ProtocolBroken("MPD sent more than was asked for.")
        name, separator, value = line.partition(": ")
        if line == "OK":
            self._complete = True
        elif line == "list_OK":
            self._current += 1
        elif line.startswith("ACK "):
            raise _refusal(line)
        elif separator and self._current < len(self._replies):
            self._replies[self._current].append((name, value))
        else:
            raise ProtocolBroken(f"MPD sent a line that is no reply: {line[:60]!r}.")


def _refusal(line: str) -> SourceUnavailable:
    found = _ACK.fullmatch(line)
    if found is None:
        return ProtocolBroken(f"MPD sent a refusal that cannot be read: {line[:60]!r}.")
    return CommandRefused(int(found[1]), int(found[2]), found[3], found[4])
