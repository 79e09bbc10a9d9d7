"""`scrobbled explain`."""

import pytest
from tests.unit.cli.home import Home
from tests.unit.query.conftest import SONG, Stores, closed, look, skipped
from tests.unit.store.recordings import add_track, link

from scrobbled.domain.observation import TrackInfo
from scrobbled.store.journal import journal_path, open_journal


def observe(home: Home) -> None:
    """Has the journal remember the first play."""
    with home.database() as database, open_journal(home.state_dir) as journal:
        Stores(database, journal).observe(closed(1).play_uid, [look(0), look(15)])


def test_a_listen_for_people(home: Home) -> None:
    """All that is known of it, under five headings."""
    home.record(closed(1))
    with home.database() as database:
        database.write(
            lambda tx: link(tx, 1, add_track(tx, "Song", ["First"], "/m/s.flac"))
        ).result()
    observe(home)

    assert home.run("explain", "1").out == (
        "1: Song by First, Second\n"
        "2026-09-21 16:18, anna, mpd:test\n"
        "\n"
        "What the player said\n"
        '  The player called it "album/song.flac".\n'
        '  It told the title "Song", the artists "First" and "Second", the album "Album" and the '
        'album artist "First".\n'
        "  The track is 200.0 s long.\n"
        "\n"
        "What sounded\n"
        "  It began at 2026-09-21 16:18:20 and ended at 16:21:40 (UTC+02:00): it came to its end.\n"
        "  It sounded for 200.0 s, all of this time.\n"
        "\n"
        "Whether it counts\n"
        "  It counts: 200.0 s sounded.\n"
        "  It had sounded for long enough at 16:20:00.\n"
        "\n"
        "What it is linked to\n"
        '  It is linked to track 1, "Song" by First.\n'
        "  The player named the file of this recording (certain).\n"
        "  Its file is /m/s.flac.\n"
        "\n"
        "What was seen\n"
        "  16:18:20 to 16:18:35  still playing at 15.0 s (looked at 2 times)\n"
    )


def test_a_skip_of_a_station(home: Home) -> None:
    """A number with raw: is never a listen's; titles of strangers are harmless."""
    radio = TrackInfo(uri="http://r/s", title="\x1b]0;owned\x07Song", stream=True)
    home.record(closed(1), skipped(2, track=radio))
    told = home.run("explain", "raw:2")

    assert told.lines[0] == "raw:2:  ]0;owned Song"
    assert "\x1b" not in told.out
    assert "What was seen" not in told.out


def test_json_keeps_its_form(home: Home) -> None:
    """The play as `history` shows it, and lists of sentences."""
    home.record(closed(1))
    observe(home)
    told = home.run("explain", "raw:1", "--json").json

    assert list(told) == ["play", "said", "sounded", "counted", "linked", "seen"]
    assert told["play"] == home.run("history", "--json").json[0]
    for name in ("said", "sounded", "counted", "linked", "seen"):
        assert told[name]
        assert all(isinstance(sentence, str) and sentence for sentence in told[name])


@pytest.mark.parametrize("number", ["99", "raw:99"])
def test_a_play_that_there_is_not(home: Home, number: str) -> None:
    """The sentence says how to find one, also while there is no database."""
    for _ in range(2):
        told = home.run("explain", number)
        assert (told.status, told.out) == (1, "")
        assert told.err == (
            f"scrobbled: There is no play {number}: `scrobbled history --with-skips` lists what "
            "there is.\n"
        )
        home.record(closed(1))


@pytest.mark.parametrize("word", ["x", "raw:", "1.5", "raw:x", "9" * 19])
def test_what_is_no_number_is_wrong_usage(home: Home, word: str) -> None:
    """Status 2, and what would be right."""
    told = home.run("explain", word)

    assert told.status == 2
    assert f"{word!r} is neither a number nor raw:NUMBER" in told.err


def test_a_journal_that_cannot_be_read_costs_details_only(home: Home) -> None:
    """A word about it goes to standard error; nothing is set aside by a command that reads."""
    home.record(closed(1, track=SONG))
    journal_path(home.state_dir).write_bytes(b"not a database" * 1000)
    told = home.run("explain", "1")

    assert told.status == 0
    assert told.lines[0] == "1: Song by First, Second"
    assert told.err.startswith("Single observations are not shown: ")
    assert list(home.state_dir.glob("*damaged*")) == []
