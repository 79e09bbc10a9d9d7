"""`scrobbled history`."""

from tests.unit.cli.home import Home
from tests.unit.query.conftest import SONG, closed, skipped
from tests.unit.store.recordings import add_track, link

from scrobbled.domain.observation import TrackInfo

KEYS = {
    "listen_id": int,
    "raw_id": int,
    "listened_at": str,
    "user": str,
    "source": str,
    "source_track_id": str,
    "title": str,
    "artists": list,
    "album": str,
    "duration_secs": float,
    "played_secs": float,
    "counted": bool,
    "closed_by": str,
    "link": dict,
}
RADIO = TrackInfo(uri="http://r/s", title="On \x1b[31mair\nnow", stream=True, station="R")


def test_a_page_for_people(home: Home) -> None:
    """Newest first, by the clock on the wall; one line for each play."""
    home.record(closed(1), skipped(2, user="ben"), closed(3, track=RADIO, played_s=4000.0))
    with home.database() as database:
        database.write(
            lambda tx: link(tx, 1, add_track(tx, "S"), match_confidence=0.974, match_reason="exact")
        ).result()

    assert home.run("history", "--with-skips").lines == [
        (
            f"{'ID':5}  {'When':16}  User  Source    {'Artist':13}  {'Title':15}  Album  "
            f"{'Heard':12}  Link"
        ),
        (
            f"{'2':5}  2026-09-21 16:28  anna  mpd:test  {'-':13}  On  [31mair now  -      "
            f"{'1:06:40':12}  -"
        ),
        (
            f"raw:2  2026-09-21 16:23  ben   mpd:test  First, Second  {'Song':15}  Album  "
            "0:09 of 3:20  skip"
        ),
        (
            f"{'1':5}  2026-09-21 16:18  anna  mpd:test  First, Second  {'Song':15}  Album  "
            "3:20 of 3:20  track 1 (exact 0.97)"
        ),
    ]


def test_json_keeps_its_form(home: Home) -> None:
    """The keys and types are a promise to programs; what is not known is null."""
    home.record(closed(1), skipped(2, track=RADIO))
    with home.database() as database:
        database.write(lambda tx: link(tx, 1, add_track(tx, "S"))).result()
    skip, listen = home.run("history", "--json", "--with-skips").json

    assert {key: type(value) for key, value in listen.items()} == KEYS
    assert listen["link"] == {"track_id": 1, "confidence": 1.0, "reason": "file"}
    assert listen["listened_at"] == "2026-09-21T14:18:20Z"
    assert list(skip) == list(KEYS)
    nothing = {key for key, value in skip.items() if value is None}
    assert nothing == {"listen_id", "album", "duration_secs", "link"}
    assert skip["title"] == RADIO.title, "programs get what was told"


def test_pages_are_cut_for_people_only(home: Home) -> None:
    """Fifty lines on a terminal are enough; programs get all, unless they ask for less."""
    home.record(*(closed(number) for number in range(60)))

    assert len(home.run("history").lines) == 51
    assert len(home.run("history", "--json").json) == 60
    assert len(home.run("history", "--limit", "7").lines) == 8
    ids = [entry["raw_id"] for entry in home.run("history", "--json", "--limit", "2").json]
    assert ids == [60, 59]
    first = home.run("history", "--json", "--limit", "1", "--oldest-first").json
    assert [entry["raw_id"] for entry in first] == [1]
    assert home.run("history", "--limit", "0").status == 2


def test_one_users_plays(home: Home) -> None:
    """Of somebody who is known; a typing error is told from an empty history."""
    home.record(closed(1), closed(2, user="ben"))

    assert [entry["user"] for entry in home.run("history", "--json", "--user", "ben").json] == [
        "ben"
    ]
    wrong = home.run("history", "--user", "bne")
    assert (wrong.status, wrong.out) == (1, "")
    assert wrong.err == ("scrobbled: There is no user 'bne': `scrobbled user list` names them.\n")


def test_an_empty_history(home: Home) -> None:
    """Before the first play, and before the first start, there is a sentence or an empty list."""
    assert home.run("history", "--json").json == []
    hint = "; --with-skips shows what did not count."
    assert home.run("history").out == f"Nothing that counts has been played yet{hint}\n"
    home.record(closed(1, user="ben"))
    alone = home.run("history", "--user", "anna").out
    assert alone == f"Nothing that counts has been played by anna yet{hint}\n"
    home.record(skipped(2))
    assert home.run("history", "--user", "anna", "--with-skips", "--json").json != []
    nobody = home.run("history", "--with-skips", "--user", "anna", "--limit", "1")
    assert nobody.status == 0


def test_nothing_at_all(home: Home) -> None:
    """With skips there is nothing more to show."""
    assert home.run("history", "--with-skips").out == "Nothing has been played yet.\n"
    assert not (home.state_dir / "scrobbled.db").exists(), "reading makes nothing"


def test_a_play_without_tags(home: Home) -> None:
    """Its file names it."""
    home.record(closed(1, track=TrackInfo(uri="a/b.flac", duration_s=SONG.duration_s)))
    line = home.run("history").lines[1]

    assert line.split() == [
        *("1", "2026-09-21", "16:18", "anna", "mpd:test", "-", "b", "-"),
        *("3:20", "of", "3:20", "-"),
    ]
