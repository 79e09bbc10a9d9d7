"""A small internet radio: endless silence with titles, as SHOUTcast and Icecast send it.

::

    async with Radio(station="Radio Test", speed=mpd.speed) as radio:
        radio.announce("Artist - First")
        await mpd.play(radio.url)

Titles go inside the stream ("ICY metadata"): a listener that asks by `Icy-MetaData: 1` gets, after
every `icy-metaint` bytes of sound, a byte that tells the length of a title block in units of 16
bytes (0: no change), and the block.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from tests.servers.sounds import MP3_FRAMES_PER_SECOND, SILENT_MP3_FRAME
from tests.servers.waiting import eventually

BETWEEN_TITLES = 4 * len(SILENT_MP3_FRAME)
"""Bytes of sound, about a tenth of a second."""
LEAD_S = 1.0
"""Seconds of sound that a new listener gets at once, as real stations do."""

_HEAD = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nConnection: close\r\n"


class Radio:
    """One station, listened to by any number of players.

    Args:
        station: its name for itself; None to tell none.
        titles: False for a station that never tells what is on.
        speed: seconds of sound that it sends in a real second.

    Attributes:
        url: what to add to a player's queue.
        listeners: how many are connected now.
    """

    def __init__(
        self, *, station: str | None = "Radio Test", titles: bool = True, speed: float = 1.0
    ) -> None:
        self.url = ""
        self.listeners = 0
        self._station = station
        self._titles = titles
        self._speed = speed
        self._title = b""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Goes on air."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/listen"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Goes off air."""
        if self._server is not None:
            self._server.close()
        self.drop_listeners()
        await eventually(lambda: not self.listeners)

    def announce(self, title: str | bytes) -> None:
        """Tells a new title from the next bytes on; empty for an advert's gap."""
        self._title = title.encode() if isinstance(title, str) else title

    def drop_listeners(self) -> None:
        """Breaks all connections, as a station that falls over."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.listeners += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                request = await reader.readuntil(b"\r\n\r\n")
                wanted = self._titles and b"icy-metadata: 1" in request.lower()
                writer.write(self._head(with_titles=wanted))
                await self._play(writer, with_titles=wanted)
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self.listeners -= 1

    def _head(self, *, with_titles: bool) -> bytes:
        lines = _HEAD
        if self._station is not None:
            lines += f"icy-name: {self._station}\r\n"
        if with_titles:
            lines += f"icy-metaint: {BETWEEN_TITLES}\r\n"
        return (lines + "\r\n").encode()

    async def _play(self, writer: asyncio.StreamWriter, *, with_titles: bool) -> None:
        time = asyncio.get_running_loop().time
        piece = SILENT_MP3_FRAME * (BETWEEN_TITLES // len(SILENT_MP3_FRAME))
        piece_s = BETWEEN_TITLES / len(SILENT_MP3_FRAME) / MP3_FRAMES_PER_SECOND
        told: bytes | None = None
        ahead_s, began = -LEAD_S, time()
        while not writer.is_closing():
            writer.write(piece)
            if with_titles:
                writer.write(_title_block(self._title) if self._title != told else b"\0")
                told = self._title
            await writer.drain()
            ahead_s += piece_s
            await asyncio.sleep(ahead_s / self._speed - (time() - began))


def _title_block(title: bytes) -> bytes:
    text = b"StreamTitle='" + title + b"';"
    padded = text.ljust(-(-len(text) // 16) * 16, b"\0")
    return bytes([len(padded) // 16]) + padded
