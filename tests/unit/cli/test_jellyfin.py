"""`scrobbled jellyfin`: traces from a person's shell."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.command import scrobbled
from tests.unit.jellyfin.bodies import BEGAN_S, body, ticks

from scrobbled.scrobbler.trace import header, line


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a configuration in it: one Jellyfin, no daemon."""
    (tmp_path / "token").write_text("0123456789abcdef")
    (tmp_path / "scrobbled.yaml").write_text(
        f"state_dir: {tmp_path}/state\nusers: [{{name: anna}}]\n"
        f"sources: [{{type: jellyfin, name: home, webhook_token_file: {tmp_path}/token}}]\n"
    )
    return tmp_path


def trace(home: Path) -> Path:
    """A trace of one song that was heard to its end, and of one that was skipped."""
    other: dict[str, Any] = {"ItemId": "ab" * 16, "Name": "Other"}
    told = [
        (0.0, body("PlaybackStart", 0)),
        *(
            (at_s, body("PlaybackProgress", at_s, PlaybackPositionTicks=ticks(at_s)))
            for at_s in range(10, 200, 10)
        ),
        (200.0, body("PlaybackStop", 200, PlaybackPositionTicks=ticks(200))),
        (201.0, body("PlaybackStart", 201, **other)),
        (231.0, body("PlaybackStop", 231, PlaybackPositionTicks=ticks(30), **other)),
    ]
    receipts = (
        {"wall_s": BEGAN_S + at_s, "monotonic_s": 9000 + at_s, "boot": "b", "body": text}
        for at_s, text in told
    )
    file = home / "trace.jsonl"
    file.write_text("\n".join([header("jellyfin", "1.0"), *map(line, receipts)]) + "\n")
    return file


def test_replay_as_a_table(home: Path) -> None:
    """One line for each play."""
    done = scrobbled("jellyfin", "replay", "-c", str(home / "scrobbled.yaml"), str(trace(home)))
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert [text.split()[:1] for text in lines[:1]] == [["Began"]]
    assert len(lines) == 3
    assert "Lantern" in lines[1]
    assert "yes" in lines[1]
    assert "Other" in lines[2]
    assert "no" in lines[2]


def test_replay_as_json(home: Path) -> None:
    """For programs; everybody's plays, whoever is in the configuration."""
    file = str(trace(home))
    done = scrobbled("jellyfin", "replay", "-c", str(home / "scrobbled.yaml"), "--json", file)
    first, second = json.loads(done.stdout)

    assert (first["title"], first["played_secs"], first["counted"]) == ("Lantern", 200.0, True)
    assert (second["title"], second["played_secs"], second["counted"]) == ("Other", 30.0, False)
    assert first["user"] == "ann"


def test_replay_of_what_is_no_trace(home: Path) -> None:
    """Said in a sentence."""
    file = home / "other"
    file.write_text("{}")
    done = scrobbled("jellyfin", "replay", "-c", str(home / "scrobbled.yaml"), str(file))

    assert done.returncode == 1
    assert "no trace" in done.stderr


def test_record_without_a_daemon(home: Path) -> None:
    """The daemon has what there is to record."""
    done = scrobbled("jellyfin", "record", "-c", str(home / "scrobbled.yaml"))

    assert done.returncode == 1
    assert "scrobbled run" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("--source", "attic"), "there is home"), (("--last", "soon"), "--last is not a duration")],
    ids=range(2),
)
def test_record_of_what_is_not_there(home: Path, words: tuple[str, ...], sentence: str) -> None:
    """Wrong usage, with what would be right."""
    done = scrobbled("jellyfin", "record", "-c", str(home / "scrobbled.yaml"), *words)

    assert done.returncode == 2
    assert sentence in done.stderr
