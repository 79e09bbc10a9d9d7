"""What holds for matching whatever the listens and the library are."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.analyzer.match.household import Household, Music, open_household

TITLES = ("Song", "song!", "Söng", "Other")
ARTISTS = (("A",), ("A", "B"), ("B", "A"), ("a feat. b",), ())
ALBUMS = (None, "First", "Second")
LENGTHS = (None, 199.0, 204.0, 216.0, 300.0)
MBIDS = (None, "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
FILES = ("a.flac", "b.flac", "c.flac", "https://x/stream")
SOURCES = ("mpd:den", "jellyfin:home", "api:phone")


@dataclass(frozen=True)
class Played:
    """A listen that is to come: its file, when and where, and how it was named."""

    uri: str
    at_s: int
    source: str
    named: tuple[tuple[str, Any], ...]


_names = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "artists": st.sampled_from(ARTISTS),
        "album": st.sampled_from(ALBUMS),
        "duration_s": st.sampled_from(LENGTHS),
    }
)
_played = st.builds(
    lambda uri, at_s, source, names, mbid: Played(
        uri, at_s, source, (*sorted(names.items()), ("recording_mbid", mbid))
    ),
    st.sampled_from(FILES),
    st.integers(0, 60),
    st.sampled_from(SOURCES),
    _names,
    st.sampled_from(MBIDS),
)
_libraries = st.lists(
    st.tuples(st.sampled_from(FILES[:3]), _names, st.sampled_from(MBIDS)),
    unique_by=lambda file: file[0],
)
_plays = st.lists(_played, max_size=6, unique_by=lambda play: (play.at_s, play.source))
_tries = settings(max_examples=max(10, settings().max_examples // 10))


def _files(folder: Path, library: Sequence[tuple[str, dict[str, Any], str | None]]) -> list[Music]:
    return [Music(folder / name, **names, mbid=mbid) for name, names, mbid in library]


def _outcome(household: Household) -> list[tuple[Any, ...]]:
    """Everything that matching decided, by play, without numbers of rows."""
    links = household.sql(
        "SELECT r.source, r.listened_at, l.enrich_status, l.match_reason, l.match_confidence, t.n,"
        " d.reason, kept.source, kept.listened_at,"
        " (SELECT group_concat(x) FROM (SELECT a.name AS x FROM listen_artists f"
        "  JOIN artists a ON a.id = f.artist_id WHERE f.listen_id = l.id ORDER BY lower(a.name))),"
        " (SELECT group_concat(x) FROM (SELECT c.confidence || p.n AS x"
        "  FROM listen_match_candidates c JOIN (SELECT track_id, min(file_path) AS n"
        "  FROM media_files GROUP BY track_id) p ON p.track_id = c.track_id"
        "  WHERE c.listen_id = l.id ORDER BY x))"
        " FROM listens_raw r LEFT JOIN listens l ON l.raw_id = r.id"
        " LEFT JOIN listen_duplicates d ON d.raw_id = r.id"
        " LEFT JOIN listens s ON s.id = d.listen_id"
        " LEFT JOIN listens_raw kept ON kept.id = s.raw_id"
        " LEFT JOIN (SELECT track_id, min(file_path) AS n FROM media_files GROUP BY track_id) t"
        "  ON t.track_id = l.track_id ORDER BY r.source, r.listened_at"
    )
    return [tuple(str(value).lower() for value in row) for row in links]


async def _play_out(
    household: Household, library: Sequence[Any], plays: Sequence[Played], steps: str
) -> list[list[tuple[Any, ...]]]:
    """Plays and scans as `steps` say, and returns what was decided after each match.

    In `steps` s scans, p plays all, 1 plays and matches one by one, m matches, u scans music
    that has nothing to do with any listen.
    """
    outcomes = []
    for step in steps:
        if step == "s":
            household.scan(*_files(household.folders[0], library))
        elif step == "u":
            household.scan(Music(household.folders[0] / "u.flac", "Unheard", ("Of",)))
        elif step == "m":
            await household.match()
            outcomes.append(_outcome(household))
        else:
            for play in plays:
                household.play(play.uri, source=play.source, at_s=play.at_s, **dict(play.named))
                if step == "1":
                    await household.match()
    return outcomes


@cache
def _template() -> Path:
    """An empty database, made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    open_household(folder).database.close()
    return folder / "scrobbled.db"


def _run(
    library: Sequence[Any], plays: Sequence[Played], *, steps: str
) -> list[list[tuple[Any, ...]]]:
    """`_play_out` in a household of its own; paths are told from its folder on."""
    with tempfile.TemporaryDirectory() as folder:
        household = open_household(Path(folder), _template())
        with household.database:
            outcomes = asyncio.run(_play_out(household, library, plays, steps))
    return [
        [tuple(value.replace(folder.lower(), "") for value in row) for row in outcome]
        for outcome in outcomes
    ]


@_tries
@given(_libraries, _plays)
def test_matching_again_changes_nothing(library: list[Any], plays: list[Played]) -> None:
    """Nor does looking at everything again."""
    first, again = _run(library, plays, steps="spmm")

    assert first == again


@_tries
@given(_libraries, _plays, st.randoms())
def test_the_order_of_listens_does_not_matter(
    library: list[Any], plays: list[Played], random: Any
) -> None:
    """Together or one by one, forwards or in any other order."""
    shuffled = random.sample(plays, len(plays))
    together = _run(library, plays, steps="spm")

    assert together == _run(library, shuffled, steps="spm")
    assert together == _run(library, shuffled, steps="s1m")


@_tries
@given(_libraries, _plays)
def test_unrelated_music_changes_nothing(library: list[Any], plays: list[Played]) -> None:
    """Whether it is there before or comes after."""
    without = _run(library, plays, steps="spm")

    assert without == _run(library, plays, steps="uspm")
    assert without == _run(library, plays, steps="spmum")[1:]


@_tries
@given(_libraries, _plays)
def test_when_the_library_was_scanned_does_not_matter(
    library: list[Any], plays: list[Played]
) -> None:
    """What is matched against an empty library, and again after the scan, ends the same."""
    links = _run(library, plays, steps="spm")[-1]

    assert links == _run(library, plays, steps="pmsm")[-1]
