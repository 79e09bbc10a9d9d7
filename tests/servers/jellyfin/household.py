"""An hour in a house with six people and ten devices, different for every seed."""

import random
from collections.abc import Iterator

from tests.servers.jellyfin.client import Client, Habits
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.music import Song, User, make_song
from tests.servers.jellyfin.profiles import (
    DESKTOP,
    FEISHIN,
    FINAMP,
    MUTE_STOP,
    ROKU,
    START_STOP,
    SYMFONIUM_REPORTING,
    WEB,
)

PEOPLE = tuple(map(User, ("Anna", "Ben", "Cara", "Dilan", "Edda", "Finn")))
NAMES = {user.name: user.name.lower() for user in PEOPLE}
DEVICES: tuple[tuple[str, Habits, int], ...] = (
    ("Jellyfin Web", WEB, 0),
    ("Finamp", FINAMP, 0),
    ("Jellyfin Web", WEB, 1),
    ("Symfonium", SYMFONIUM_REPORTING, 1),
    ("Jellyfin Roku", ROKU, 2),
    ("Feishin", FEISHIN, 2),
    ("Jellyfin Web", WEB, 3),
    ("Jellyfin Desktop", DESKTOP, 3),
    ("mpv-shim", MUTE_STOP, 4),
    ("Old", START_STOP, 5),
)
"""Program, habits, and whose device it is."""


def _album(chance: random.Random) -> list[Song]:
    first = chance.randrange(40)
    return [
        make_song(number, random.Random(number).uniform(45.0, 330.0))
        for number in range(first, first + chance.randint(2, 8))
    ]


def _evening(client: Client, habits: Habits, chance: random.Random) -> Iterator[float]:
    """Albums from beginning to end, with everything that people do to them."""
    yield chance.uniform(0.0, 120.0)
    while True:
        client.play(_album(chance))
        for _ in range(chance.randint(2, 12)):
            yield chance.uniform(8.0, 240.0)
            _whim(client, habits, chance)
        client.resume()
        yield chance.uniform(20.0, 200.0)
        client.stop()
        yield chance.uniform(5.0, 300.0)


def _whim(client: Client, habits: Habits, chance: random.Random) -> None:
    whim = chance.random()
    if whim < 0.35:
        client.skip()
    elif whim < 0.5 and habits.tells_changes:
        client.pause()
    elif whim < 0.65:
        client.resume()
    elif whim < 0.75 and habits.tells_changes and habits.magnifies == 1:
        client.seek_anywhere(chance)


def live(house: House, *, hours: float = 1.0, devices: int = len(DEVICES)) -> None:
    """Lets the house live for so long, and turns everything off at the end."""
    clients: list[Client] = []
    for number, (app, habits, whose) in enumerate(DEVICES[:devices]):
        client = house.client(app, PEOPLE[whose], habits=habits, device=str(number))
        clients.append(client)
        chance = random.Random(f"{house.chance.random()} {number}")
        house.timeline.follow(_evening(client, habits, chance))
    house.timeline.run(hours * 3600.0)
    for client in clients:
        client.leave()
    house.timeline.run(30.0)
