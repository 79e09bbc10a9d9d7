"""The double writes values as .NET does."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.jellyfin.dotnet import (
    NEVER,
    Stamp,
    clock_text,
    html_legacy,
    json_object,
    json_string,
    md5_id,
    text_of,
)
from tests.servers.jellyfin.timeline import TICKS_S

AT = int(datetime(2025, 8, 15, 21, 19, 42, tzinfo=UTC).timestamp()) * TICKS_S


@pytest.mark.parametrize(
    ("stamp", "json_form"),
    [
        (Stamp(AT + 3_644_778), "2025-08-15T21:19:42.3644778Z"),
        (Stamp(AT + 7_698_020, 120), "2025-08-15T23:19:42.769802+02:00"),
        (Stamp(AT + 5_000_000, -180), "2025-08-15T18:19:42.5-03:00"),
        (Stamp(AT + 9_999, 120), "2025-08-15T23:19:42.0009999Z"),
        (Stamp(AT), "2025-08-15T21:19:42.0000000Z"),
        (Stamp(NEVER), "0001-01-01T00:00:00.0000000Z"),
    ],
)
def test_dates_are_written_as_the_server_writes_them(stamp: Stamp, json_form: str) -> None:
    """Zeros at the end are left out, and local time on a whole second is said to be UTC."""
    assert stamp.in_json() == json_form


def test_dates_in_templates_have_all_digits() -> None:
    """The round-trip form has seven digits and the true zone."""
    assert text_of(Stamp(AT, 120)) == "2025-08-15T23:19:42.0000000+02:00"


@given(text=st.text())
def test_strings_survive_json(text: str) -> None:
    """Whatever is escaped comes out as it went in, and is ASCII on the way."""
    written = json_string(text)
    assert written.isascii()
    assert json.loads(written) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Kitsune²", '"Kitsune\\u00B2"'),
        ("a\"b'c", '"a\\u0022b\\u0027c"'),
        ("<a>&+`", '"\\u003Ca\\u003E\\u0026\\u002B\\u0060"'),
        ("C:\\x/y\n", '"C:\\\\x/y\\n"'),
        ("🎧", '"\\uD83C\\uDFA7"'),
    ],
)
def test_json_escapes_more_than_it_must(text: str, written: str) -> None:
    """The default encoder escapes what HTML might take amiss, in capital hexadecimals."""
    assert json_string(text) == written


def test_objects_are_one_line_with_nulls_in_order() -> None:
    """Ids lose their dashes, truth values are real, and null is kept."""
    values = {"B": UUID(int=10), "A": None, "C": True, "D": 12, "E": Stamp(AT + 10_000)}
    assert json_object(values) == (
        '{"B":"0000000000000000000000000000000a","A":null,"C":true,"D":12,'
        '"E":"2025-08-15T21:19:42.001Z"}'
    )


def test_text_of_values_is_that_of_dot_net() -> None:
    """In a template ids have dashes, truth values are capitalised, and null is empty."""
    assert text_of(UUID(int=10)) == "00000000-0000-0000-0000-00000000000a"
    assert [text_of(value) for value in (True, False, None, 3)] == ["True", "False", "", "3"]


def test_html_makes_numbers_of_letters() -> None:
    """What is beyond Latin 1's controls becomes a number, and five signs have names."""
    assert html_legacy('é "x" <&> z') == "&#233; &quot;x&quot; &lt;&amp;&gt; z"


def test_ids_are_read_as_guids_are() -> None:
    """The first three groups of a Guid are turned round."""
    # MD5 of nothing is d41d8cd98f00b204e9800998ecf8427e.
    assert md5_id("").hex == "d98c1dd4008f04b2e9800998ecf8427e"


@pytest.mark.parametrize(
    ("span_s", "text"), [(92.65, "00:01:32"), (0.0, "00:00:00"), (90_000.0, "01:00:00")]
)
def test_spans_are_cut_off(span_s: float, text: str) -> None:
    """Seconds are not rounded, and days are not shown."""
    assert clock_text(int(span_s * TICKS_S)) == text
