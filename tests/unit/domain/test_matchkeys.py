"""The keys by which listens and recordings find each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.matchkeys import KeyKind, full_key, recording_keys

TEXT = st.text(min_size=1)


def keys(*artists: str, title: str) -> dict[int, KeyKind]:
    """Kinds by key."""
    return {key8: kind for kind, key8 in recording_keys(artists, title)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((["A", "B"], "Song"), (["B", "A"], "Song")),
        ((["AC/DC"], "T.N.T."), (["ac dc"], "TNT")),
        ((["Guns N\u2019 Roses"], "Don't Cry"), (["Guns N' Roses"], "Dont Cry")),
    ],
)
def test_spellings_of_one_recording_share_the_full_key(
    one: tuple[list[str], str], other: tuple[list[str], str]
) -> None:
    """Order of artists, case and punctuation do not matter."""
    assert full_key(*one) == full_key(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Song", "Song (Live)"),
        ("Part 1", "Part 2"),
        ("Song", "Song (X Remix)"),
        ("Version 2.1", "Version 21"),
    ],
)
def test_different_recordings_differ(one: str, other: str) -> None:
    """What tells recordings apart tells their keys apart."""
    assert full_key(["A"], one) != full_key(["A"], other)


def test_one_of_several_artists_is_found_by_their_full_key() -> None:
    """A listen to "A" finds the track of "A" and "B" by the track's weaker key."""
    ((kind, wanted),) = recording_keys(["A"], "Song")

    assert kind is KeyKind.FULL
    assert keys("A", "B", title="Song")[wanted] is KeyKind.ARTIST_TITLE


def test_plain_spelling_finds_accents_and_scripts() -> None:
    """The romanised key of one is the full key of the other."""
    assert keys("Björk", title="Jóga")[full_key(["Bjork"], "Joga") or 0] is KeyKind.ROMANISED
    both = keys("Björk", "X", title="Jóga")
    assert both[full_key(["Bjork"], "Joga") or 0] is KeyKind.ARTIST_ROMANISED


@pytest.mark.parametrize(("artists", "title"), [([], "Song"), (["A"], ""), ([" "], "Song")])
def test_nothing_without_artist_and_title(artists: list[str], title: str) -> None:
    """Half a name finds nothing, rather than everything."""
    assert recording_keys(artists, title) == []
    assert full_key(artists, title) is None


def test_a_cast_has_few_keys() -> None:
    """A musical with fifty singers does not fill the table."""
    cast = [f"Singer {number}" for number in range(50)]

    assert len(recording_keys(cast, "Song")) == 9


@given(st.lists(TEXT, max_size=4), TEXT)
def test_keys_are_signed_64_bits_once_each_full_first(artists: list[str], title: str) -> None:
    """Every key fits a BIGINT column, comes once, and the full one leads."""
    made = recording_keys(artists, title)

    assert len({key8 for _, key8 in made}) == len(made)
    assert all(-(1 << 63) <= key8 < 1 << 63 for _, key8 in made)
    assert not made or made[0][0] is KeyKind.FULL


@given(st.lists(TEXT, max_size=4), TEXT)
def test_keys_are_stable_and_blind_to_order(artists: list[str], title: str) -> None:
    """The same names give the same keys, in whatever order the artists come."""
    assert set(recording_keys(artists, title)) == set(recording_keys(artists[::-1], title))
