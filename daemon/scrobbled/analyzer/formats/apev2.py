"""APEv2 tags: WavPack, Monkey's Audio, Musepack, and MP3 beside ID3.

Several values of an item are parted by NUL
(https://wiki.hydrogenaud.io/index.php?title=APE_Item_Value).
"""

import os
from io import BufferedReader
from typing import Any

from mutagen.apev2 import BINARY, APEv2

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.names import name_of

_MARK = b"APETAGEX"
_FOOTER = 32
_ID3V1 = 128


def apev2_fields(tags: Any) -> Fields:
    """The values of the items of a `mutagen.apev2.APEv2`; binary ones (pictures) are left out."""
    fields: Fields = {}
    for key, value in tags.items():
        if value.kind != BINARY:
            fields.setdefault(name_of(key), []).extend(str(value).split("\0"))
    return fields


def apev2_beside(file: BufferedReader) -> Fields:
    """The values of an APEv2 tag at the end of a file that has other tags too; {} without one."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _FOOTER - _ID3V1))
    end = file.read()
    if not (end[-_FOOTER:].startswith(_MARK) or end.startswith(_MARK)):
        return {}
    file.seek(0)
    load: Any = APEv2
    return apev2_fields(load(file))
