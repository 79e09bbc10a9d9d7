"""Who made a recording, as credit phrases tell it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.credits import Credit, Role, artist_credits, split_featuring

P, F = Role.PRIMARY, Role.FEATURING


@pytest.mark.parametrize(
    ("phrase", "parts"),
    [
        ("A", ("A", None)),
        ("A feat. B", ("A", "B")),
        ("A ft. B", ("A", "B")),
        ("A Ft B", ("A", "B")),
        ("A featuring B & C", ("A", "B & C")),
        ("A (feat. B)", ("A", "B")),
        ("A [ft. B]", ("A", "B")),
        ("Draft Beer", ("Draft Beer", None)),
        ("Left Behind", ("Left Behind", None)),
        ("50 ft Woman", ("50 ft Woman", None)),
        ("Feat. Nobody", ("Feat. Nobody", None)),
        ("A feat.", ("A feat.", None)),
        ("Simon & Garfunkel", ("Simon & Garfunkel", None)),
    ],
)
def test_phrases_are_parted_at_featuring_alone(phrase: str, parts: tuple[str, str | None]) -> None:
    """Only "feat." and its kin part a phrase."""
    assert split_featuring(phrase) == parts


def roles(credited: tuple[Credit, ...]) -> list[tuple[str, Role]]:
    """Names and roles alone."""
    return [(credit.name, credit.role) for credit in credited]


@pytest.mark.parametrize(
    ("phrases", "names", "expected"),
    [
        (["A"], [], [("A", P)]),
        (["Earth, Wind & Fire"], [], [("Earth, Wind & Fire", P)]),
        (["AC/DC"], [], [("AC/DC", P)]),
        (["A", "B"], [], [("A", P), ("B", P)]),
        (["A; B"], [], [("A", P), ("B", P)]),
        (["A feat. B"], [], [("A", P), ("B", F)]),
        (["A & B feat. C"], ["A", "B", "C"], [("A", P), ("B", P), ("C", F)]),
        (["A feat. B & C"], ["A", "B", "C"], [("A", P), ("B", F), ("C", F)]),
        (["Anna with Bo"], ["Anna", "Bo"], [("Anna", P), ("Bo", P)]),
        (["A", "B feat. C"], [], [("A", P), ("B", P), ("C", F)]),
        (["A", "A"], [], [("A", P)]),
        ([], ["A", "B"], [("A", P), ("B", P)]),
        ([], [], []),
    ],
)
def test_artists_have_roles_and_order(
    phrases: list[str], names: list[str], expected: list[tuple[str, Role]]
) -> None:
    """Each artist stands once, in order, featuring where the phrase says so."""
    assert roles(artist_credits(phrases, names)) == expected


def test_ids_and_sort_names_go_with_their_artists() -> None:
    """One id and one sort name for each artist are paired with them."""
    credited = artist_credits(["A feat. B"], mbids=["id-a", "id-b"], sort_names=["Aa, A", "Bb, B"])

    assert [(c.mbid, c.sort_name) for c in credited] == [("id-a", "Aa, A"), ("id-b", "Bb, B")]


def test_ids_that_cannot_be_paired_are_left_out() -> None:
    """Two ids for one name say nothing of which is which."""
    (credit,) = artist_credits(["A & B"], mbids=["id-a", "id-b"])

    assert credit.mbid is None


@pytest.mark.parametrize(
    ("phrases", "names", "joins"),
    [
        (["A & B feat. C"], ["A", "B", "C"], [" & ", " feat. ", None]),
        (["A feat. B"], [], [" feat. ", None]),
        (["A", "B"], [], [None, None]),
        (["B & A"], ["A", "B"], [None, None]),
        (["A"], [], [None]),
    ],
)
def test_join_phrases_are_what_stood_between(
    phrases: list[str], names: list[str], joins: list[str | None]
) -> None:
    """The phrase can be put together again where it holds all names in order."""
    assert [credit.join_phrase for credit in artist_credits(phrases, names)] == joins


@given(st.lists(st.text(min_size=1), max_size=5))
def test_no_artist_stands_twice(phrases: list[str]) -> None:
    """Whatever is tagged, a name with a role comes once."""
    credited = roles(artist_credits(phrases))

    assert len(credited) == len(set(credited))
