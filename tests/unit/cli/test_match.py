"""`scrobbled match`."""

from typing import Any

import pytest
from tests.unit.cli.home import Home
from tests.unit.cli.test_scan import MATCH
from tests.unit.query.conftest import closed

from scrobbled.cli.match import print_match
from scrobbled.store.listens.history import MATCH_REASONS


def test_what_waits_is_looked_for(home: Home) -> None:
    """Without a daemon it is done here."""
    home.record(closed(1))

    assert home.run("match").out == (
        "1 listen looked at: linked none; 0 could be several recordings, 1 could be none, "
        "0 captured twice.\n"
    )
    assert home.run("match").out == "No listen waits to be linked.\n"


def test_json_keeps_its_form(home: Home) -> None:
    """The figures of the run."""
    assert set(MATCH) <= set(home.run("match", "--json").json)


def test_a_running_daemon_does_the_work(home: Home) -> None:
    """And tells what came of it."""
    report: dict[str, Any] = MATCH | {"looked_at": 9, "linked": {"file": 3, "recording_mbid": 1}}
    with home.daemon(match=report) as asked:
        told = home.run("match")

    assert asked == [("match", {})]
    assert told.out.startswith("9 listens looked at: linked 3 by file, 1 by MusicBrainz id; ")


@pytest.mark.parametrize("reason", MATCH_REASONS)
def test_every_reason_has_its_words(reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No name of a column reaches a person."""
    print_match(MATCH | {"looked_at": 1, "linked": {reason: 1}})

    assert "_" not in capsys.readouterr().out
