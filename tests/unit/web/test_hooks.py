"""The route that media servers post to."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from structlog.testing import capture_logs
from tests.unit.runtime.manual_clock import ManualClock

from scrobbled.config.addresses import ListenAddress
from scrobbled.errors import DatabaseUnavailable
from scrobbled.runtime.health import Health
from scrobbled.sources import HookAnswer
from scrobbled.web.hooks import LARGEST_BODY, hook_routes
from scrobbled.web.server import make_application, serve

RIGHT = {"Authorization": "Bearer right"}


@dataclass
class Webhook:
    """Answers as it is told, and remembers what it was sent."""

    answer: HookAnswer = field(default_factory=lambda: HookAnswer(204))
    full: bool = False
    received: list[bytes] = field(default_factory=list)

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Whether the header is the right one."""
        return headers.get("Authorization") == "Bearer right"

    async def receive(self, body: bytes) -> HookAnswer:
        """Takes a body in."""
        await asyncio.sleep(0)
        if self.full:
            raise DatabaseUnavailable("There is no space for the journal.")
        self.received.append(body)
        return self.answer


@asynccontextmanager
async def serving(webhook: Webhook) -> AsyncIterator[aiohttp.ClientSession]:
    """The daemon's web server with one hook, and a client of it."""
    routes = hook_routes({("jellyfin", "home"): webhook})
    application = make_application(Health(ManualClock()), "1.2.3", routes)
    address = ListenAddress("127.0.0.1", 0)
    async with (
        serve(application, address) as (place,),
        aiohttp.ClientSession(f"http://{place}/hooks/jellyfin/", headers=RIGHT) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "x"],
)
async def test_a_body_of_any_type(content_type: str) -> None:
    """It reaches the webhook as it came."""
    webhook, body = Webhook(), b'\xef\xbb\xbf{"a": "\xc3\xa9"}'
    async with serving(webhook) as client:
        headers = {"Content-Type": content_type}
        async with client.post("home", data=body, headers=headers) as answer:
            assert answer.status == 204
            assert await answer.read() == b""

    assert webhook.received == [body]


async def test_what_the_webhook_answers() -> None:
    """Its status, and its reason as JSON."""
    webhook = Webhook(HookAnswer(400, "The body is not JSON."))
    async with serving(webhook) as client, client.post("home", data=b"{") as answer:
        assert answer.status == 400
        assert await answer.json() == {"error": "The body is not JSON."}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer wrong"}, {"Authorization": ""}])
async def test_a_wrong_token(headers: dict[str, str]) -> None:
    """The body is not even looked at; the log says it once, until the right one comes."""
    webhook = Webhook()
    async with serving(webhook) as client:
        with capture_logs() as logs:
            for _ in range(3):
                async with client.post("home", data=b"{}", headers=headers) as answer:
                    assert answer.status == 401
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
            async with client.post("home", data=b"{}"):
                pass
            async with client.post("home", data=b"{}", headers=headers):
                pass

    refusals = [entry for entry in logs if entry["event"] == "hook.refused"]
    assert [entry["source"] for entry in refusals] == ["jellyfin:home"] * 2
    assert webhook.received == [b"{}"]


async def test_another_name() -> None:
    """There is no such hook."""
    async with serving(Webhook()) as client, client.post("attic", data=b"{}") as answer:
        assert answer.status == 404
        assert "error" in await answer.json()


async def test_looking_instead_of_posting() -> None:
    """A browser is told that it cannot."""
    async with serving(Webhook()) as client, client.get("home") as answer:
        assert answer.status == 405


async def test_a_body_that_is_too_large() -> None:
    """With and without its length told before."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 4096 + 1):
            yield b"x" * 4096

    webhook = Webhook()
    async with serving(webhook) as client:
        async with client.post("home", data=b"x" * (LARGEST_BODY + 1)) as answer:
            assert answer.status == 413
        async with client.post("home", data=parts()) as answer:
            assert answer.status == 413
        async with client.post("home", data=b"x" * LARGEST_BODY) as answer:
            assert answer.status == 204

    assert [len(body) for body in webhook.received] == [LARGEST_BODY]


async def test_a_body_that_cannot_be_kept() -> None:
    """The server may try again later, if it knows how to."""
    async with serving(Webhook(full=True)) as client, client.post("home", data=b"{}") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"]
        assert "no space" in json.dumps(await answer.json())
