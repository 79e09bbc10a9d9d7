"""Moments: monotonic within one boot of the host, wall clock across boots."""

from dataclasses import replace

from scrobbled.domain.moment import Moment

MOMENT = Moment(monotonic_s=100.0, wall_s=1_760_000_000.0, host_boot_id="one")


def test_seconds_within_a_boot_are_monotonic() -> None:
    """A wall clock that jumps does not matter within one boot."""
    later = replace(MOMENT, monotonic_s=107.5, wall_s=MOMENT.wall_s - 3600)

    assert later.seconds_since(MOMENT) == 7.5
    assert MOMENT.seconds_since(later) == 0.0


def test_seconds_across_boots_are_of_the_wall_clock() -> None:
    """After a boot of the host only the wall clock is left; it never gives less than nothing."""
    later = Moment(monotonic_s=3.0, wall_s=MOMENT.wall_s + 60, host_boot_id="two")

    assert later.seconds_since(MOMENT) == 60.0
    assert MOMENT.seconds_since(later) == 0.0


def test_only_one_boot_has_an_order() -> None:
    """Monotonic times of two boots say nothing about which came first."""
    earlier = replace(MOMENT, monotonic_s=99.0)

    assert earlier.is_before(MOMENT)
    assert not MOMENT.is_before(earlier)
    assert not MOMENT.is_before(MOMENT)
    assert not replace(earlier, host_boot_id="two").is_before(MOMENT)


def test_earlier_by() -> None:
    """A moment can be moved back on both clocks."""
    moved = MOMENT.earlier_by(2.5)

    assert moved == Moment(97.5, MOMENT.wall_s - 2.5, "one")
    assert MOMENT.seconds_since(moved) == 2.5
