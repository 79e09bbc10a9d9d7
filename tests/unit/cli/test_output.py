"""How data is printed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.cli import output


@dataclass(frozen=True)
class Thing:
    """Something to be printed."""

    name: str
    at: datetime
    parts: tuple[Any, ...] = ()


AT = datetime(2026, 7, 1, 12, 30, 59, 999_999, tzinfo=UTC)


def test_one_thing_is_indented_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With times in UTC, letters as they are, and tuples as lists."""
    output.print_json(Thing("Ødegård", AT, ({"x": Thing("in", AT)}, None, 1.5)))
    told = capsys.readouterr().out

    assert "Ødegård" in told
    assert told.count("\n") > 3
    assert json.loads(told) == {
        "name": "Ødegård",
        "at": "2026-07-01T12:30:59Z",
        "parts": [{"x": {"name": "in", "at": "2026-07-01T12:30:59Z", "parts": []}}, None, 1.5],
    }


def test_a_list_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    """So that long ones can be read by line, and are written fast."""
    output.print_json([Thing("a", AT), Thing("b", AT)])
    told = capsys.readouterr().out

    assert [each["name"] for each in json.loads(told)] == ["a", "b"]
    assert len(told.splitlines()) == 4
    output.print_json([])
    assert json.loads(capsys.readouterr().out) == []


@given(st.text(st.characters()))
def test_what_is_printed_obeys_no_stranger(text: str) -> None:
    """One line, without control characters and marks that turn the direction of writing."""
    shown = output.printable(text)

    assert len(f"x{shown}x".splitlines()) == 1
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert output.printable(shown) == shown


def test_ordinary_text_is_left_alone() -> None:
    """Whatever language it is in."""
    for text in ("Ødegård & Sons", "東京事変", "משינה", "👩‍🚀 7\u00a0a.m."):
        assert output.printable(text) == text


def test_a_table_is_as_wide_as_it_needs_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is cut, wrapped or left blank at the end of lines."""
    output.print_table(("ID", "Title"), [("1", "x" * 300), ("10", "[b]y\nz\x1b[31m")])

    assert capsys.readouterr().out.splitlines() == [
        "ID  Title",
        "1   " + "x" * 300,
        "10  [b]y z [31m",
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "?"),
        (0, "0:00"),
        (59.4, "0:59"),
        (59.6, "1:00"),
        (3599.4, "59:59"),
        (3599.6, "1:00:00"),
        (36_000, "10:00:00"),
    ],
)
def test_lengths_are_as_on_a_display(seconds: float | None, shown: str) -> None:
    """Minutes and seconds; hours where there are any."""
    assert output.shown_length(seconds) == shown


def test_words() -> None:
    """Numbers and names as people say them."""
    assert output.shown_count(0, "play") == "0 plays"
    assert output.shown_count(1, "play") == "1 play"
    assert output.shown_count(2, "play") == "2 plays"
    assert output.shown_track("Song", ["First", "Second"]) == "Song by First, Second"
    assert output.shown_track("Song", []) == "Song"
