"""Bodies that nobody should send: none does harm, and nothing that comes after is lost."""

import os
import random

from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import NAMES, live
from tests.servers.jellyfin.music import User
from tests.servers.jellyfin.mutations import mutated
from tests.servers.jellyfin.network import Arrival, straight
from tests.servers.jellyfin.profiles import WEB, Tolerance, ordinary_day
from tests.servers.jellyfin.replay import Replay
from tests.servers.jellyfin.verdict import assert_heard
from tests.servers.jellyfin.webhook import EVERYTHING, TWO

from scrobbled_jellyfin.config import JellyfinSettings

FUZZED = int(os.environ.get("SCROBBLED_FUZZED", "5000"))
SEED = int(os.environ.get("SCROBBLED_FUZZED_SEED", "1"))
STRANGER = User("Stranger")


def _bodies_of_a_stranger() -> list[bytes]:
    """What one who is not of the household makes a server of the same name send."""
    bodies: list[bytes] = []
    for destinations in (EVERYTHING, TWO):
        house = House(destinations=destinations)
        client = house.client("Fuzz", STRANGER, habits=WEB, device="fuzz")
        house.live(ordinary_day(client), hours=0.3)
        bodies += [post.body for post in house.posts]
    return bodies


async def test_fuzzed_bodies_do_no_harm(settings: JellyfinSettings) -> None:
    """Each is taken, or refused as malformed; a household that listens meanwhile loses nothing."""
    chance = random.Random(SEED)
    known = {**settings.users, STRANGER.name: "stranger"}
    replay = Replay(settings.model_copy(update={"users": known}))
    house = House(seed=SEED, destinations=TWO)
    live(house)
    genuine, strange = straight(house.posts), _bodies_of_a_stranger()
    for number in range(FUZZED):
        body = mutated(chance.choice(strange), chance)
        if number * len(genuine) // FUZZED != (number + 1) * len(genuine) // FUZZED:
            await _arrive(replay, genuine[number * len(genuine) // FUZZED])
        await replay.receive(body)
    assert set(replay.answers) <= {204, 400}
    assert replay.answers[400] > FUZZED / 20
    await replay.run([])
    plays = [play for play in replay.plays if play.user != "stranger"]
    assert_heard(house.heard, plays, Tolerance(short=1.0, over=1.0), NAMES)
    assert replay.waiting == 0


async def _arrive(replay: Replay, arrival: Arrival) -> None:
    await replay.run([arrival], afterwards_s=0.0)
