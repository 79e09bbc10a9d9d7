"""Waits between attempts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.runtime.backoff import Backoff


def test_without_jitter_it_doubles_up_to_the_longest() -> None:
    """The waits of an outage are 5, 10, 20 … 240 s and stay there."""
    backoff = Backoff(5, 240, jitter=0, random=random.Random(1))

    assert [backoff.next_s() for _ in range(8)] == [5, 10, 20, 40, 80, 160, 240, 240]


def test_reset_begins_anew() -> None:
    """After a success the next outage begins with the first wait."""
    backoff = Backoff(5, 240, jitter=0, random=random.Random(1))
    for _ in range(4):
        backoff.next_s()

    backoff.reset()

    assert backoff.next_s() == 5


def test_longest_stays_longest() -> None:
    """Who asked for the longest wait is not sent back to short ones."""
    backoff = Backoff(5, 240, jitter=0, random=random.Random(1))

    assert [backoff.longest_s(), backoff.next_s()] == [240, 240]


def test_jitter_spreads_waiters() -> None:
    """A hundred waiters of the same outage do not come back together."""
    chance = random.Random(7)
    waits = {round(Backoff(5, 240, random=chance).next_s(), 3) for _ in range(100)}

    assert len(waits) > 90
    assert min(waits) < 4.2
    assert max(waits) > 4.8


@given(
    first_s=st.floats(0.001, 100),
    span=st.floats(1, 1000),
    factor=st.floats(1, 10),
    jitter=st.floats(0, 0.99),
    steps=st.integers(1, 2000),
    seed=st.integers(),
)
def test_every_wait_lies_within_its_bounds(
    *, first_s: float, span: float, factor: float, jitter: float, steps: int, seed: int
) -> None:
    """However often it is asked, no wait is zero, negative, endless or above the longest."""
    most_s = first_s * span
    backoff = Backoff(first_s, most_s, factor=factor, jitter=jitter, random=random.Random(seed))

    waits = [backoff.next_s() for _ in range(steps)]

    assert all(first_s * (1 - jitter) * 0.999 <= wait <= most_s for wait in waits)


@pytest.mark.parametrize(
    ("first_s", "most_s", "factor", "jitter"),
    [(0, 1, 2, 0), (2, 1, 2, 0), (1, 2, 0.5, 0), (1, 2, 2, 1), (1, 2, 2, -0.1)],
)
def test_senseless_numbers_are_refused(
    first_s: float, most_s: float, factor: float, jitter: float
) -> None:
    """A wait that could be zero or shrink is a mistake of the caller."""
    with pytest.raises(ValueError, match="first_s"):
        Backoff(first_s, most_s, factor=factor, jitter=jitter, random=random.Random(1))
