"""Attributes of ASF files (Windows Media)."""

from typing import Any

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.names import name_of

_ATTRIBUTES = {
    "WM/Writer": "lyricist",
    "WM/SetSubTitle": "discsubtitle",
    "WM/ContentGroupDescription": "grouping",
    "WM/BeatsPerMinute": "bpm",
    "WM/InitialKey": "key",
    "WM/EncodingSettings": "encodersettings",
    "WM/AuthorURL": "website",
    "WM/OriginalAlbumTitle": "originalalbum",
}
_BINARY = frozenset({1, 6})
"""Byte arrays and GUIDs (ASF specification, 3.11: data types)."""


def asf_fields(tags: Any) -> Fields:
    """The values of a `mutagen.asf.ASFTags`; pictures and other binary ones are left out."""
    fields: Fields = {}
    for key, value in tags:
        if value.TYPE not in _BINARY:
            name = _ATTRIBUTES.get(key) or name_of(key.removeprefix("WM/"))
            text = str(int(value.value)) if isinstance(value.value, bool) else str(value)
            fields.setdefault(name, []).append(text)
    return fields
