"""The user's offset from UTC, through summer and winter."""

from datetime import UTC, datetime
from math import inf, nan

import pytest

from scrobbled.scrobbler.local_time import utc_offset


@pytest.mark.parametrize(
    ("zone", "at", "minutes"),
    [
        ("Europe/Berlin", datetime(2026, 1, 15, tzinfo=UTC), 60),
        ("Europe/Berlin", datetime(2026, 7, 15, tzinfo=UTC), 120),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), 120),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 0, 0, tzinfo=UTC), 60),
        ("Asia/Kathmandu", datetime(2026, 1, 15, tzinfo=UTC), 345),
        ("America/St_Johns", datetime(2026, 1, 15, tzinfo=UTC), -210),
        ("Europe/Berlin", datetime(1890, 1, 1, tzinfo=UTC), 53),
        ("UTC", datetime(1969, 12, 31, tzinfo=UTC), 0),
    ],
    ids=str,
)
def test_the_offset_is_that_of_the_moment(zone: str, at: datetime, minutes: int) -> None:
    """Also in the hour that there is twice, in odd zones, and before 1970."""
    assert utc_offset(zone)(at.timestamp()) == minutes


def test_without_a_zone_it_is_the_hosts() -> None:
    """Who names no time zone lives where the daemon runs."""
    now = datetime(2026, 7, 15, 12, tzinfo=UTC)
    here = now.astimezone().utcoffset()

    assert here is not None
    assert utc_offset(None)(now.timestamp()) == here.total_seconds() / 60


@pytest.mark.parametrize("wall_s", [1e18, -1e18, inf, nan, 253_402_300_799.0])
def test_beyond_all_calendars_it_is_unknown(wall_s: float) -> None:
    """A time that no calendar has is no reason for a play to be lost."""
    assert utc_offset("Asia/Tokyo")(wall_s) is None
