"""Values are cleaned, shortened or rejected before an engine sees them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.text import KEY_LENGTH, escape_undecodable, nfc_stripped, shorten_key
from scrobbled.errors import ItemRejected
from scrobbled.store.types import (
    DISPLAY_LENGTH,
    DisplayText,
    Instant,
    KeyText,
    LongText,
    ShortenedText,
    WholeSeconds,
)


def stored(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """What comes back of `value` from a column of this kind."""
    table = sa.Table("kept", sa.MetaData(), sa.Column("value", kind))
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            table.create(connection)
            connection.execute(table.insert(), {"value": value})
            return connection.execute(sa.select(table.c.value)).scalar()
    finally:
        engine.dispose()


@given(st.text(max_size=400))
def test_shortened_keys_fit_and_stay(text: str) -> None:
    """A shortened key fits its column, is not shortened again, and short text is left alone."""
    short = shorten_key(text)

    assert len(short) <= KEY_LENGTH
    assert shorten_key(short) == short
    assert (short == text) == (len(text) <= KEY_LENGTH)


@given(st.text(min_size=160, max_size=160), st.text(min_size=31), st.text(min_size=31))
def test_shortened_keys_differ_where_texts_differ(start: str, one: str, other: str) -> None:
    """Two long texts with the same beginning have the same key only if they are the same."""
    assert (shorten_key(start + one) == shorten_key(start + other)) == (one == other)


def test_the_form_of_a_shortened_key() -> None:
    """A long key is its first 157 characters, a tilde and 32 hexadecimal digits."""
    short = shorten_key("x" * 191)

    assert short[:158] == "x" * 157 + "~"
    assert len(short) == KEY_LENGTH
    assert set(short[158:]) <= set("0123456789abcdef")


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_anything_becomes_storable(text: str) -> None:
    """Whatever was read, the result is valid UTF-8 without NULs, and stays as it is."""
    clean = escape_undecodable(text)

    assert "\0" not in clean
    assert clean.encode().decode() == clean
    assert escape_undecodable(clean) == clean
    assert nfc_stripped(nfc_stripped(text)) == nfc_stripped(text)


def test_bytes_that_were_no_text_stay_readable() -> None:
    """A byte that was no UTF-8 is written in hexadecimal, a lone surrogate as its code."""
    assert escape_undecodable("caf\udce9") == "caf\\xe9"
    assert escape_undecodable("a\ud800b") == "a\\ud800b"


def test_key_text_is_compared_in_one_form() -> None:
    """Decomposed letters are composed and white space around is dropped, nothing else."""
    assert stored(KeyText(), " Bjo\u0308rk ") == "Bj\u00f6rk"
    assert stored(KeyText(), "BJÖRK") == "BJÖRK"
    assert stored(KeyText(), None) is None


def test_key_text_that_is_too_long_is_rejected() -> None:
    """SQLite would store it and the servers would not, so none does."""
    assert stored(KeyText(5), "12345") == "12345"
    with pytest.raises(ItemRejected, match=r"6 characters .* 5 are possible"):
        stored(KeyText(5), "123456")


def test_shortened_text_is_shortened_when_it_is_looked_up() -> None:
    """A long key finds its row by the whole text."""
    table = sa.Table("kept", sa.MetaData(), sa.Column("key", ShortenedText()))
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"key": "y" * 1000})
        found = connection.execute(sa.select(table.c.key).where(table.c.key == "y" * 1000)).all()
    engine.dispose()

    assert [len(row.key) for row in found] == [KEY_LENGTH]


def test_display_text_is_cut_with_an_ellipsis() -> None:
    """A title of ten megabytes is shown by its beginning; one that fits is untouched."""
    shown = stored(DisplayText(), "t" * 10_000_000)

    assert shown == "t" * (DISPLAY_LENGTH - 1) + "…"
    assert stored(DisplayText(), " as it was ") == " as it was "
    assert stored(LongText(), "a\0" + "t" * 100_000) == "a" + "t" * 100_000


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)),
        (
            datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 1, 1, 10, tzinfo=UTC),
        ),
        (
            datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        ),
        (None, None),
    ],
)
def test_instants_are_whole_seconds_in_utc(given: datetime | None, kept: datetime | None) -> None:
    """Fractions are cut off downwards, also before 1970, and times come back in UTC."""
    assert stored(Instant(), given) == kept


def test_a_time_without_a_zone_is_rejected() -> None:
    """Guessing a time zone would move plays by hours."""
    with pytest.raises(ItemRejected, match="time zone"):
        stored(Instant(), datetime(2026, 1, 1))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize(("given", "kept"), [(2.5, 3), (3.5, 4), (2.49, 2), (0, 0), (None, None)])
def test_whole_seconds_are_rounded_half_up(given: float | None, kept: int | None) -> None:
    """Not to even, as Python would, and not differently on every engine."""
    assert stored(WholeSeconds(), given) == kept
