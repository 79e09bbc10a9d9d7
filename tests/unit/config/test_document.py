"""YAML as plain data that remembers where each value stood."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_dump

from scrobbled.config.document import DEEPEST, Mark, mark_at, read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text", "text"),
        ("'5'", "5"),
        ("5", 5),
        ("-5", -5),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: []}}", {"a": {"b": []}}),
        ("!!str 5", "5"),
        ("|\n a\n b\n", "a\nb\n"),
    ],
    ids=repr,
)
def test_plain_data_comes_out(text: str, value: object) -> None:
    """By the core schema of YAML 1.2."""
    document = read_document(text)

    assert (document.data, document.flaws) == (value, [])
    assert type(document.data) is type(value)


@pytest.mark.parametrize(
    "text", ["off", "no", "yes", "on", "y", "n", "12:30", "2024-01-01", "1_000", "<<", "="]
)
def test_words_stay_words(text: str) -> None:
    """What YAML 1.1 made of `off`, `12:30` or a date has surprised enough people."""
    assert read_document(text).data == text


def test_keys_are_text_always() -> None:
    """An id of digits is a key like any other, and so is a word for nothing."""
    assert read_document("{1: a, true: b, null: c, 0x1: d}").data == {
        "1": "a",
        "true": "b",
        "null": "c",
        "0x1": "d",
    }


def test_every_value_and_key_has_its_place() -> None:
    """Lines and columns count from 1, as in editors."""
    document = read_document("a: 1\nb:\n  - c: x\n    d:  y\n")

    assert document.keys == {
        ("a",): Mark(1, 1),
        ("b",): Mark(2, 1),
        ("b", 0, "c"): Mark(3, 5),
        ("b", 0, "d"): Mark(4, 5),
    }
    assert document.values["b", 0, "d"] == Mark(4, 9)
    assert document.values["b", 0] == Mark(3, 5)
    assert str(document.values["b", 0, "c"]) == "3:8"


def test_what_is_not_there_is_near_what_is_around_it() -> None:
    """A missing key is reported where its section begins."""
    document = read_document("a:\n  b: 1\n")

    assert document.key_mark(("a", "x")) == Mark(1, 1)
    assert document.value_mark(("a", "b", "x", 0)) == Mark(2, 3)
    assert read_document("").value_mark(("a",)) == Mark(1, 1)


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("a: [1, 2", "1:9", "is not valid YAML: expected ',' or ']'"),
        ("a: b: c", "1:5", "a second colon: put a value with a colon into quotes"),
        ("a: 'x", "1:6", "unexpected end of stream"),
        ("a:\n\tb: 1\n", "2:1", "a tab cannot indent YAML: use spaces"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document begins here"),
        ("a: ]\n", "1:4", "a value is expected here"),
        ("a: 1\n b: 2\n", "2:3", "a second colon"),
        ("a: 'x'y\nb: 1\n", "1:7", "the indentation, a quote or a bracket does not fit"),
        ("a: 1\nbc\nd: 2\n", "3:1", "a key here, or just above, has no colon"),
        ("a: *b\n", "1:4", "undefined alias"),
        ("a: @b\n", "1:4", "a value that begins so has to be in quotes"),
        ("a: 1\nb: \x07", "2:4", "holds the character U+0007"),
        (f"a: {'[' * 99}1{']' * 99}", f"1:{DEEPEST + 4}", f"deeper than {DEEPEST} levels"),
    ],
)
def test_what_is_no_yaml_is_a_flaw_with_its_place(text: str, place: str, sentence: str) -> None:
    """One flaw, and nothing of the data."""
    document = read_document(text)

    assert [str(flaw.mark) for flaw in document.flaws] == [place]
    assert sentence in document.flaws[0].sentence
    assert document.data is None


@pytest.mark.parametrize(
    ("text", "place", "path", "sentence"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", ("a",), "is given twice, first in line 1"),
        ("x: {a: 1, a: 2}", "1:11", ("x", "a"), "is given twice, first in line 1"),
        ("{[a, b]: 1}", "1:2", (), "a key must be a word"),
        ("a: !secret x", "1:4", ("a",), "has a tag (!secret), which is not supported"),
        ("a: !!int x", "1:4", ("a",), "is not a number that can be used"),
        ("a: !!bool maybe", "1:4", ("a",), "has a tag (tag:yaml.org,2002:bool)"),
        ("a: " + "1" * 5000, "1:4", ("a",), "is not a number that can be used"),
    ],
)
def test_flaws_of_values_leave_the_rest_readable(
    text: str, place: str, path: tuple[str | int, ...], sentence: str
) -> None:
    """So that everything else that is wrong can be told in the same run."""
    document = read_document(text)

    assert [(str(flaw.mark), flaw.path) for flaw in document.flaws] == [(place, path)]
    assert sentence in document.flaws[0].sentence
    assert isinstance(document.data, dict)


def test_no_tag_makes_an_object() -> None:
    """A configuration cannot run anything."""
    document = read_document("a: !!python/object/apply:os.system [touch nothing]")

    assert document.data == {"a": ["touch nothing"]}
    assert ["python/object" in flaw.sentence for flaw in document.flaws] == [True]


def test_aliases_are_written_out() -> None:
    """A value can be named and used again."""
    assert read_document("a: &x [1]\nb: *x\n").data == {"a": [1], "b": [1]}


def test_an_alias_bomb_is_defused() -> None:
    """Nine lines that would become a billion values are refused at once."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    document = read_document("\n".join(lines))

    assert ["too large once its aliases" in flaw.sentence for flaw in document.flaws] == [True]


def test_an_alias_of_itself_ends() -> None:
    """A list that holds itself has no end, and is refused."""
    document = read_document("a: &a [*a]")

    assert ["too large once its aliases" in flaw.sentence for flaw in document.flaws] == [True]


def test_a_place_is_found_by_counting_lines() -> None:
    """The first character is 1:1, the one after a line break begins a line."""
    assert [str(mark_at("ab\nc", n)) for n in range(4)] == ["1:1", "1:2", "1:3", "2:1"]


NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")
"""What YAML 1.2 takes for a number; 1.1 is pickier, and leaves some of it without quotes."""

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=20
).filter(lambda text: not NUMBER.fullmatch(text))
"""Without the characters that break lines in YAML 1.1, which PyYAML writes, and not in 1.2."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_programs_write_is_read_the_same(data: object) -> None:
    """Data that PyYAML writes comes back, wherever both versions of YAML agree."""
    document = read_document(safe_dump(data))

    assert document.data == data
    assert document.flaws == []


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_documents(text: str) -> None:
    """Any text is data or has a flaw with a place in it."""
    document = read_document(text)

    for flaw in document.flaws:
        assert 1 <= flaw.mark.line <= text.count("\n") + text.count("\r") + 3
        assert flaw.sentence
