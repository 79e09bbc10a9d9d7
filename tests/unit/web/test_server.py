"""The web server as a client sees it, over real sockets."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs
from tests.unit.runtime.manual_clock import ManualClock, until

from scrobbled.config.addresses import ListenAddress
from scrobbled.errors import DatabaseUnavailable, OperatorError
from scrobbled.runtime.health import Health
from scrobbled.web import middlewares
from scrobbled.web.server import LARGEST_BODY, make_application, serve

LOOPBACK = ListenAddress("127.0.0.1", 0)


@pytest.fixture
def health() -> Health:
    """A registry whose clock stands at 2023-11-14 22:13:20 UTC."""
    return Health(ManualClock())


@asynccontextmanager
async def running(
    health: Health, *routes: web.AbstractRouteDef, **options: Any
) -> AsyncIterator[aiohttp.ClientSession]:
    """The server on a free port, and a client of it."""
    application = make_application(health, "1.2.3", routes)
    async with (
        serve(application, LOOPBACK, **options) as (address,),
        aiohttp.ClientSession(f"http://{address}/") as client,
    ):
        yield client


async def echo_length(request: web.Request) -> web.Response:
    """Answers with the length of the body."""
    return web.json_response(len(await request.read()))


async def test_healthz_tells_every_component(health: Health) -> None:
    """Monitoring reads state, since when, why and the counters, and the version."""
    health.component("journal", essential=True).ok("12 observations a minute")
    source = health.component("mpd:x")
    source.degraded("MPD does not answer")
    source.count("observations", 3)
    async with running(health) as client, client.get("healthz") as answer:
        assert answer.status == 200
        assert await answer.json() == {
            "status": "degraded",
            "capturing": True,
            "version": "1.2.3",
            "components": {
                "journal": {
                    "state": "ok",
                    "detail": "12 observations a minute",
                    "since": "2023-11-14T22:13:20Z",
                    "counters": {},
                },
                "mpd:x": {
                    "state": "degraded",
                    "detail": "MPD does not answer",
                    "since": "2023-11-14T22:13:20Z",
                    "counters": {"observations": 3},
                },
            },
        }


async def test_healthz_is_an_error_when_nothing_is_captured(health: Health) -> None:
    """A journal that failed is what an operator must be woken for."""
    health.component("journal", essential=True).failed("the disk is full")
    async with running(health) as client, client.get("healthz") as answer:
        assert answer.status == 503
        assert (await answer.json())["status"] == "failed"


async def test_what_is_not_there_is_json(health: Health) -> None:
    """404 and 405 are JSON as everything else; 405 says what is allowed."""
    async with running(health) as client:
        async with client.get("nothing") as answer:
            assert (answer.status, await answer.json()) == (404, {"error": "Not Found"})
        async with client.post("healthz") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
            assert answer.content_type == "application/json"


async def test_bugs_are_logged_and_not_told(health: Health) -> None:
    """A client sees no traceback and no message of an exception; the log has one entry."""

    async def broken(_request: web.Request) -> web.Response:
        raise ValueError("inner matters")

    with capture_logs() as logged:
        async with (
            running(health, web.get("/broken", broken)) as client,
            client.get("broken?secret=1") as answer,
        ):
            assert answer.status == 500
            assert "inner" not in await answer.text()

    (entry,) = [e for e in logged if e["event"] == "request.failed"]
    assert entry["path"] == "/broken"
    assert entry["exc_info"]


async def test_timeouts_of_others_are_not_taken_for_the_own(health: Health) -> None:
    """A handler that let a timeout slip has a bug; the request did not take too long."""

    async def slip(_request: web.Request) -> web.Response:
        raise TimeoutError

    with capture_logs() as logged:
        async with running(health, web.get("/", slip)) as client, client.get("") as answer:
            assert answer.status == 500

    assert [e["event"] for e in logged if "request." in e["event"]] == ["request.failed"]


async def test_redirects_are_no_errors(health: Health) -> None:
    """A page may send the browser elsewhere."""

    async def elsewhere(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/healthz")

    async with (
        running(health, web.get("/", elsewhere)) as client,
        client.get("", allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (302, "/healthz")


async def test_a_client_that_goes_away_is_no_bug(health: Health) -> None:
    """Writing to a connection that its client has closed is not logged as a failure."""
    begun, outcome = asyncio.Event(), asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        begun.set()
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.001)
        except ConnectionError:
            outcome.set()
            raise

    with capture_logs() as logged:
        application = make_application(health, "1", [web.get("/", stream)])
        async with asyncio.timeout(5), serve(application, LOOPBACK) as (address,):
            host, port = address.rsplit(":", 1)
            _, client = await asyncio.open_connection(host, int(port))
            client.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await begun.wait()
            client.close()
            await outcome.wait()

    assert [e["event"] for e in logged] == ["web.started", "web.stopped"]


async def test_a_connection_that_breaks_elsewhere_is_a_bug(health: Health) -> None:
    """A handler that let an error of another connection slip is told in the log."""

    async def broken(_request: web.Request) -> web.Response:
        raise ConnectionResetError("the database's connection")

    with capture_logs() as logged:
        async with running(health, web.get("/", broken)) as client, client.get("") as answer:
            assert answer.status == 500

    assert "request.failed" in [e["event"] for e in logged]


async def test_what_is_away_is_503(health: Health) -> None:
    """A client learns that it may try again, and why it has to."""

    async def away(_request: web.Request) -> web.Response:
        raise DatabaseUnavailable("The database does not answer.")

    async with running(health, web.get("/away", away)) as client, client.get("away") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "10"
        assert await answer.json() == {"error": "The database does not answer."}


async def test_bodies_are_bounded(health: Health) -> None:
    """A body over the limit is refused, one at the limit is read."""
    async with running(health, web.post("/", echo_length)) as client:
        async with client.post("", data=io.BytesIO(b"x" * LARGEST_BODY)) as answer:
            assert await answer.json() == LARGEST_BODY
        async with client.post("", data=io.BytesIO(b"x" * (LARGEST_BODY + 1))) as answer:
            assert answer.status == 413
            assert answer.content_type == "application/json"


async def test_slow_requests_end(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends its body drop by drop does not hold the server for ever."""
    monkeypatch.setattr(middlewares, "REQUEST_TIMEOUT_S", 0.05)

    async def drops() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with (
        running(health, web.post("/", echo_length)) as client,
        client.post("", data=drops()) as answer,
    ):
        assert answer.status == 503
        assert await answer.json() == {"error": "the request took too long"}


@pytest.mark.parametrize("path", ["healthz", "nothing"])
async def test_every_answer_has_security_headers(health: Health, path: str) -> None:
    """Pages and errors alike tell browsers what not to do, and do not tell versions."""
    async with running(health) as client, client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Server"] == "scrobbled"


async def test_requests_under_way_are_drained(health: Health) -> None:
    """What was asked before the stop is answered, after that nobody can connect."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.json_response("done")

    stack = serve(make_application(health, "1", [web.get("/slow", slow)]), LOOPBACK)
    (address,) = await stack.__aenter__()
    async with aiohttp.ClientSession(f"http://{address}/") as client:
        asked = asyncio.create_task(client.get("slow"))
        await begun.wait()
        closing = asyncio.create_task(stack.__aexit__(None, None, None))
        await until(lambda: not can_connect(address))
        go_on.set()
        async with await asked as answer:
            assert await answer.json() == "done"
        await closing


def can_connect(address: str) -> bool:
    """Whether somebody listens on `address`."""
    host, port = address.rsplit(":", 1)
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.parametrize("client_waits", [True, False])
async def test_hanging_requests_do_not_hold_up_the_stop(
    health: Health, *, client_waits: bool
) -> None:
    """A request that does not end in time is cancelled, whether its client still waits or not."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with asyncio.timeout(5):
        application = make_application(health, "1", [web.get("/hang", hang)])
        async with serve(application, LOOPBACK, drain_s=0.05) as (address,):
            host, port = address.rsplit(":", 1)
            _, client = await asyncio.open_connection(host, int(port))
            client.write(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
            await begun.wait()
            if not client_waits:
                client.close()
                await client.wait_closed()
        assert ended.is_set()
        client.close()
        await client.wait_closed()


async def test_it_serves_a_unix_socket(health: Health, tmp_path: Path) -> None:
    """Behind a proxy on the same machine no port is needed."""
    health.component("journal", essential=True).ok()
    path = tmp_path / "web.sock"
    application = make_application(health, "1.2.3")
    async with (
        serve(application, ListenAddress(path=str(path))),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as client,
        client.get("http://localhost/healthz") as answer,
    ):
        assert answer.status == 200
    assert not path.exists()


async def test_a_port_in_use_does_not_start(health: Health) -> None:
    """The error comes before anything is served, as a sentence."""
    async with running(health) as client:
        taken = ListenAddress("127.0.0.1", client._base_url.port)  # type: ignore[union-attr]  # noqa: SLF001 - it was given
        with pytest.raises(OperatorError, match="another program listens there"):
            async with serve(make_application(health, "1"), taken):
                pytest.fail("two servers on one port")
