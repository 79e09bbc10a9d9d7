"""A web server with music on it, which may take its time before it hands out a file.

::

    async with Shelf(mpd.music) as shelf:
        shelf.hold()
        await mpd.play(shelf.url("a.flac"))   # mpd knows neither tags nor length yet
        shelf.release()
"""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self


class Shelf:
    """Serves the files of a folder over HTTP."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._released = asyncio.Event()
        self._released.set()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Opens."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes, in the middle of whatever it hands out."""
        if self._server is not None:
            self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def url(self, name: str) -> str:
        """The address of a file."""
        assert self._server is not None, "the shelf is closed"
        port: int = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/{name}"

    def hold(self) -> None:
        """Lets whoever asks for a file wait, without a word."""
        self._released.clear()

    def release(self) -> None:
        """Hands out what was asked for."""
        self._released.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._serve(reader, writer), name="shelf")
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                request = await reader.readuntil(b"\r\n\r\n")
                name = request.split()[1].decode().lstrip("/")
                await self._released.wait()
                content = await asyncio.to_thread((self._folder / name).read_bytes)
                head = (
                    "HTTP/1.1 200 OK\r\nContent-Type: audio/flac\r\n"
                    f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + content)
                await writer.drain()
        finally:
            writer.close()
