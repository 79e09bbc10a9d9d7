"""A source's settings, read before any loop runs."""

from pathlib import Path

import pytest
from tests.servers.jellyfin.household import NAMES
from tests.servers.jellyfin.replay import make_settings

from scrobbled_jellyfin.config import JellyfinSettings


@pytest.fixture
def settings(tmp_path: Path) -> JellyfinSettings:
    """A Jellyfin source whose users are those of the household."""
    return make_settings(NAMES, tmp_path)
