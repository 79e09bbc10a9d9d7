"""When reports were made, whatever the server's clock shows."""

import pytest

from scrobbled.domain.moment import Moment
from scrobbled_jellyfin.server_clock import ServerClock

WALL_S = 1_790_000_000.0


def received(at_s: float, boot: str = "boot") -> Moment:
    """The arrival of a body."""
    return Moment(at_s, WALL_S + at_s, boot)


def made_at(clock: ServerClock, stamp_s: float, arrived_s: float) -> float:
    """When a body was made, in the seconds of its arrival."""
    return clock.moment_of(WALL_S + stamp_s, received(arrived_s)).monotonic_s


def test_a_late_body_was_made_when_its_stamp_says() -> None:
    """Even when the daemon was just started and knows of no other."""
    clock = ServerClock()

    made = [made_at(clock, at_s, at_s + late_s) for at_s, late_s in ((10, 2.9), (20, 2.7), (30, 0))]

    assert made == pytest.approx([10, 20, 30])
    assert clock.skew_s == 0.0


@pytest.mark.parametrize("behind_s", [90.0, 6.0, -90.0])
def test_a_clock_that_is_off_is_corrected(behind_s: float) -> None:
    """By what most bodies say; a late one was still made before it arrived."""
    clock = ServerClock()
    for at_s in range(0, 100, 10):
        made_at(clock, at_s - behind_s, at_s)

    assert clock.skew_s == pytest.approx(behind_s)
    assert made_at(clock, 100 - behind_s, 102) == pytest.approx(100)


def test_a_small_difference_is_corrected_once_it_is_certain() -> None:
    """A few late bodies look just like it."""
    clock = ServerClock()
    skews = []
    for at_s in range(0, 60, 10):
        made_at(clock, at_s - 2.5, at_s)
        skews.append(clock.skew_s)

    assert skews == pytest.approx([0, 0, 0, 0, 2.5, 2.5])


def test_a_body_without_a_stamp_was_made_when_it_arrived() -> None:
    """There is nothing better."""
    assert ServerClock().moment_of(None, received(5.0)) == received(5.0)


def test_a_reboot_forgets_what_was_compared() -> None:
    """Monotonic clocks of two boots have nothing in common."""
    clock = ServerClock()
    for at_s in range(10):
        made_at(clock, at_s - 50.0, at_s)
    after = Moment(1.0, WALL_S + 1000.0, "another boot")

    assert clock.moment_of(WALL_S + 999.9, after).monotonic_s == pytest.approx(0.9)
