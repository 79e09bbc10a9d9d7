"""Listens that no file tells of are linked by their ids and names, or left as a question."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.analyzer.match.household import Household, Listen, Music

MBID = "11111111-1111-4111-8111-111111111111"
OTHER_MBID = "22222222-2222-4222-8222-222222222222"


async def linked(household: Household, **track: Any) -> tuple[str | None, str | None, float | None]:
    """File, reason and confidence of the link of a listen so named, on a stream of no file."""
    number = household.play("https://host/stream", **track)
    await household.match()
    listen = household.listen(number)
    return listen.file, listen.reason, listen.confidence


async def test_a_recording_id_links_whatever_the_names_say(
    household: Household, music: Path
) -> None:
    """The id is of one recording; spellings are many."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",), mbid=MBID))
    link = await linked(household, title="Else", artists=("Nobody",), recording_mbid=MBID)

    assert link == ("a.flac", "recording_mbid", 0.995)
    assert household.listens()[0].candidates == ()


async def test_the_same_names_link(household: Household, music: Path) -> None:
    """To the letter, but for case: reason exact; and the link is kept with what spoke for it."""
    household.scan(Music(music / "a.flac", "Söng", ("The Singer",), "Album"))
    link = await linked(
        household, title="SÖNG", artists=("the singer",), album="Album", duration_s=203.0
    )

    assert link == ("a.flac", "exact", 0.99)
    assert household.listens()[0].candidates == (("a.flac", 0.99),)


@pytest.mark.parametrize(
    ("title", "artist", "told_title", "told_artist"),
    [
        ("Don\u2019t Stop", "R.E.M.", "Don't Stop", "REM"),
        ("A \u2013 B", "AC/DC", "A - B", "AC DC"),
        ("Song &amp; Dance", "Me", "Song & Dance", "Me"),
        ("\uff33\uff2f\uff2e\uff27", "Me", "song", "me"),
        ("Cafe\u0301!", "Me", "Caf\u00e9", "Me"),
    ],
)
async def test_other_spellings_link(  # noqa: PLR0917 - the columns of a table
    household: Household,
    music: Path,
    title: str,
    artist: str,
    told_title: str,
    told_artist: str,
) -> None:
    """Quotes, dashes, entities, widths, composed and decomposed letters mean the same."""
    household.scan(Music(music / "a.flac", title, (artist,)))
    link = await linked(household, title=told_title, artists=(told_artist,))

    assert link == ("a.flac", "normalized", 0.98)


async def test_names_without_accents_link_with_less_confidence(
    household: Household, music: Path
) -> None:
    """Both ways: what is plain in the library, and what is plain in the listen."""
    household.scan(
        Music(music / "a.flac", "Jóga", ("Björk",)), Music(music / "b.flac", "Cafe", ("Me",))
    )

    assert await linked(household, title="Joga", artists=("Bjork",)) == (
        "a.flac",
        "normalized",
        0.975,
    )
    assert await linked(household, title="Café", artists=("Me",)) == ("b.flac", "normalized", 0.975)


async def test_artists_in_another_order_or_phrase_are_the_same(
    household: Household, music: Path
) -> None:
    """One phrase with "feat.", a list, another order."""
    household.scan(Music(music / "a.flac", "Song", ("A feat. B",)))
    await linked(household, title="Song", artists=("A feat. B",))
    await linked(household, title="Song", artists=("A", "B"))
    await linked(household, title="Song", artists=("B", "A"))
    await linked(household, title="Song", artists=("A ft. B",))

    assert [(listen.reason, listen.confidence) for listen in household.listens()] == [
        ("exact", 0.99),
        ("exact", 0.99),
        ("normalized", 0.98),
        ("exact", 0.99),
    ]


async def test_one_artist_of_several_links_only_if_album_or_length_agree(
    household: Household, music: Path
) -> None:
    """Alone it is a question."""
    household.scan(Music(music / "a.flac", "Song", ("A", "B"), "Album", 200.0))

    assert await linked(household, title="Song", artists=("A",), duration_s=201.0) == (
        "a.flac",
        "normalized",
        0.97,
    )
    assert await linked(household, title="Song", artists=("A", "C"), album="ALBUM") == (
        "a.flac",
        "normalized",
        0.97,
    )
    number = household.play("https://host/stream", title="Song", artists=("B",), album="Other")
    await household.match()

    assert Listen(
        "https://host/stream",
        "ambiguous",
        candidates=(("a.flac", 0.6),),
        artists=("B",),
    ) == household.listen(number)


async def test_a_title_without_artist_links_nothing(household: Household, music: Path) -> None:
    """Titles alone are shared by strangers."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",)), Music(music / "Song.flac"))

    assert await linked(household, title="Song", duration_s=200.0) == (None, None, None)


async def test_another_length_is_another_edit(household: Household, music: Path) -> None:
    """It stays a candidate, the less likely the more it differs."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",), duration_s=200.0))

    assert await linked(household, title="Song", artists=("Singer",), duration_s=210.0) == (
        "a.flac",
        "exact",
        0.985,
    )
    assert await linked(household, title="Song", artists=("Singer",), duration_s=220.0) == (
        None,
        None,
        None,
    )
    assert await linked(household, title="Song", artists=("Singer",), duration_s=300.0) == (
        None,
        None,
        None,
    )
    assert [(listen.status, listen.candidates) for listen in household.listens()[1:]] == [
        ("ambiguous", (("a.flac", 0.7),)),
        ("ambiguous", (("a.flac", 0.5),)),
    ]


async def test_album_then_length_choose_among_recordings_of_one_name(
    household: Household, music: Path
) -> None:
    """The same song, recorded twice; where nothing tells them apart it stays a question."""
    household.scan(
        Music(music / "first.flac", "Song", ("Singer",), "First", 200.0),
        Music(music / "second.flac", "Song", ("Singer",), "Second", 212.0),
    )
    named: dict[str, Any] = {"title": "Song", "artists": ("Singer",)}

    assert await linked(household, **named, album="second!") == ("second.flac", "exact", 0.985)
    assert await linked(household, **named, album="Best Of", duration_s=200.0) == (
        "first.flac",
        "exact",
        0.985,
    )
    assert await linked(household, **named, duration_s=206.0) == (None, None, None)
    assert await linked(household, **named) == (None, None, None)
    assert household.listens()[-1].candidates == (("first.flac", 0.495), ("second.flac", 0.495))
    assert household.listens()[0].candidates == (("second.flac", 0.985), ("first.flac", 0.01))


async def test_another_recording_id_needs_confirmation(household: Household, music: Path) -> None:
    """Same names with another id are another take, unless album or length agree."""
    household.scan(Music(music / "a.flac", "Song", ("Singer",), "Album", mbid=MBID))
    named: dict[str, Any] = {"title": "Song", "artists": ("Singer",), "recording_mbid": OTHER_MBID}

    assert await linked(household, **named) == (None, None, None)
    assert await linked(household, **named, album="Album") == ("a.flac", "exact", 0.99)
    assert household.listens()[0].candidates == (("a.flac", 0.9),)


async def test_a_higher_threshold_leaves_questions(household: Household, music: Path) -> None:
    """What a person wants to be asked about is not linked."""
    household.settings = type(household.settings)(auto_link_at=0.985)
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    await linked(household, title="Song!", artists=("Singer",))
    await linked(household, title="Song", artists=("Singer",))

    assert [(listen.status, listen.candidates) for listen in household.listens()] == [
        ("ambiguous", (("a.flac", 0.98),)),
        ("matched", (("a.flac", 0.99),)),
    ]


async def test_listens_that_are_not_linked_credit_what_was_told(
    household: Household, music: Path
) -> None:
    """By the names that the library has for them, by other spellings too, or by new ones."""
    household.scan(
        Music(music / "a.flac", "A", ("Björk",), mbid=MBID, genres=("Pop",)),
        Music(music / "b.flac", "B", ("BJÖRK",)),
    )
    number = household.play(
        "https://host/stream",
        title="Unknown",
        artists=("björk feat. Somebody New", "SOMEBODY NEW"),
        genres=("pop; Trip-Hop", "pop"),
    )
    await household.match()

    assert Listen(
        "https://host/stream",
        "unmatched",
        artists=("Björk", "Somebody New"),
        genres=("Pop", "Trip-Hop"),
    ) == household.listen(number)
    assert household.sql("SELECT count(*) FROM artists") == [(2,)]


async def test_linked_listens_credit_their_recording(household: Household, music: Path) -> None:
    """Primary and featuring artists and genres, whatever the player told."""
    household.scan(Music(music / "a.flac", "Song", ("A feat. B",), genres=("Rock", "Pop")))
    number = household.play("a.flac", title="X", artists=("Y",), genres=("Z",))
    await household.match()

    listen = household.listen(number)
    assert (listen.artists, listen.genres) == (("A", "B"), ("Pop", "Rock"))
