"""Each client with its habits: exactly the plays that were heard."""

import pytest
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import NAMES
from tests.servers.jellyfin.network import straight
from tests.servers.jellyfin.profiles import PROFILES
from tests.servers.jellyfin.release import RELEASES, Release
from tests.servers.jellyfin.replay import Replay
from tests.servers.jellyfin.verdict import assert_heard
from tests.servers.jellyfin.webhook import EVERYTHING, TWO, Destination

from scrobbled_jellyfin.config import JellyfinSettings


@pytest.mark.parametrize(
    "destinations", [EVERYTHING, TWO], ids=["all properties", "two destinations"]
)
@pytest.mark.parametrize("name", PROFILES)
async def test_a_profile_is_captured_as_it_was_heard(
    settings: JellyfinSettings, name: str, destinations: tuple[Destination, ...]
) -> None:
    """Whatever the client tells, the plays are those that its script let people hear."""
    profile, house = PROFILES[name], House(destinations=destinations)
    profile.live(house)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert set(replay.answers) == {204}
    assert_heard(house.heard, replay.plays, profile.tolerance, NAMES)


@pytest.mark.parametrize("release", RELEASES, ids=str)
@pytest.mark.parametrize("name", ["crash", "two_tabs", "paused_40_min_silent", "idle_for_hours"])
async def test_idle_stops_of_every_release(
    settings: JellyfinSettings, name: str, release: Release
) -> None:
    """They are told apart from a person's, with the last check-in or without."""
    profile, house = PROFILES[name], House(release=release, destinations=TWO)
    profile.live(house)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert_heard(house.heard, replay.plays, profile.tolerance, NAMES)
