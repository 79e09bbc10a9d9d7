"""Bodies that nobody should send: none does harm, and nothing that comes after is lost."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace

from tests.servers.jellyfin.client import Client
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import NAMES, live
from tests.servers.jellyfin.music import User
from tests.servers.jellyfin.mutations import mutated
from tests.servers.jellyfin.network import Arrival, straight
from tests.servers.jellyfin.profiles import WEB, Tolerance, ordinary_day
from tests.servers.jellyfin.replay import Replay
from tests.servers.jellyfin.verdict import assert_heard
from tests.servers.jellyfin.webhook import EVERYTHING, TWO, Post

from scrobbled_jellyfin.config import JellyfinSettings

FUZZED = int(os.environ.get("SCROBBLED_FUZZED", "5000"))
SEED = int(os.environ.get("SCROBBLED_FUZZED_SEED", "1"))
STRANGER = User("Stranger")


def _posts_of_a_stranger() -> list[Post]:
    """What one who is not of the household makes a server of the same name send in an hour."""
    posts: list[Post] = []
    for destinations in (EVERYTHING, TWO):
        house = House(destinations=destinations)
        client = house.client("Fuzz", STRANGER, habits=WEB, device="fuzz")
        house.live(_again_and_again(client))
        posts += house.posts
    return sorted(posts, key=lambda post: post.at)


def _again_and_again(client: Client) -> Iterator[float]:
    while True:
        yield from ordinary_day(client)


async def test_fuzzed_bodies_do_no_harm(settings: JellyfinSettings) -> None:
    """Each is taken, or refused as malformed; a household that listens meanwhile loses nothing."""
    chance = random.Random(SEED)
    known = {**settings.users, STRANGER.name: "stranger"}
    replay = Replay(settings.model_copy(update={"users": known}))
    house = House(seed=SEED, destinations=TWO)
    live(house)
    strange = _posts_of_a_stranger()
    share = FUZZED // len(strange) + 1
    arrivals = straight([*house.posts, *(post for post in strange for _ in range(share))])
    genuine = set(house.posts)
    for arrival in sorted(arrivals, key=lambda arrival: arrival.at):
        post = arrival.post
        if post not in genuine:
            post = replace(post, body=mutated(post.body, chance))
        await replay.run([Arrival(arrival.at, post)], afterwards_s=0.0)
    await replay.run([])
    assert replay.answers.total() > FUZZED
    assert set(replay.answers) == {204, 400}
    assert replay.answers[400] > FUZZED / 20
    plays = [play for play in replay.plays if play.user != "stranger"]
    assert_heard(house.heard, plays, Tolerance(short=1.0, over=1.0), NAMES)
    assert replay.waiting == 0
