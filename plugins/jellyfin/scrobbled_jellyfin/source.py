"""The running source: everything comes by the webhook, so there is nothing to watch yet."""

import asyncio

from scrobbled.sources import SourceContext
from scrobbled_jellyfin.config import JellyfinSettings


class JellyfinSource:
    """One configured Jellyfin server.

    Args:
        settings: which one.
        context: the way into the daemon.
    """

    def __init__(self, settings: JellyfinSettings, context: SourceContext) -> None:
        self._settings = settings
        self._context = context

    async def run(self, stopping: asyncio.Event) -> None:
        """Says where the server has to post, and waits for the end."""
        path = f"/hooks/{self._settings.type}/{self._settings.name}"
        self._context.available(f"Jellyfin may post to {path}")
        await stopping.wait()
