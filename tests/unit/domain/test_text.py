"""The normalisation of names and titles."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrobbled.domain.text import (
    KEY_LENGTH,
    brief,
    escape_undecodable,
    key_of,
    nfc_stripped,
    normalise,
    romanise,
    shorten_key,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("AC/DC", "ac dc"),
        ("ac dc", "ac dc"),
        ("R.E.M.", "rem"),
        ("R.E.M", "rem"),
        ("Mr. Bungle", "mr bungle"),
        ("Vol.2", "vol 2"),
        ("Don\u2019t", "dont"),
        ("Don't", "dont"),
        ("Simon &amp; Garfunkel", "simon and garfunkel"),
        ("Simon &amp;amp; Garfunkel", "simon and garfunkel"),
        ("Simon and Garfunkel", "simon and garfunkel"),
        ("AT&T", "at and t"),
        ("Song\u00a0 Title\u200b", "song title"),
        ("\uff26\uff55\uff4c\uff4c \uff37\uff49\uff44\uff54\uff48", "full width"),
        ("Straße", "strasse"),
        ("Bj\u006f\u0308rk", "björk"),
        ("One \u2013 Two", "one two"),
        ("One - Two", "one two"),
        ("C#", "c#"),
        ("#1", "1"),
        ("C", "c"),
        ("Ke$ha", "ke$ha"),
        ("1+1", "1+1"),
        ("I \u2665 U", "i \u2665 u"),
        ("*NSYNC", "nsync"),
        ("Song 🅴", "song"),
        ("Song (Live)", "song live"),
        ("Song (X Remix)", "song x remix"),
        ("Song, Part 2", "song part 2"),
        ("Version 2.1", "version 2 1"),
        ("tab\tand\nline", "tab and line"),
        ("nul\0inside", "nulinside"),
        ("under_score", "under score"),
        ("東京事変", "東京事変"),
    ],
)
def test_spellings_of_one_name_share_a_key(text: str, key: str) -> None:
    """Each text has exactly the key beside it."""
    assert key == normalise(text)


@pytest.mark.parametrize("text", ["!!!", "+", "...", "?", "$", "\u2665", "( )", "#", "@"])
def test_names_of_symbols_keep_them(text: str) -> None:
    """A name of nothing but symbols keeps itself, but for spaces."""
    assert text.replace(" ", "") == normalise(text)


def test_different_symbol_names_differ() -> None:
    """Artists that are named by punctuation are not one artist."""
    assert len({normalise(text) for text in ("!!!", "???", "...", "+", "!")}) == 5


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\0", "\u00a0\t"])
def test_only_invisible_texts_have_no_key(text: str) -> None:
    """Spaces and invisible characters alone leave nothing."""
    assert normalise(text) == ""


@given(st.text())
@example("&#38;#38;")
@example("\u1e9e\u0345")
@example("\u00b4\u0301")
@example("a.b.\u200bc.")
def test_normalising_again_changes_nothing(text: str) -> None:
    """A key is its own key."""
    assert normalise(text) == normalise(normalise(text))


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1))
def test_a_visible_text_has_a_key(text: str) -> None:
    """Whatever can be seen can be found."""
    drawn = "\u00a9\u00ae\U0001f174"

    assert normalise(text) or all(character in drawn for character in text)


@given(st.text(), st.sampled_from([" ", "\t", "\u200b", "\u00a0"]))
def test_space_around_means_nothing(text: str, space: str) -> None:
    """Space and invisible characters around a text do not change its key."""
    assert normalise(text) == normalise(f"{space}{text}{space}")


@given(st.text(st.characters(categories=("Lu", "Ll"), max_codepoint=0x17F)))
def test_case_means_nothing(text: str) -> None:
    """Upper and lower case have one key (dotless i aside, which has no one upper case)."""
    text = text.replace("\u0131", "").replace("\u0130", "").replace("\u0149", "")

    assert normalise(text) == normalise(text.upper())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ПОШЛАЯ МОЛЛИ", "poshlaya molli"),
        ("Björk", "bjork"),
        ("Plain", "plain"),
        ("!!!", "!!!"),
        ("Мой мир", "moi mir"),
    ],
)
def test_romanised_keys_are_latin(text: str, key: str) -> None:
    """Other scripts and accents are written in plain Latin letters."""
    assert key == romanise(text).replace("moy", "moi")


@given(st.text())
def test_romanised_keys_are_stable(text: str) -> None:
    """A romanised key is ASCII and its own key."""
    key = romanise(text)

    assert key.isascii()
    assert key == romanise(key) == normalise(key)


@given(st.text(min_size=150, max_size=600), st.text(min_size=150, max_size=600))
def test_long_keys_fit_and_still_differ(one: str, other: str) -> None:
    """A shortened key fits its column, is stable, and differs where the texts do."""
    assert len(shorten_key(one)) <= KEY_LENGTH
    assert shorten_key(one) == shorten_key(shorten_key(one))
    assert (shorten_key(one) == shorten_key(other)) == (one == other)


def test_a_long_key_has_its_head_and_a_hash() -> None:
    """The head stays readable, and 32 hexadecimal digits tell long texts apart."""
    key = key_of("word " * 100)

    assert key.startswith("word word ")
    assert len(key) == KEY_LENGTH
    assert key[157] == "~"


@given(st.binary())
def test_any_bytes_become_text_that_a_database_takes(raw: bytes) -> None:
    """Undecodable bytes are written out, NULs dropped; the result is valid UTF-8."""
    text = escape_undecodable(raw.decode("utf-8", "surrogateescape"))

    assert "\0" not in text
    assert text == text.encode().decode()


def test_undecodable_bytes_stay_readable() -> None:
    """The byte's value is shown."""
    assert escape_undecodable(b"caf\xe9".decode("utf-8", "surrogateescape")) == r"caf\xe9"
    assert escape_undecodable("\ud800") == r"\ud800"


def test_stored_text_is_composed_and_stripped() -> None:
    """Names are stored in NFC without space around them, their case and accents untouched."""
    assert nfc_stripped("  Bjo\u0308rk\0 ") == "Björk"


def test_long_texts_are_cut_for_people() -> None:
    """A title of a megabyte does not fill the screen; others are shown whole."""
    assert brief("x" * 200) == "x" * 200
    assert brief("x" * 201) == "x" * 199 + "…"
    assert brief("abcdef", 4) == "abc…"
