"""Durations are a number and a unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.durations import (
    LONGEST_S,
    UNITS_S,
    Duration,
    Interval,
    format_duration,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30.0),
        ("1.5m", 90.0),
        ("4m", 240.0),
        ("1h", 3600.0),
        ("2 d", 172800.0),
        (" 7s ", 7.0),
        ("0s", 0.0),
        ("3650d", LONGEST_S),
    ],
)
def test_a_duration_becomes_seconds(text: str, seconds: float) -> None:
    """Every unit is understood, with and without a fraction or a space."""
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("bare", [15, 1.5, 0])
def test_a_number_without_unit_is_told_how_to_get_one(bare: float) -> None:
    """A bare number could be seconds or minutes: the message writes it with a unit."""
    with pytest.raises(ValidationError, match=rf"{bare} has no unit.*such as {bare}s"):
        validate(Duration, bare)


@pytest.mark.parametrize(
    "text", ["", "s", "30", "-1s", "30 seconds", "1h30m", "1e3s", "½h", "٣s", "nan s", "1s\n1s"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    """One number, one unit, nothing else."""
    with pytest.raises(ValidationError, match="is not a duration: write a number and a unit"):
        validate(Duration, text)


@pytest.mark.parametrize("value", [None, True, ["1s"], {"s": 1}])
def test_other_values_are_no_durations(value: object) -> None:
    """Neither are null, booleans, lists and mappings."""
    with pytest.raises(ValidationError, match="is not a duration"):
        validate(Duration, value)


def test_a_slip_of_the_keyboard_is_no_duration() -> None:
    """More than ten years is refused, before it makes a timer overflow."""
    with pytest.raises(ValidationError, match="longer than ten years"):
        validate(Duration, "99999d")


def test_an_interval_is_not_zero() -> None:
    """What happens every 0 s would never stop happening."""
    assert validate(Interval, "1ms") == pytest.approx(0.001)

    with pytest.raises(ValidationError, match="must be longer than 0s"):
        validate(Interval, "0s")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.5, "500ms"), (30.0, "30s"), (90.0, "90s"), (240.0, "4m"), (86400.0, "1d")],
)
def test_seconds_are_written_with_the_longest_whole_unit(seconds: float, text: str) -> None:
    """As a person would have written them."""
    assert format_duration(seconds) == text


@given(st.integers(0, 3650), st.sampled_from(sorted(UNITS_S)))
def test_what_is_written_reads_the_same(number: int, unit: str) -> None:
    """Writing and reading a duration gives it back."""
    seconds = parse_duration(f"{number}{unit}")

    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a duration in range or refused with a sentence."""
    try:
        seconds = validate(Duration, text)
    except ValidationError:
        return
    assert isinstance(seconds, float)
    assert 0 <= seconds <= LONGEST_S


def test_json_holds_the_written_form() -> None:
    """Programs that read our JSON see units, not bare numbers."""
    assert TypeAdapter(Duration).dump_json(240.0) == b'"4m"'
