"""Whatever happens to files between scans, the library ends as if it had been scanned once."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.analyzer.shelf import Shelf

from scrobbled.store import Database, open_database

NAMES = ("a.flac", "b.flac", "x/c.flac", "x/d.flac")
TITLES = ("One", "Two", "Three")
Step = tuple[str, str, str]
STEPS = st.tuples(
    st.sampled_from(["put", "put", "retag", "move", "delete", "scan", "scan"]),
    st.sampled_from(NAMES),
    st.sampled_from([*TITLES, *NAMES]),
)


@dataclass(slots=True)
class Life:
    """What people and scans do to a library, step by step."""

    shelf: Shelf

    async def live(self, steps: list[Step]) -> None:
        """Do all steps and scan last."""
        doings = {
            "put": self._put,
            "retag": self._retag,
            "move": self._move,
            "delete": self._delete,
        }
        for what, name, other in steps:
            if what == "scan":
                await self._scan()
            else:
                doings[what](name, other)
        await self._scan()

    async def _scan(self) -> None:
        """Scan; no track is ever lost by it."""
        before = await self.shelf.rows("SELECT id, track_uid FROM tracks")
        await self.shelf.scan()
        assert set(before) <= set(await self.shelf.rows("SELECT id, track_uid FROM tracks"))

    def _put(self, name: str, title: str) -> None:
        self.shelf.put(name, _tags(title), seconds=100)

    def _retag(self, name: str, title: str) -> None:
        if (self.shelf.folder / name).exists():
            self.shelf.retag(name, _tags(title))

    def _move(self, name: str, other: str) -> None:
        source, target = self.shelf.folder / name, self.shelf.folder / other
        if source.exists() and other in NAMES and source != target:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)

    def _delete(self, name: str, _other: str) -> None:
        (self.shelf.folder / name).unlink(missing_ok=True)


def _tags(title: str) -> dict[str, str]:
    return {"title": title if title in TITLES else "One", "artist": "A", "album": "X"}


async def grouping(shelf: Shelf) -> dict[str, set[str]]:
    """Which files are of one recording, and what it is called."""
    groups: dict[str, set[str]] = {}
    rows = await shelf.rows(
        "SELECT t.id, t.title, f.file_path FROM media_files f JOIN tracks t ON t.id = f.track_id "
        "WHERE f.missing_since IS NULL"
    )
    for number, title, path in rows:
        groups.setdefault(f"{number}:{title}", set()).add(path)
    assert len({name.partition(":")[2] for name in groups}) == len(groups)
    return {name.partition(":")[2]: paths for name, paths in groups.items()}


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=9))
def test_any_history_ends_like_one_scan(steps: list[Step]) -> None:
    """The files are of the same recordings as after a fresh scan, and no track is ever lost."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "music").mkdir()
        (home / "music" / "keeps the disk mounted").mkdir()
        with (
            open_database(f"sqlite:///{home / 'lived.db'}") as lived,
            open_database(f"sqlite:///{home / 'fresh.db'}") as fresh,
        ):
            asyncio.run(compare(home / "music", lived, fresh, steps))


async def compare(folder: Path, lived: Database, fresh: Database, steps: list[Step]) -> None:
    """Live through `steps`, and scan what is left into another library."""
    shelf, newcomer = Shelf(folder, lived), Shelf(folder, fresh)

    await Life(shelf).live(steps)
    await newcomer.scan()

    assert await grouping(shelf) == await grouping(newcomer)
