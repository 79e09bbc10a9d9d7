"""A house with a server, people and their players: what they hear, and what the plugin sends."""

import random
from collections.abc import Iterator

from tests.servers.jellyfin.client import Client, Habits
from tests.servers.jellyfin.ears import Ears, Heard
from tests.servers.jellyfin.music import User
from tests.servers.jellyfin.release import NEWEST, Release
from tests.servers.jellyfin.server import Device, Jellyfin
from tests.servers.jellyfin.timeline import TICKS_S, Timeline
from tests.servers.jellyfin.webhook import EVERYTHING, Destination, Plugin, Post

MORNING_S = 1_795_341_600
"""When every recording begins, seconds since the epoch: 2026-11-22, 10:00 UTC."""


class House:
    """Everything in one place, on one timeline.

    Attributes:
        timeline: its time.
        server: the server in the attic.
        chance: the same seed makes the same house.
    """

    def __init__(
        self,
        *,
        release: Release = NEWEST,
        destinations: tuple[Destination, ...] = EVERYTHING,
        seed: int = 1,
    ) -> None:
        """Is silent at first."""
        self.timeline = Timeline(MORNING_S * TICKS_S)
        self.chance = random.Random(seed)
        self._plugin = Plugin(destinations)
        self._ears = Ears()
        self.server = Jellyfin(
            self.timeline, lambda event: self._plugin.notify(self.server, event), release
        )

    def client(self, app: str, *users: User, habits: Habits, device: str = "1") -> Client:
        """A program that somebody is logged in with.

        Args:
            app: its name for itself.
            users: the one who is logged in, then those who listen along.
            habits: how it reports.
            device: programs with the same name and device share a session.
        """
        where = Device(app, f"TW96aWxsYS81LjAgKFgxMTsgTGludXgp{device}", f'Anna\'s "{device}"')
        return Client(self.server, self._ears, where, users, habits=habits, chance=self.chance)

    def live(self, *scripts: Iterator[float], hours: float = 1.0) -> None:
        """Lets people follow their scripts, for so long."""
        for script in scripts:
            self.timeline.follow(script)
        self.timeline.run(hours * 3600.0)

    @property
    def heard(self) -> list[Heard]:
        """What was heard, by when it began."""
        return sorted(self._ears.heard, key=lambda heard: heard.began_at)

    @property
    def posts(self) -> list[Post]:
        """What the plugin sent, in order."""
        return self._plugin.posts
