"""Durations as people write them, `30s` or `1h`; seconds inside."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from scrobbled.config.context import wrong

UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""The seconds in each unit, shortest first."""

LONGEST_S = 3650 * UNITS_S["d"]
"""Ten years: more is a slip of the keyboard, and timers overflow somewhere beyond."""

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(ms|s|m|h|d)")
_HOW = "write a number and a unit (ms, s, m, h or d)"


def parse_duration(value: Any) -> float:
    """Reads `500ms`, `30s`, `1.5h`, `2d`.

    Returns:
        Seconds, from 0 to ten years.

    Raises:
        PydanticCustomError: it is no duration; a number without unit is none either.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise wrong(f"{value:g} has no unit: {_HOW}, such as {value:g}s")
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"is not a duration: {_HOW}, such as 30s or 1h")
    seconds = float(found[1]) * UNITS_S[found[2]]
    if seconds > LONGEST_S:
        raise wrong("is longer than ten years (3650d), the longest duration there is")
    return seconds


def format_duration(seconds: float) -> str:
    """Writes `seconds` with the longest unit that needs no fraction, such as `4m`."""
    for unit, length in sorted(UNITS_S.items(), key=lambda item: -item[1]):
        count = round(seconds / length)
        if count and abs(count * length - seconds) < 1e-9 * seconds:
            return f"{count}{unit}"
    return f"{seconds:g}s"


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? *(ms|s|m|h|d)$"}),
]
"""Seconds, written as a number and a unit; 0s is one too."""


def _not_zero(seconds: float) -> float:
    if seconds <= 0:
        raise wrong("must be longer than 0s")
    return seconds


Interval = Annotated[Duration, AfterValidator(_not_zero)]
"""A duration that is not zero, for waits and for what happens again and again."""
