"""The web server."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from scrobbled.config.addresses import ListenAddress
from scrobbled.log import get_logger
from scrobbled.runtime.health import ComponentHealth, Health
from scrobbled.web.listening import listen_on
from scrobbled.web.middlewares import add_headers, errors_as_json, time_limit

log = get_logger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes that a request's body may have."""

DRAIN_S = 2.0
"""How long requests under way may take to end when the server stops, real seconds.

As long again goes by for those that are then cancelled; both fit into the stage `web`.
"""

KEEP_ALIVE_S = 75.0


def make_application(
    health: Health, version: str, routes: Iterable[web.AbstractRouteDef] = ()
) -> web.Application:
    """The daemon's web application.

    Args:
        health: what `/healthz` tells.
        version: scrobbled's own, for `/healthz`.
        routes: what else it serves.
    """
    application = web.Application(
        middlewares=[errors_as_json, time_limit], client_max_size=LARGEST_BODY
    )
    application.on_response_prepare.append(add_headers)

    async def healthz(_request: web.Request) -> web.Response:
        body, capturing = describe_health(health, version)
        return web.json_response(
            body, status=200 if capturing else 503, headers={"Cache-Control": "no-store"}
        )

    application.router.add_get("/healthz", healthz)
    application.router.add_routes(routes)
    return application


def describe_health(health: Health, version: str) -> tuple[dict[str, Any], bool]:
    """The body of `/healthz`, and whether plays are captured.

    `status` is the state of the whole (see `HealthSnapshot`). Only when nothing is captured is
    the answer an error: a database or one player that is away is `degraded`, and restarting
    the daemon would not help.
    """
    snapshot = health.snapshot()
    components = {name: _describe(part) for name, part in snapshot.components.items()}
    body = {
        "status": snapshot.state.value,
        "capturing": snapshot.capturing,
        "version": version,
        "components": components,
    }
    return body, snapshot.capturing


def _describe(part: ComponentHealth) -> dict[str, Any]:
    return {
        "state": part.state.value,
        "detail": part.detail,
        "since": part.since.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "counters": dict(part.counters),
    }


class _Handlers:
    """The handlers that run.

    aiohttp forgets those whose client has gone away, and would leave them running when it stops.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

        @web.middleware
        async def follow(request: web.Request, handler: Handler) -> web.StreamResponse:
            task = cast("asyncio.Task[Any]", asyncio.current_task())
            self._running.add(task)
            try:
                return await handler(request)
            finally:
                self._running.discard(task)

        self.follow = follow

    async def end(self) -> None:
        """Cancels what still runs, and waits for it."""
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


@asynccontextmanager
async def serve(
    application: web.Application,
    address: ListenAddress,
    *,
    mode: int = 0o660,
    drain_s: float = DRAIN_S,
    cancel_on_disconnect: bool = False,
    announce: bool = True,
) -> AsyncIterator[tuple[str, ...]]:
    """Serves `application` while the block runs; then takes no more requests, and drains.

    Args:
        application: what to serve.
        address: where to listen.
        mode: the permissions of a unix socket.
        drain_s: how long requests under way may take to end; then they are cancelled.
        cancel_on_disconnect: whether a handler is cancelled when its client goes away.
        announce: whether people want to know from the log where it listens; else it is only
            said at `debug`.

    Yields:
        The addresses it listens on, with the port it really has.

    Raises:
        OperatorError: it cannot listen there.
    """
    tell = log.info if announce else log.debug
    handlers = _Handlers()
    application.middlewares.insert(0, handlers.follow)
    listening = await asyncio.to_thread(listen_on, address, mode=mode)
    runner = web.AppRunner(
        application,
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=drain_s,
        handler_cancellation=cancel_on_disconnect,
    )
    try:
        await runner.setup()
        for each in listening.sockets:
            await web.SockSite(runner, each).start()
        tell("web.started", addresses=listening.addresses())
        yield listening.addresses()
    finally:
        await runner.cleanup()
        await handlers.end()
        await asyncio.to_thread(listening.close)
        tell("web.stopped", address=str(address))
