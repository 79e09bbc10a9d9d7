"""Each client with its habits: exactly the plays that were heard."""

import pytest
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import NAMES
from tests.servers.jellyfin.network import straight
from tests.servers.jellyfin.profiles import PROFILES
from tests.servers.jellyfin.replay import Replay
from tests.servers.jellyfin.verdict import assert_heard

from scrobbled_jellyfin.config import JellyfinSettings


@pytest.mark.parametrize("name", PROFILES)
async def test_a_profile_is_captured_as_it_was_heard(settings: JellyfinSettings, name: str) -> None:
    """Whatever the client tells, the plays are those that its script let people hear."""
    profile, house = PROFILES[name], House()
    profile.live(house)
    replay = Replay(settings)
    await replay.run(straight(house.posts))
    assert set(replay.answers) == {204}
    assert_heard(house.heard, replay.plays, profile.tolerance, NAMES)
