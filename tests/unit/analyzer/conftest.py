"""What the tests of the analyzer share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.analyzer.shelf import Shelf

from scrobbled.store import open_database


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty music folder with a library of its own."""
    folder = tmp_path / "music"
    folder.mkdir()
    with open_database(f"sqlite:///{tmp_path / 'library.db'}") as database:
        yield Shelf(folder, database)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
