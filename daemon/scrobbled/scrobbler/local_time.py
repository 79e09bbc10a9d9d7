"""A user's offset from UTC, for clocks of their day."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

UtcOffset = Callable[[float], int | None]
"""Gives the offset from UTC in minutes at a time in seconds since the epoch; None: unknown."""


def utc_offset(timezone: str | None) -> UtcOffset:
    """The offset in `timezone` (an IANA name), or in the host's own time zone if that is None."""
    zone = None if timezone is None else ZoneInfo(timezone)

    def offset_min(wall_s: float) -> int | None:
        try:
            offset = datetime.fromtimestamp(wall_s, UTC).astimezone(zone).utcoffset()
        except (OverflowError, ValueError, OSError):
            return None  # a time beyond all calendars
        return None if offset is None else round(offset.total_seconds() / 60)

    return offset_min
