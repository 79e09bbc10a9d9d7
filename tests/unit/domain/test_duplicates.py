"""Which of several captures of one play stands for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.duplicates import (
    Captured,
    Duplicate,
    DuplicateReason,
    find_duplicates,
    longest_delay_s,
)

ORDER = ("mpd:den", "jellyfin:home")


def captured(number: int, at_s: int, source: str = "mpd:den", **others: Any) -> Captured:
    """A play with the raw id `number` and the listen id `number + 100`."""
    return Captured(number, others.pop("listen_id", number + 100), at_s, source, **others)


def kept(*plays: Captured, duration_s: float | None = 200.0) -> dict[int, int]:
    """By raw id of each duplicate, the raw id of the play that stands for it."""
    found = find_duplicates(plays, duration_s=duration_s, source_order=ORDER)
    return {duplicate.raw_id: duplicate.kept - 100 for duplicate in found}


def test_a_single_play_is_no_duplicate() -> None:
    """Nor are none."""
    assert kept() == {}
    assert kept(captured(1, 0)) == {}


@pytest.mark.parametrize(
    ("duration_s", "delay_s"), [(None, 30.0), (200.0, 30.0), (60.0, 30.0), (40.0, 20.0), (0.0, 0.0)]
)
def test_the_window_is_half_of_a_short_recording(duration_s: float | None, delay_s: float) -> None:
    """Half a minute, or less where it could have been played twice in that."""
    assert longest_delay_s(duration_s) == delay_s


def test_the_source_that_comes_first_in_the_order_stays() -> None:
    """Unknown ones come last, in alphabetical order."""
    plays = (
        captured(1, 0, "api:b"),
        captured(2, 1, "api:a"),
        captured(3, 2, "jellyfin:home"),
        captured(4, 3, "mpd:den"),
    )

    assert kept(*plays) == {1: 4, 2: 4, 3: 4}
    assert kept(*plays[:3]) == {1: 3, 2: 3}
    assert kept(*plays[:2]) == {1: 2}


def test_the_window_is_open_at_its_end() -> None:
    """29 s apart is one play, 30 s two."""
    assert kept(captured(1, 0), captured(2, 29, "api:a")) == {2: 1}
    assert kept(captured(1, 0), captured(2, 30, "api:a")) == {}
    assert kept(captured(1, 0), captured(2, 20, "api:a"), duration_s=40.0) == {}


def test_players_of_one_server_are_not_compared_but_for_the_second() -> None:
    """Two rooms may play the same song; only the database cannot hold both in one second."""
    assert kept(captured(1, 0), captured(2, 1, "mpd:den/kitchen")) == {}
    assert kept(captured(1, 0, "mpd:den/kitchen"), captured(2, 0)) == {2: 1}


def test_the_nearest_better_play_stands_for_a_duplicate() -> None:
    """Of two as near the earlier one."""
    first, second = captured(1, 0), captured(2, 20)

    assert kept(first, second, captured(3, 12, "api:a")) == {3: 2}
    assert kept(first, second, captured(3, 10, "api:a")) == {3: 1}


def test_a_duplicate_of_a_duplicate_goes_to_the_one_that_stays() -> None:
    """However far that is."""
    plays = captured(1, 0), captured(2, 25, "jellyfin:home"), captured(3, 50, "api:a")

    assert kept(*plays) == {2: 1, 3: 1}


def test_what_a_person_linked_stays() -> None:
    """Whatever its source; two of them both."""
    decided = captured(1, 0, "api:z", decided=True)

    assert kept(decided, captured(2, 1)) == {2: 1}


def test_known_duplicates_count_and_are_told_only_if_they_change() -> None:
    """They are what lies between others; their own successor may be another one now."""
    known = captured(2, 25, "jellyfin:home", listen_id=None, kept=101)
    news = find_duplicates(
        [captured(1, 0), known, captured(3, 50, "api:a")], duration_s=None, source_order=ORDER
    )
    moved = find_duplicates(
        [captured(1, 0), known, captured(4, 24)], duration_s=None, source_order=ORDER
    )

    assert news == [Duplicate(103, 3, 101, DuplicateReason.OTHER_SOURCE)]
    assert moved == [Duplicate(None, 2, 104, DuplicateReason.OTHER_SOURCE)]


def test_the_reason_is_told() -> None:
    """The same second, or another source at about the time."""
    same, other = (
        find_duplicates([captured(1, 0), play], duration_s=None, source_order=ORDER)[0].reason
        for play in (captured(2, 0), captured(3, 1, "api:a"))
    )

    assert (same, other) == (DuplicateReason.SAME_SECOND, DuplicateReason.OTHER_SOURCE)


_plays = st.lists(
    st.builds(
        Captured,
        st.integers(1, 99),
        st.just(0),
        st.integers(0, 90),
        st.sampled_from(["mpd:den", "mpd:den/2", "jellyfin:home", "api:a", "api:b"]),
    ).map(lambda play: captured(play.raw_id, play.listened_at_s, play.source)),
    unique_by=lambda play: play.raw_id,
    max_size=8,
)


@given(_plays, st.randoms())
def test_the_order_in_which_plays_are_given_does_not_matter(
    plays: list[Captured], random: Any
) -> None:
    """Only what they are."""
    assert kept(*plays) == kept(*random.sample(plays, len(plays)))


@given(_plays)
def test_what_stands_for_others_is_no_duplicate_itself(plays: list[Captured]) -> None:
    """And so every play is a listen, or has one that is."""
    found = kept(*plays)

    assert not set(found) & set(found.values())


@given(_plays, _plays)
def test_another_play_makes_no_listen_of_a_duplicate(
    plays: list[Captured], others: list[Captured]
) -> None:
    """So listens never have to be brought back: what is known may only become more."""
    numbers = {play.raw_id for play in plays}
    more = [play for play in others if play.raw_id not in numbers]

    assert set(kept(*plays)) <= set(kept(*plays, *more))
