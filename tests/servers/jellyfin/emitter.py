"""Sends bodies as the plugin does: one connection for each, and no other try."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.servers.jellyfin.webhook import Post

ANSWER_WITHIN_S = 100.0
"""What .NET's HttpClient waits at most."""


@dataclass(frozen=True, slots=True)
class Emitter:
    """Where bodies go.

    Attributes:
        address: host and port, or the path of a unix socket.
        path: of the hook.
        token: for the Authorization header; None to send none.
    """

    address: tuple[str, int] | Path
    path: str
    token: str | None

    async def send(self, post: Post) -> int | None:
        """The status that a body was answered with; None when nobody answered, for good."""
        try:
            return await asyncio.wait_for(self._sent(post), ANSWER_WITHIN_S)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            return None

    async def _sent(self, post: Post) -> int:
        if isinstance(self.address, Path):
            reader, writer = await asyncio.open_unix_connection(str(self.address))
        else:
            reader, writer = await asyncio.open_connection(*self.address)
        try:
            writer.write(self._head(post) + post.body)
            await writer.drain()
            status = await reader.readuntil(b"\r\n")
            return int(status.split()[1])
        finally:
            writer.close()

    def _head(self, post: Post) -> bytes:
        headers = [("Host", "scrobbled:8420"), *post.headers]
        if self.token is not None:
            headers.append(("Authorization", f"Bearer {self.token}"))
        headers.append(("Content-Length", str(len(post.body))))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"POST {self.path} HTTP/1.1\r\n{lines}\r\n".encode()
