"""A household for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.analyzer.match.household import Household, open_household


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    """An empty database and a music folder `music`."""
    opened = open_household(tmp_path)
    with opened.database:
        yield opened


@pytest.fixture
def music(household: Household) -> Path:
    """The music folder."""
    return household.folders[0]
