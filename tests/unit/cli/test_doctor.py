"""`scrobbled doctor`."""

from typing import Any

import pytest
from tests.unit.cli.home import Home, status
from tests.unit.query.conftest import closed, skipped


def findings(told: str) -> dict[str, str]:
    """What was found, each with its mark and its advice."""
    found: dict[str, str] = {}
    last = ""
    for line in told.splitlines():
        if line.startswith((" ", "\t")):
            found[last] += f" -> {line.strip()}"
        else:
            mark, _, last = line.partition(" ")
            last = last.strip()
            found[last] = mark
    return found


def test_a_healthy_house(home: Home) -> None:
    """Everything is looked at, and each finding has a line."""
    (home.music / "song.flac").touch()
    home.record(closed(1), skipped(2))
    with home.daemon(status=status()):
        found = findings(home.run("doctor").out)

    assert found[f"The music folder {home.music} can be read."] == "ok"
    assert found["The daemon runs (ok)."] == "ok"
    database = f"The database sqlite:///{home.state_dir}/scrobbled.db"
    assert found[f"{database} holds 2 plays and 1 listen, 0 of them linked."] == "ok"
    assert any(what.startswith(f"The state directory {home.state_dir} can be") for what in found)
    assert any(what.startswith("MPD at") for what in found), "and each source says its own"


def test_a_house_without_anything(home: Home) -> None:
    """Each trouble comes with what to do; the status says that there is some."""
    home.configure(library={"folders": [str(home.directory / "unplugged"), str(home.music)]})
    home.state_dir.rmdir()
    told = home.run("doctor")
    found = findings(told.out)

    assert told.status == 1
    assert found[f"The state directory {home.state_dir} does not exist."].startswith(
        "FAIL -> Start the daemon once"
    )
    assert found[
        f"The music folder {home.directory}/unplugged cannot be read: No such file or directory."
    ] == ("FAIL -> Mount it, correct library.folders, or let the daemon's user read it.")
    assert found[f"The music folder {home.music} is empty."] == "FAIL -> Is it mounted?"
    assert found["The daemon is not running."].startswith("FAIL -> Start it: ")
    assert not home.state_dir.exists(), "looking makes nothing"


def test_without_music_folders(home: Home) -> None:
    """Listens can be kept, but not linked."""
    home.configure(library={"folders": []})
    found = findings(home.run("doctor").out)

    assert found["No music folders are configured, so listens cannot be linked to files."] == (
        "FAIL -> Name them under library.folders."
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"dead_letters": 1},
            "The daemon runs, but not all is well: 1 item could not be processed.",
        ),
        (
            {
                "dead_letters": 2,
                "health": {
                    "status": "degraded",
                    "components": {
                        "mpd:den": {"state": "degraded", "detail": "it is away."},
                        "journal": {"state": "failed", "detail": "the disk is full"},
                        "web": {"state": "ok", "detail": "fine"},
                    },
                },
            },
            (
                "The daemon runs, but not all is well: mpd:den: it is away; journal: the disk is "
                "full; 2 items could not be processed."
            ),
        ),
    ],
)
def test_what_ails_the_daemon_is_told(home: Home, changes: dict[str, Any], told: str) -> None:
    """All of it, in one line."""
    with home.daemon(status=status(**changes)):
        answer = home.run("doctor")

    assert answer.status == 1
    assert findings(answer.out)[told].startswith("FAIL -> See its log")


def test_a_daemon_that_cannot_be_asked(home: Home) -> None:
    """It may run and still not answer."""
    with home.daemon():
        found = findings(home.run("doctor").out)

    (what,) = [each for each in found if each.startswith("The daemon cannot be asked: ")]
    assert found[what] == "FAIL -> See its log."


def test_a_database_that_cannot_be_used(home: Home) -> None:
    """Its sentence is told; nothing is moved away."""
    (home.state_dir / "scrobbled.db").write_bytes(b"not a database" * 1000)
    found = findings(home.run("doctor").out)

    (what,) = [each for each in found if "cannot be used" in each]
    assert found[what].startswith("FAIL -> Do what the sentence says")
    assert [path.name for path in home.state_dir.iterdir()] == ["scrobbled.db"]


def test_json_keeps_its_form(home: Home) -> None:
    """A list of findings."""
    found = home.run("doctor", "--json").json

    assert len(found) > 4
    for each in found:
        assert list(each) == ["ok", "what", "advice"]
        assert (each["advice"] is None) == each["ok"]
        assert each["what"].endswith((".", ")"))
