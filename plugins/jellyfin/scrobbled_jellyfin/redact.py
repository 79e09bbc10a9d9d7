"""Bodies without what tells of persons and their music, for reports of errors."""

import json
import re
from collections.abc import Callable
from typing import Any

from scrobbled_jellyfin.payload import Malformed, read_body

PLAIN = frozenset(
    {
        *("notificationtype", "itemtype", "serverversion", "client", "clientname", "playmethod"),
        *("savereason", "audio_0_type", "audio_0_codec"),
    }
)
"""Properties whose texts say nothing of a person, and much of what went wrong."""

TIMES = ("timestamp", "date", "checkin", "runtime", "playbackposition")
"""How properties end that hold a time, or a length of time."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?|\d+:\d\d:\d\d")
_ID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FLAGS = frozenset({"True", "False", "true", "false"})


def redact(body: str, pseudonym: Callable[[str], str]) -> str:
    """`body` with other names and ids, the same one for the same; times and numbers stay.

    Args:
        body: as it was received.
        pseudonym: gives 32 hexadecimal digits for a text, the same for the same.
    """
    try:
        fields = read_body(body)
    except Malformed as error:
        return json.dumps({"unreadable": str(error), "characters": len(body)})
    return json.dumps({name: _redacted(name, value, pseudonym) for name, value in fields.items()})


def _redacted(name: str, value: Any, pseudonym: Callable[[str], str]) -> Any:
    if isinstance(value, dict | list):
        return None
    if not isinstance(value, str) or not value or _is_plain(name.casefold(), value):
        return value
    if not _ID.fullmatch(value):
        return f"{name} {pseudonym(value)[:8]}"
    other = pseudonym(value.lower().replace("-", ""))
    if "-" not in value:
        return other
    return "-".join((other[:8], other[8:12], other[12:16], other[16:20], other[20:32]))


def _is_plain(name: str, value: str) -> bool:
    """Whether a text tells of nobody: templates make texts of flags and numbers, too."""
    if name in PLAIN or value in _FLAGS:
        return True
    if name.endswith("ticks"):
        return value.isdecimal()
    return name.endswith(TIMES) and _TIME.fullmatch(value) is not None
