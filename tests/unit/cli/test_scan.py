"""`scrobbled scan`, by the daemon and without it."""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.music import write_music
from tests.unit.cli.home import Home
from tests.unit.query.conftest import closed

from scrobbled.domain.observation import TrackInfo

SCAN: dict[str, Any] = {
    "seen": 7,
    "read": 2,
    "added": 1,
    "changed": 1,
    "moved": 0,
    "missing": 0,
    "returned": 0,
    "unchanged": 5,
    "failed_count": 0,
    "failed": [],
    "folder_errors": [],
    "duration_s": 1.25,
}
MATCH: dict[str, Any] = {
    "looked_at": 0,
    "linked": {},
    "ambiguous": 0,
    "unmatched": 0,
    "duplicates": 0,
}


def test_music_is_found_and_listens_linked(home: Home) -> None:
    """Without a daemon it is done here: a listen that came first is linked now."""
    path = write_music(
        home.music / "song.flac", {"title": "Song", "artist": ["First"]}, seconds=200
    )
    track = TrackInfo(uri="song.flac", file_path=str(path), title="Song", duration_s=200.0)
    home.record(closed(1, track=track))
    told = home.run("scan")

    assert told.status == 0
    first, second = told.lines
    assert first.startswith("1 file in ")
    assert first.endswith(" s: 1 new, 0 changed, 0 moved, 0 missing, 0 back, 0 as before.")
    assert second == (
        "1 listen looked at: linked 1 by file; 0 could be several recordings, 0 could be none, "
        "0 captured twice."
    )
    again = home.run("scan").lines
    assert again[0].endswith("0 back, 1 as before.")
    assert again[1] == "No listen waits to be linked."
    assert home.run("scan", "--full", "--json").json["scan"]["read"] == 1


def test_json_keeps_its_form(home: Home) -> None:
    """Both reports, with their figures."""
    told = home.run("scan", "--json").json

    assert list(told) == ["scan", "match"]
    assert set(SCAN) <= set(told["scan"])
    assert set(MATCH) <= set(told["match"])


def test_files_that_cannot_be_read_are_named(home: Home) -> None:
    """On standard error, the first of them; the others are counted."""
    for number in range(25):
        (home.music / f"{number:02}.flac").write_bytes(b"no music")
    told = home.run("scan")

    assert told.status == 0
    lines = told.err.splitlines()
    assert lines[0] == "25 files could not be read:"
    assert lines[1].startswith(f"  {home.music}/")
    assert lines[-1] == "  and 5 more."
    assert len(lines) == 22


def test_folders_that_cannot_be_read_are_named(home: Home) -> None:
    """Nothing in them is taken to be gone."""
    home.configure(library={"folders": [str(home.music), str(home.directory / "unplugged")]})
    told = home.run("scan")

    assert told.status == 0
    assert told.err.startswith(f"Not looked into: {home.directory}/unplugged")


def test_only_some_paths(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named as a person names them, from where they are."""
    for name in ("a/1.flac", "b/2.flac"):
        write_music(home.music / name, {"title": name})
    monkeypatch.chdir(home.music)

    assert home.run("scan", "a").lines[0].startswith("1 file in ")
    assert home.run("scan", str(home.music / "b")).lines[0].startswith("1 file in ")
    assert home.run("scan").lines[0].endswith(" 2 as before.")


def test_without_music_folders_there_is_nothing_to_do(home: Home) -> None:
    """The sentence says where to name them."""
    home.configure(library={"folders": []})
    told = home.run("scan")

    assert told.status == 1
    assert told.err == ("scrobbled: There are no music folders: name them under library.folders.\n")


def test_a_running_daemon_does_the_work(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given whole paths, tells how far it is, and what came of it."""
    monkeypatch.chdir(home.music)

    def scan(report: Any) -> dict[str, Any]:
        for seen in range(0, 12_001, 1000):
            report({"seen": seen, "read": seen // 2, "failed": 1, "to_read": None})
        return {"scan": SCAN, "match": MATCH | {"looked_at": 3, "linked": {"exact": 2}}}

    with home.daemon(scan=scan) as asked:
        told = home.run("scan", "x", "/y", "--full")

    assert asked == [("scan", {"paths": [str(Path.cwd() / "x"), "/y"], "full": True})]
    assert told.lines == [
        "7 files in 1.2 s: 1 new, 1 changed, 0 moved, 0 missing, 0 back, 5 as before.",
        (
            "3 listens looked at: linked 2 by name; 0 could be several recordings, "
            "0 could be none, 0 captured twice."
        ),
    ]
    assert told.err.splitlines() == [
        "5000 seen, 2500 read, 1 failed",
        "10000 seen, 5000 read, 1 failed",
    ]


def test_programs_are_told_the_outcome_only(home: Home) -> None:
    """No progress in between."""

    def scan(report: Any) -> dict[str, Any]:
        report({"seen": 50_000, "read": 0, "failed": 0, "to_read": None})
        return {"scan": SCAN, "match": MATCH}

    with home.daemon(scan=scan):
        told = home.run("scan", "--json")

    assert told.json == {"scan": SCAN, "match": MATCH}
    assert told.err == ""


def test_names_of_files_are_harmless(home: Home) -> None:
    """Names that are no text, and those that speak to the terminal."""
    name = os.fsencode(home.music) + b"/bad\x1b[31m\xff.flac"
    Path(os.fsdecode(name)).write_bytes(b"no music")
    told = home.run("scan")

    assert "\x1b" not in told.err
    assert "bad" in told.err
