"""The cable between mpd and whoever watches it, to be cut and mended.

::

    async with Cable(directory, mpd.socket_path) as cable:
        ...                  # connect to cable.path in place of mpd's socket
        await cable.cut()
        await cable.mend()
"""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self


class Cable:
    """Passes on whatever comes to a unix socket, as long as it is whole.

    Attributes:
        path: the socket to connect to.
    """

    def __init__(self, directory: Path, far_end: Path) -> None:
        self.path = directory / "cable"
        self._far_end = far_end
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Lays the cable."""
        await self.mend()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes it away."""
        await self.cut()

    async def cut(self) -> None:
        """Breaks every connection; new ones are refused until it is mended."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._talks)
        self.path.unlink(missing_ok=True)

    async def mend(self) -> None:
        """Takes connections."""
        self._server = await asyncio.start_unix_server(self._accept, self.path)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._pass_on(reader, writer), name="cable")
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _pass_on(
        self, near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter
    ) -> None:
        writers = {near_writer}
        self._writers |= writers
        try:
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_unix_connection(self._far_end)
                writers.add(far_writer)
                self._writers |= writers
                await asyncio.gather(_pump(near_reader, far_writer), _pump(far_reader, near_writer))
        finally:
            for writer in writers:
                writer.transport.abort()
            self._writers -= writers


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes on until either side ends; then both do."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.transport.abort()
