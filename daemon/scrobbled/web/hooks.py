"""`POST /hooks/<type>/<name>`: where media servers post to.

An answer waits for the capture journal and for nothing else: a server may let its own clients wait
for it.
"""

from collections.abc import Mapping

from aiohttp import web

from scrobbled.log import get_logger
from scrobbled.sources import Webhook

LARGEST_BODY = 256 * 1024
"""Bytes; bodies of Jellyfin have two to three thousand."""

NO_STORE = {"Cache-Control": "no-store"}

log = get_logger(__name__)


def hook_routes(webhooks: Mapping[tuple[str, str], Webhook]) -> list[web.AbstractRouteDef]:
    """The routes to `webhooks`, which are given by type and name of their source."""
    return [web.post("/hooks/{type}/{name}", _Hooks(webhooks).handle)]


class _Hooks:
    """Finds the webhook, lets in who may, and bounds what comes."""

    def __init__(self, webhooks: Mapping[tuple[str, str], Webhook]) -> None:
        self._webhooks = webhooks
        self._refused: set[tuple[str, str]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one post.

        Raises:
            RetryLater: the journal could not keep it; it is answered with 503.
        """
        source = (request.match_info["type"], request.match_info["name"])
        webhook = self._webhooks.get(source)
        if webhook is None:
            return _answer(404, "there is no such hook: see `sources` in the configuration")
        if not webhook.admits(request.headers):
            self._note_refusal(source)
            return _answer(
                401,
                "the token is missing or wrong: send `Authorization: Bearer TOKEN`",
                {"WWW-Authenticate": "Bearer"},
            )
        self._refused.discard(source)
        body = await _bounded(request)
        if body is None:
            return _answer(413, f"the body is larger than {LARGEST_BODY} bytes")
        told = await webhook.receive(body)
        return _answer(told.status, told.reason)

    def _note_refusal(self, source: tuple[str, str]) -> None:
        """Logs a wrong token, and again only after a right one."""
        if source not in self._refused:
            self._refused.add(source)
            log.warning("hook.refused", source=":".join(source))


async def _bounded(request: web.Request) -> bytes | None:
    """The body; None when it is too large, which is known before it is read whole."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _answer(
    status: int, reason: str | None, headers: Mapping[str, str] | None = None
) -> web.Response:
    every = {**NO_STORE, **(headers or {})}
    if reason is None:
        return web.Response(status=status, headers=every)
    return web.json_response({"error": reason}, status=status, headers=every)
