"""An hour in a house with six people and ten devices: exactly the plays that were heard."""

import os
import random
from dataclasses import replace

import pytest
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import DEVICES, NAMES, live
from tests.servers.jellyfin.network import Arrival, skewed, straight, troubled, without
from tests.servers.jellyfin.profiles import Tolerance
from tests.servers.jellyfin.release import RELEASES, Release
from tests.servers.jellyfin.replay import Replay
from tests.servers.jellyfin.timeline import TICKS_S
from tests.servers.jellyfin.verdict import assert_heard
from tests.servers.jellyfin.webhook import EVERYTHING, TWO

from scrobbled_jellyfin.config import JellyfinSettings

SEEDS = range(int(os.environ.get("SCROBBLED_HOUSEHOLDS", "2")))
KILLS = 40
REPORTING = len(DEVICES) - 1
"""All but the last one, whose songs nobody hears of when its word about their begin is lost."""
PRECISE = Tolerance(short=1.0, over=1.0)
"""Some clients tell no positions, flap, or stop without a position: parts of a second each."""


def _times_within(chance: random.Random, arrivals: list[Arrival], count: int) -> list[float]:
    first_s, last_s = arrivals[0].at / TICKS_S, arrivals[-1].at / TICKS_S
    return [chance.uniform(first_s, last_s) for _ in range(count)]


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_hour_of_household_listening(settings: JellyfinSettings, seed: int) -> None:
    """Nothing is lost, invented or doubled, and everybody has the seconds that they heard."""
    house = House(seed=seed, destinations=TWO)
    live(house)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert len(house.heard) > 100
    assert_heard(house.heard, replay.plays, PRECISE, NAMES)


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_hour_of_household_listening_in_trouble(
    settings: JellyfinSettings, seed: int
) -> None:
    """Bodies late by up to 3 s, doubled and reordered, the daemon killed again and again."""
    house, chance = House(seed=1000 + seed, destinations=TWO), random.Random(seed)
    live(house)
    arrivals = troubled(house.posts, chance)
    replay = Replay(settings)
    await replay.run(arrivals, kills_s=_times_within(chance, arrivals, KILLS))
    assert len(arrivals) > len(house.posts)
    assert_heard(house.heard, replay.plays, PRECISE, NAMES)


async def test_bodies_with_guesses_come_to_the_same(settings: JellyfinSettings) -> None:
    """With all properties of everything, about one body a second for each session."""
    house = House(seed=50, destinations=EVERYTHING)
    live(house, hours=0.3)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert replay.kept < len(house.posts) / 3
    assert_heard(house.heard, replay.plays, PRECISE, NAMES)


@pytest.mark.parametrize("release", RELEASES, ids=str)
async def test_every_release_tells_enough(settings: JellyfinSettings, release: Release) -> None:
    """Older plugins say nothing of the session, newer servers stop idle clients otherwise."""
    house = House(seed=60, release=release, destinations=EVERYTHING)
    live(house, hours=0.12)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert_heard(house.heard, replay.plays, PRECISE, NAMES)


@pytest.mark.parametrize("ahead_s", [-90.0, 40.0, 5000.0])
async def test_a_server_whose_clock_is_off(settings: JellyfinSettings, ahead_s: float) -> None:
    """Plays began when they were heard, by our clock."""
    house = House(seed=70, destinations=TWO)
    live(house, hours=0.5)
    replay = Replay(settings)
    await replay.run(skewed(straight(house.posts), ahead_s))
    heard = [each.later_by(ahead_s) for each in house.heard]
    # The first few bodies of all are not enough to tell.
    assert_heard(heard, replay.plays, PRECISE, NAMES)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_server_that_is_restarted(settings: JellyfinSettings, seed: int) -> None:
    """It forgets all sessions, and hears nothing for a while; all else is known precisely."""
    house, chance = House(seed=2000 + seed, destinations=TWO), random.Random(seed)
    began_s = house.timeline.now / TICKS_S
    silences = [(at_s, at_s + chance.uniform(2.0, 30.0)) for at_s in (700.0, 1500.0, 2600.0)]
    for from_s, to_s in silences:
        house.timeline.after(from_s, house.server.shut_down)
        house.timeline.after(to_s, house.server.start_up)
    live(house, devices=REPORTING)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    told = tuple((began_s + from_s, began_s + to_s) for from_s, to_s in silences)
    tolerance = replace(PRECISE, silences=told)
    assert_heard(house.heard, replay.plays, tolerance, NAMES)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_daemon_that_is_away(settings: JellyfinSettings, seed: int) -> None:
    """What is posted while nobody is at home is lost for good: there is no second try."""
    house, chance = House(seed=3000 + seed, destinations=TWO), random.Random(seed)
    live(house, devices=REPORTING)
    arrivals = straight(house.posts)
    away = [(at_s, at_s + 4.0) for at_s in _times_within(chance, arrivals, 5)]
    taken = without(arrivals, lambda arrival: any(a <= arrival.at / TICKS_S <= b for a, b in away))
    replay = Replay(settings)
    await replay.run(taken, kills_s=[from_s for from_s, _ in away])
    assert len(taken) < len(arrivals)
    tolerance = replace(PRECISE, silences=tuple(away))
    assert_heard(house.heard, replay.plays, tolerance, NAMES)
