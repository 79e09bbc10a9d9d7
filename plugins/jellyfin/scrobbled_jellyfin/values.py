"""Single values of a body, in all the forms in which the Webhook plugin writes them.

With all properties sent they are JSON's own; templates make text of everything
(jellyfin-plugin-webhook, `Helpers/DataObjectHelpers.cs`, `Destinations/Generic`).
"""

import html
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

TICKS_PER_S = 10_000_000
"""Jellyfin counts time in ticks of 100 ns."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_ID = 64


class Fields:
    """A body's properties; names in any case, as a person's own fields may overwrite them."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._values = {name.casefold(): value for name, value in body.items()}
        item_id = self._values.get("itemid")
        flags = (self._values.get("isautomated"), self._values.get("ispaused"))
        self._templated = (isinstance(item_id, str) and "-" in item_id) or any(
            isinstance(flag, str) for flag in flags
        )

    def text(self, name: str, *, escaped: bool = False) -> str:
        """A text; "" when there is none.

        Args:
            name: of the property.
            escaped: whether the plugin escapes quotes in it before it writes JSON.
        """
        value = self._values.get(name.casefold())
        if not isinstance(value, str):
            return ""
        if self._templated:
            value = html.unescape(value)
        if escaped:
            value = value.replace('\\"', '"')
        return _SURROGATE.sub("\ufffd", value).replace("\0", "").strip()

    def id(self, name: str) -> str:
        """An id, with or without dashes; "" when there is none."""
        return as_id(self.text(name))[:_LONGEST_ID]

    def mbid(self, name: str) -> str | None:
        """A MusicBrainz id; None when there is none, or several."""
        found = self.mbids(name)
        return found[0] if len(found) == 1 else None

    def mbids(self, name: str) -> tuple[str, ...]:
        """MusicBrainz ids; old servers write several with semicolons between them."""
        parts = re.split(r"[;,\s]+", self.text(name).lower())
        return tuple(part for part in parts if _MBID.fullmatch(part))

    def flag(self, name: str) -> bool:
        """Whether it is true; templates write `True`."""
        value = self._values.get(name.casefold())
        if isinstance(value, str):
            return value.strip().casefold() in {"true", "1"}
        return value is True or (isinstance(value, int) and value == 1)

    def seconds(self, name: str) -> float | None:
        """A number of ticks as seconds; None when there is none."""
        ticks = self.number(name)
        return None if ticks is None else ticks / TICKS_PER_S

    def number(self, name: str) -> float | None:
        """A number, or a text that is one; None when there is none."""
        return _number(self._values.get(name.casefold()))

    def time(self, name: str) -> float | None:
        """A point in time as seconds since the epoch; None when there is none, or never was."""
        return _time(self.text(name))


def as_id(value: str) -> str:
    """An id as everything here writes it: lower case, without dashes."""
    return value.strip().lower().replace("-", "")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(text: str) -> float | None:
    """Times without a zone are UTC; those before the epoch stand for "never"."""
    try:
        found = datetime.fromisoformat(text)
        moment_s = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return moment_s if moment_s > 0 else None
