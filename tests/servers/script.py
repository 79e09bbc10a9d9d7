"""A server that says what a test tells it to: for what no real server can be made to say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Talks to one client, and returns to end the connection."""


@asynccontextmanager
async def scripted(socket_path: Path, script: Script) -> AsyncIterator[None]:
    """Runs `script` for each client of a unix socket; its errors are the test's."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except (OSError, EOFError):
            pass  # the client has gone, as clients under test do
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer), name="scripted talk"))

    server = await asyncio.start_unix_server(accept, socket_path)
    try:
        yield
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
