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
def fresh_shelf(shelf: Shelf, tmp_path: Path) -> Iterator[Shelf]:
    """The same folder with a library that no scan has seen."""
    with open_database(f"sqlite:///{tmp_path / 'fresh.db'}") as database:
        yield Shelf(shelf.folder, database)


@pytest.fixture
def killed_shelf(shelf: Shelf, tmp_path: Path) -> Iterator[Shelf]:
    """The same folder with a library in `killed.db`."""
    with open_database(f"sqlite:///{tmp_path / 'killed.db'}") as database:
        yield Shelf(shelf.folder, database)


@pytest.fixture
def open_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may use, unlike pytest's own; temporary files go there too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o777)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield path


@pytest.fixture
def open_shelf(open_path: Path) -> Iterator[Shelf]:
    """A music folder that everybody may enter, with a library of its own."""
    with open_database(f"sqlite:///{open_path / 'library.db'}") as database:
        yield Shelf(open_path / "music", database)
