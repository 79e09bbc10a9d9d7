"""Vorbis comments: FLAC, Ogg Vorbis, Opus, Speex (https://xiph.org/vorbis/doc/v-comment.html)."""

from collections.abc import Iterable

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.names import name_of

_PICTURES = frozenset({"metadata_block_picture", "coverart", "coverartmime"})


def vorbis_fields(comments: Iterable[tuple[str, str]]) -> Fields:
    """The values of Vorbis comments, pictures left out."""
    fields: Fields = {}
    for key, value in comments:
        name = name_of(key)
        if name in fields:
            fields[name].append(value)
        elif name not in _PICTURES:
            fields[name] = [value]
    return fields
