"""One play that two sources captured is one listen; both plays are kept as they came."""

from pathlib import Path

import pytest
from tests.unit.analyzer.match.household import Household, Music

MPD, JELLYFIN, API = "mpd:den", "jellyfin:home", "api:phone"


def duplicates(household: Household) -> list[tuple[str, str, str]]:
    """Source of each play that is no listen, of the one that stands for it, and the reason."""
    return [
        (gone, kept, reason)
        for gone, kept, reason in household.sql(
            "SELECT a.source, b.source, d.reason FROM listen_duplicates d"
            " JOIN listens_raw a ON a.id = d.raw_id"
            " JOIN listens l ON l.id = d.listen_id"
            " JOIN listens_raw b ON b.id = l.raw_id ORDER BY a.source, a.id"
        )
    ]


@pytest.fixture
def song(household: Household, music: Path) -> str:
    """A recording of 200 s; the name of its file."""
    household.scan(Music(music / "song.flac", "Song", ("Singer",)))
    return "song.flac"


@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
@pytest.mark.parametrize("order", [(MPD, JELLYFIN, API), (API, JELLYFIN, MPD)])
async def test_the_source_that_is_configured_first_stays(
    household: Household, song: str, order: tuple[str, ...], *, together: bool
) -> None:
    """Whichever was captured or linked first."""
    for number, source in enumerate(order):
        household.play(song, source=source, at_s=10.0 * number)
        if not together:
            await household.match()
    report = await household.match()

    assert duplicates(household) == [(API, MPD, "other_source"), (JELLYFIN, MPD, "other_source")]
    assert household.sql("SELECT count(*) FROM listens") == [(1,)]
    assert household.sql("SELECT count(*) FROM listens_raw") == [(3,)]
    assert not together or report.duplicates == 2


async def test_a_duplicate_of_a_duplicate_is_one_too(household: Household, song: str) -> None:
    """The outer two are further apart than plays of one moment, but there is one between them."""
    household.play(song, source=API, at_s=50)
    household.play(song, source=MPD, at_s=0)
    await household.match()
    between = len(duplicates(household))
    household.play(song, source=JELLYFIN, at_s=25)
    await household.match()

    assert between == 0
    assert duplicates(household) == [(API, MPD, "other_source"), (JELLYFIN, MPD, "other_source")]


async def test_plays_half_a_minute_apart_are_two(household: Household, song: str) -> None:
    """Repeats are no duplicates, and neither are two plays of one server."""
    household.play(song, source=MPD, at_s=0)
    household.play(song, source=JELLYFIN, at_s=30)
    household.play(song, source="mpd:den/kitchen", at_s=5)
    household.play(song, source=MPD, at_s=15)
    household.play(song, source=API, user="ben")
    await household.match()

    assert duplicates(household) == [(JELLYFIN, MPD, "other_source")]
    assert household.sql("SELECT count(*) FROM listens") == [(4,)]


async def test_short_recordings_have_short_windows(household: Household, music: Path) -> None:
    """What can be played twice within half a minute is not taken for once."""
    household.scan(Music(music / "jingle.flac", "Jingle", ("Singer",), duration_s=30.0))
    household.play("jingle.flac", source=MPD, at_s=0)
    household.play("jingle.flac", source=JELLYFIN, at_s=16)
    await household.match()

    assert duplicates(household) == []


async def test_one_recording_twice_in_one_second_is_once(household: Household, music: Path) -> None:
    """Two files of one recording, from one source: the play that was captured first stays."""
    for name in ("a.flac", "b.flac"):
        household.scan(Music(music / name, "Song", ("Singer",)))
        household.play(name)
    await household.match()

    assert [listen.uri for listen in household.listens()] == ["a.flac"]
    assert duplicates(household) == [(MPD, MPD, "same_second")]


async def test_what_a_person_linked_is_never_taken_away(household: Household, song: str) -> None:
    """Not even by the source that goes first."""
    number = household.play(song, source=API, at_s=3)
    await household.match()
    household.sql("UPDATE listens SET enrich_status = 'manual', match_reason = 'manual'")
    household.play(song, source=MPD)
    await household.match()

    assert duplicates(household) == [(MPD, API, "other_source")]
    assert household.listen(number).status == "manual"


async def test_listens_may_swap_their_recordings(household: Household, music: Path) -> None:
    """Of one second, each goes where the other was."""
    household.scan(Music(music / "a.flac", "A", ("X",)), Music(music / "b.flac", "B", ("X",)))
    household.play("a.flac")
    household.play("b.flac")
    await household.match()
    household.sql("UPDATE media_files SET track_id = 3 - track_id")
    household.sql("UPDATE listens SET enrich_status = 'pending'")
    await household.match()

    assert household.sql(
        "SELECT r.payload_json ->> '$.track.uri', t.title FROM listens l"
        " JOIN listens_raw r ON r.id = l.raw_id JOIN tracks t ON t.id = l.track_id ORDER BY l.id"
    ) == [("a.flac", "B"), ("b.flac", "A")]
