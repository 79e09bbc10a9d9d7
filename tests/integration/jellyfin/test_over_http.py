"""The daemon as a process, posted to as the server's plugin does it."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.servers.daemon import Daemon
from tests.servers.jellyfin.client import Client, Habits
from tests.servers.jellyfin.emitter import Emitter
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import NAMES, PEOPLE
from tests.servers.jellyfin.music import make_song
from tests.servers.jellyfin.mutations import mutated
from tests.servers.jellyfin.profiles import FINAMP, WEB, WRAPPING
from tests.servers.jellyfin.replay import SOURCE, TOKEN
from tests.servers.jellyfin.timeline import TICKS_S
from tests.servers.jellyfin.webhook import EVERYTHING, TWO, Destination, Post

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

SPEED = 20.0
"""The daemon's seconds in one real second."""
SOON_S = 2.5
"""How far the seconds of a play may be off: bodies are posted within a tenth of a real second."""


def make_daemon(directory: Path) -> Daemon:
    """A daemon that a server called `home` posts to."""
    token = directory / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    daemon = Daemon(
        directory,
        configuration={
            "users": [{"name": name} for name in NAMES.values()],
            "sources": [
                {
                    "type": "jellyfin",
                    "name": "home",
                    "webhook_token_file": str(token),
                    "users": dict(NAMES),
                }
            ],
        },
    )
    daemon.speed = SPEED
    return daemon


@asynccontextmanager
async def running(daemon: Daemon) -> AsyncIterator[None]:
    """Starts it, and kills it at the end; tells its log when the test failed."""
    await daemon.start("database", SOURCE)
    try:
        yield
    except BaseException:
        sys.stderr.write(daemon.stderr())
        raise
    finally:
        await daemon.kill()


def emitter(daemon: Daemon, token: str | None = TOKEN) -> Emitter:
    """What posts to it."""
    return Emitter(daemon.web_socket, "/hooks/jellyfin/home", token)


def _songs(client: Client) -> Iterator[float]:
    """Three songs: one in full, one paused and resumed, one skipped."""
    client.play([make_song(number, 42.0 + number) for number in (1, 2, 3)])
    yield 60
    client.pause()
    yield 12
    client.resume()
    yield 40
    client.skip()
    yield 30


def _evening(destinations: tuple[Destination, ...]) -> House:
    """Two minutes and a half in which three people listen."""
    house = House(destinations=destinations)
    clients: list[tuple[str, Habits]] = [("Web", WEB), ("Finamp", FINAMP), ("Wrap", WRAPPING)]
    scripts = [
        _songs(house.client(app, person, habits=habits))
        for (app, habits), person in zip(clients, PEOPLE, strict=False)
    ]
    house.live(*scripts, hours=0.05)
    return house


async def _post_in_time(
    posts: list[Post], emitter: Emitter, speed: float = SPEED, up: asyncio.Event | None = None
) -> list[int | None]:
    """Posts bodies when they are due, each on its own, as the server does; `up` lets them."""
    loop = asyncio.get_running_loop()
    began, first = loop.time(), posts[0].at

    async def post_when_due(post: Post) -> int | None:
        due = began + (post.at - first) / TICKS_S / speed
        await asyncio.sleep(max(0.0, due - loop.time()))
        if up is not None:
            await up.wait()
        return await emitter.send(post)

    return await asyncio.gather(*(post_when_due(post) for post in posts))


def _as_told(house: House) -> list[tuple[str, str | None, float]]:
    return sorted((NAMES[each.user.name], each.song.title, each.seconds) for each in house.heard)


async def _as_captured(daemon: Daemon, count: int) -> list[tuple[str, str | None, float]]:
    plays = await daemon.history(count, "--with-skips", within_s=30.0)
    assert all(play["source"] == SOURCE for play in plays)
    return sorted((play["user"], play["title"], play["played_secs"]) for play in plays)


@pytest.mark.parametrize(
    "destinations", [TWO, EVERYTHING], ids=["two destinations", "all properties"]
)
async def test_what_is_heard_stands_in_the_history(
    tmp_path: Path, destinations: tuple[Destination, ...]
) -> None:
    """Bodies go over HTTP, each on a connection of its own; plays come out of the database."""
    house = _evening(destinations)
    daemon = await asyncio.to_thread(make_daemon, tmp_path)
    async with running(daemon):
        statuses = await _post_in_time(house.posts, emitter(daemon))
        assert set(statuses) == {204}
        heard = _as_told(house)
        captured = await _as_captured(daemon, len(heard))
    assert [play[:2] for play in captured] == [each[:2] for each in heard]
    for play, truth in zip(captured, heard, strict=True):
        assert play[2] == pytest.approx(truth[2], abs=SOON_S)


async def test_fuzzed_bodies_are_answered(tmp_path: Path) -> None:
    """Whatever is sent, and however large, the answer is an ordinary one; the daemon is well."""
    chance = random.Random(1)
    house = _evening(EVERYTHING)
    daemon = await asyncio.to_thread(make_daemon, tmp_path)
    async with running(daemon):
        sender = emitter(daemon)
        for _ in range(400):
            post = chance.choice(house.posts)
            changed = replace(post, body=mutated(post.body, chance))
            assert await sender.send(changed) in {204, 400}
        large = replace(house.posts[0], body=b" " * 300_000 + house.posts[0].body)
        assert await sender.send(large) == 413
        assert await emitter(daemon, None).send(house.posts[0]) == 401
        assert await emitter(daemon, "another").send(house.posts[0]) == 401
        await daemon.working("journal", "database", SOURCE)
    errors = [entry["event"] for entry in daemon.log() if entry["level"] in {"error", "critical"}]
    assert set(errors) == {"letter.buried"}


async def test_a_daemon_that_is_killed_again_and_again(tmp_path: Path) -> None:
    """What was answered with 204 is on disk: the plays go on, none is lost and none doubled.

    In real time, with short songs; what is due while it starts is posted a second late.
    """
    house = House(destinations=TWO)
    clients = [
        house.client("Web", PEOPLE[0], habits=replace(WEB, report_every_s=2.0)),
        house.client("Finamp", PEOPLE[1], habits=replace(FINAMP, report_every_s=2.0)),
    ]
    house.live(*map(_short_songs, clients), hours=0.01)
    daemon = await asyncio.to_thread(make_daemon, tmp_path)
    daemon.speed, daemon.configuration["counting"] = 1.0, {"min_length": "1s"}
    async with running(daemon):
        up = asyncio.Event()
        up.set()
        posting = asyncio.create_task(_post_in_time(house.posts, emitter(daemon), 1.0, up))
        for _ in range(4):
            await asyncio.sleep(4.0)
            up.clear()
            await daemon.kill()
            await daemon.start("database", SOURCE)
            up.set()
        assert set(await posting) == {204}
        heard = _as_told(house)
        captured = await _as_captured(daemon, len(heard))
    assert [play[:2] for play in captured] == [each[:2] for each in heard]
    for play, truth in zip(captured, heard, strict=True):
        assert play[2] == pytest.approx(truth[2], abs=1.0)


def _short_songs(client: Client) -> Iterator[float]:
    client.play([make_song(number, 8.0 + number) for number in (1, 2, 3)])
    yield 30
