"""The way from the plugin to the daemon: what arrives when, and what never does."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tests.servers.jellyfin.timeline import ticks
from tests.servers.jellyfin.webhook import Post


@dataclass(frozen=True, slots=True)
class Arrival:
    """A body as it reaches the daemon.

    Attributes:
        at: ticks since the epoch by the daemon's own clock.
        post: what was sent.
    """

    at: int
    post: Post


def straight(posts: Iterable[Post], *, under_way_s: float = 0.004) -> list[Arrival]:
    """Everything arrives in order, a moment later."""
    return [Arrival(post.at + ticks(under_way_s), post) for post in posts]


def troubled(
    posts: Iterable[Post], chance: random.Random, *, doubled: float = 0.05, late_s: float = 3.0
) -> list[Arrival]:
    """Bodies come late, twice, and in another order.

    Args:
        posts: what was sent.
        chance: decides.
        doubled: which share of them arrives twice.
        late_s: for how long they are under way, at the most.
    """
    arrivals: list[Arrival] = []
    for post in posts:
        for _ in range(1 + (chance.random() < doubled)):
            # Most are quick, as they are in a house; one in five takes its time.
            slow = chance.random() < 0.2
            late = ticks(chance.uniform(0.0, late_s if slow else 0.1))
            arrivals.append(Arrival(post.at + late, post))
    return sorted(arrivals, key=lambda arrival: arrival.at)


def skewed(arrivals: Iterable[Arrival], seconds: float) -> list[Arrival]:
    """As seen by a daemon whose clock is ahead of the server's."""
    return [replace(arrival, at=arrival.at + ticks(seconds)) for arrival in arrivals]


def without(arrivals: Iterable[Arrival], lost: Callable[[Arrival], bool]) -> list[Arrival]:
    """What still arrives when some bodies find nobody at home: there is no second try."""
    return [arrival for arrival in arrivals if not lost(arrival)]
