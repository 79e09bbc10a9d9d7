"""What holds for every request: errors as JSON, a time limit, and security headers."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from scrobbled.errors import RetryLater
from scrobbled.log import get_logger

log = get_logger(__name__)

REQUEST_TIMEOUT_S = 30.0
"""The longest that a request may take, reading its body included; in real seconds."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every failure with `{"error": sentence}`; a bug is logged, and not told outside."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < web.HTTPBadRequest.status_code:
            raise
        # Allow and the like belong to the answer; type and length were those of its text.
        kept = {"Allow", "Retry-After", "WWW-Authenticate"} & set(answer.headers)
        headers = {name: answer.headers[name] for name in kept}
        return _error(answer.status, answer.reason, headers)
    except RetryLater as error:
        return _error(web.HTTPServiceUnavailable.status_code, str(error), {"Retry-After": "10"})
    except Exception as error:
        # Writing to a client that went away is no bug, and nobody reads the answer.
        if not (isinstance(error, ConnectionError) and request.transport is None):
            log.exception("request.failed", method=request.method, path=request.path)
        return _error(
            web.HTTPInternalServerError.status_code, "scrobbled failed; its log says more"
        )


@web.middleware
async def time_limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ends a request that takes too long with 503, logged."""
    limit = asyncio.timeout(REQUEST_TIMEOUT_S)
    try:
        async with limit:
            return await handler(request)
    except TimeoutError:
        if not limit.expired():
            raise
        log.warning("request.timed_out", method=request.method, path=request.path)
        return _error(web.HTTPServiceUnavailable.status_code, "the request took too long")


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Adds what browsers need to be told, unless the response says otherwise."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "scrobbled"  # aiohttp would tell its version and Python's


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)
