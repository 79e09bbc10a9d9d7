"""`scrobbled sources`."""

from typing import Any

import pytest
from tests.unit.cli.home import Home, status

PLAYING: dict[str, Any] = {
    "source": "mpd:den",
    "user": "anna",
    "title": "Song",
    "artists": ["First", "Second"],
    "started_at": "2026-09-21T14:18:20+00:00",
    "played_secs": 65.0,
    "paused": False,
    "counts": False,
    "counts_in_secs": 35.2,
}


def test_all_is_well_and_quiet(home: Home) -> None:
    """One line for each source."""
    with home.daemon(status=status()) as asked:
        told = home.run("sources")

    assert (told.status, told.lines) == (
        0,
        ["Source   State  Detail", "mpd:den  ok     MPD 0.23.5"],
    )
    assert asked == [("status", {})]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "playing Song by First, Second, 1:05 heard, counts in 0:35"),
        (
            {"counts": True, "counts_in_secs": None},
            "playing Song by First, Second, 1:05 heard, counts",
        ),
        ({"counts_in_secs": None}, "playing Song by First, Second, 1:05 heard, will not count"),
        ({"paused": True, "artists": []}, "paused Song, 1:05 heard, counts in 0:35"),
    ],
)
def test_what_sounds_is_told(home: Home, changes: dict[str, Any], told: str) -> None:
    """What it is, how much was heard, and whether that counts."""
    with home.daemon(status=status(now_playing=[PLAYING | changes])):
        assert home.run("sources").lines[-1] == f"mpd:den: {told}"


@pytest.mark.parametrize(
    ("count", "plays", "items"), [(1, "1 play", "1 item"), (2, "2 plays", "2 items")]
)
def test_what_waits_and_what_failed_is_told(home: Home, count: int, plays: str, items: str) -> None:
    """One sentence for each."""
    with home.daemon(status=status(waiting=count, dead_letters=count)):
        assert home.run("sources").lines[2:] == [
            f"Not in the database yet, but safe in the journal: {plays}.",
            f"Kept aside, since it could not be processed: {items}; see the log.",
        ]


def test_without_a_daemon(home: Home) -> None:
    """It says how to start it; that is no failure of the question."""
    told = home.run("sources")

    assert told.status == 0
    assert told.lines == [
        "Source   State        Detail",
        "mpd:den  not running",
        "The daemon is not running: start it with `scrobbled run`.",
    ]


def test_a_source_that_the_daemon_does_not_know_yet(home: Home) -> None:
    """A configuration that is newer than the daemon."""
    health = {"status": "ok", "components": {}}
    with home.daemon(status=status(health=health)):
        assert home.run("sources").lines[1] == (
            "mpd:den  unknown  the daemon has not been restarted since this source was configured"
        )


def test_json_keeps_its_form(home: Home) -> None:
    """With and without a daemon the same keys."""
    alone = home.run("sources", "--json").json
    with home.daemon(status=status(now_playing=[PLAYING], waiting=3)):
        told = home.run("sources", "--json").json

    assert told == {
        "running": True,
        "sources": [{"source": "mpd:den", "state": "ok", "detail": "MPD 0.23.5"}],
        "now_playing": [PLAYING],
        "waiting": 3,
        "dead_letters": 0,
    }
    assert list(alone) == list(told)
    assert (alone["running"], alone["now_playing"], alone["waiting"]) == (False, [], None)


def test_a_daemon_that_fails_is_a_failure(home: Home) -> None:
    """Its sentence, and status 1."""

    def fail(_report: object) -> None:
        raise ValueError("a bug")

    with home.daemon(status=fail):
        told = home.run("sources")

    assert told.status == 1
    assert told.err.splitlines()[-1].startswith("scrobbled: The command failed by an error in ")
