"""How .NET writes values: into JSON, and into the text of a template.

Facts: System.Text.Json escapes everything outside ASCII and what HTML might take amiss
(https://learn.microsoft.com/dotnet/standard/serialization/system-text-json/character-encoding);
the server's own converters write ids without dashes, and dates that fall on a whole second down
to the millisecond with seven digits and a `Z` whatever their zone (JsonDateTimeConverter).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.servers.jellyfin.timeline import TICKS_S

_ESCAPED_BY_JSON = frozenset("\"&'<>+`\x7f")
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}
_NAMED = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LAST_PLAIN = 159
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_TICKS = (_EPOCH - _YEAR_ONE) // timedelta(microseconds=1) * 10
"""Ticks of .NET at the beginning of Unix time."""
NEVER = -EPOCH_TICKS
"""`DateTime.MinValue`, what a date is that was never set."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date.

    Attributes:
        at: ticks since the Unix epoch, UTC.
        offset_min: minutes by which local time is ahead of UTC; None for a date in UTC.
    """

    at: int
    offset_min: int | None = None

    def _clock(self) -> tuple[str, int]:
        """Date and time to the second, and the ticks beyond it."""
        shift_s = (self.offset_min or 0) * 60
        seconds, rest = divmod(self.at, TICKS_S)
        moment = _EPOCH + timedelta(seconds=seconds + shift_s)
        return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}", rest

    def _zone(self) -> str:
        if self.offset_min is None:
            return "Z"
        hours, minutes = divmod(abs(self.offset_min), 60)
        return f"{'-' if self.offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"

    def in_json(self) -> str:
        """As the server writes it: digits that say nothing are left out, mostly."""
        clock, rest = self._clock()
        if rest // 10_000 == 0:
            return f"{clock}.{rest:07d}Z"
        return f"{clock}.{f'{rest:07d}'.rstrip('0')}{self._zone()}"

    def in_text(self) -> str:
        """The round-trip form ("O")."""
        clock, rest = self._clock()
        return f"{clock}.{rest:07d}{self._zone()}"


Value = str | int | float | bool | UUID | Stamp | None
"""What the plugin has in its dictionary."""


def json_string(text: str) -> str:
    """A string as System.Text.Json writes it by default."""
    return f'"{"".join(map(_json_sign, text))}"'


def _json_sign(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    if " " <= sign <= "\x7f" and sign not in _ESCAPED_BY_JSON:
        return sign
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2], 'big'):04X}" for at in range(0, len(units), 2)
    )


def json_object(values: Mapping[str, Value]) -> str:
    """A dictionary as the plugin sends it with all properties: one line, in order, with nulls."""
    parts = (f"{json_string(key)}:{_json_value(value)}" for key, value in values.items())
    return "{" + ",".join(parts) + "}"


def _json_value(value: Value) -> str:
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, UUID):
        return f'"{value.hex}"'
    if isinstance(value, Stamp):
        return f'"{value.in_json()}"'
    return json.dumps(value)


def text_of(value: Value) -> str:
    """A value in the text of a template."""
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case Stamp():
            return value.in_text()
        case _:
            return str(value)


def html_legacy(text: str) -> str:
    """Text as Handlebars.Net 2.1 escapes it (HtmlEncoderLegacy): beyond 159 it becomes numbers."""
    return "".join(
        _NAMED.get(sign, f"&#{ord(sign)};" if ord(sign) > _LAST_PLAIN else sign) for sign in text
    )


def md5_id(text: str) -> UUID:
    """The id that the server makes of a text: MD5 of its UTF-16, read as a Guid."""
    digest = hashlib.md5(text.encode("utf-16-le"), usedforsecurity=False).digest()
    return UUID(bytes_le=digest)


def clock_text(span: int) -> str:
    """A span of ticks as `hh:mm:ss`, cut off; whole days are not shown."""
    seconds = abs(span) // TICKS_S
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
