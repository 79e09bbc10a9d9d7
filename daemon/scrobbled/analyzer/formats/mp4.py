"""iTunes atoms of MP4 files (AAC and Apple Lossless)."""

from typing import Any

from mutagen.mp4 import AtomDataType, MP4FreeForm

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.names import name_of

ATOMS = {
    "\xa9nam": "title",
    "\xa9ART": "artist",
    "aART": "albumartist",
    "\xa9alb": "album",
    "\xa9day": "date",
    "\xa9gen": "genre",
    "\xa9wrt": "composer",
    "\xa9cmt": "comment",
    "\xa9lyr": "lyrics",
    "\xa9grp": "grouping",
    "\xa9too": "encodedby",
    "\xa9wrk": "work",
    "\xa9mvn": "movement",
    "\xa9mvi": "movementnumber",
    "\xa9mvc": "movementtotal",
    "soar": "artistsort",
    "soaa": "albumartistsort",
    "sonm": "titlesort",
    "soal": "albumsort",
    "soco": "composersort",
    "cprt": "copyright",
    "tmpo": "bpm",
    "cpil": "compilation",
    "pgap": "gapless",
}
PAIRS = {"trkn": ("tracknumber", "tracktotal"), "disk": ("discnumber", "disctotal")}
_FREE_FORM = "----:"
_TEXTS = (AtomDataType.UTF8, AtomDataType.IMPLICIT)


def mp4_fields(tags: Any) -> Fields:
    """The values of the atoms of a `mutagen.mp4.MP4Tags`; pictures and binary ones are left out."""
    fields: Fields = {}
    for key, value in tags.items():
        if key.startswith(_FREE_FORM):
            texts = [text for item in value if (text := _free_text(item)) is not None]
            fields.setdefault(name_of(key.rpartition(":")[2]), []).extend(texts)
        elif key in PAIRS:
            add_pair(fields, PAIRS[key], value)
        elif key != "covr":
            fields.setdefault(ATOMS.get(key) or name_of(key), []).extend(_texts(value))
    return fields


def _free_text(item: MP4FreeForm) -> str | None:
    return item.decode("utf-8", "replace") if item.dataformat in _TEXTS else None


def add_pair(fields: Fields, names: tuple[str, str], value: list[tuple[int, int]]) -> None:
    """Adds a number and how many there are; 0 stands for not told."""
    for name, number in zip(names, value[0] if value else (), strict=False):
        if number:
            fields.setdefault(name, []).append(str(number))


def _texts(value: Any) -> list[str]:
    """Texts and numbers as texts; an atom that is a flag is "1" or "0"."""
    if isinstance(value, bool):
        return ["1" if value else "0"]
    values = value if isinstance(value, list) else [value]
    return [str(item) for item in values if isinstance(item, str | int)]
