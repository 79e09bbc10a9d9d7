"""From the named values of a file to its `FileTags`: cleaning, numbers, dates, ids, credits."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.tags import Audio, FileTags
from scrobbled.domain.credits import Credit, Role, artist_credits
from scrobbled.domain.text import nfc_stripped

_LONGEST_VALUE = 16_384
"""Characters kept of one value; only lyrics and junk come near."""

_MOST_PAIRS = 400
"""Tags kept beyond the known ones; a file with more is broken or hostile."""

_LARGEST_NUMBER = 32_767

_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ISRC = re.compile("[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_NUMBER = re.compile(r"\s*([0-9]{1,6})(?:\s*(?:/|of)\s*([0-9]{1,6}))?\s*$")
_DATE = re.compile(r"([0-9]{4})(?:[-/.]?([0-9]{2})(?:[-/.]?([0-9]{2}))?)?(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])([12][0-9]{3})(?![0-9])")
_INSTRUMENT = re.compile(r"(.+?)\s*\(([^()]+)\)$")

_ROLES = {
    "remixer": Role.REMIXER,
    "producer": Role.PRODUCER,
    "composer": Role.COMPOSER,
    "lyricist": Role.LYRICIST,
    "writer": Role.WRITER,
    "conductor": Role.CONDUCTOR,
    "performer": Role.PERFORMER,
    "arranger": Role.ARRANGER,
    "djmixer": Role.DJ,
    "mixer": Role.MIXER,
    "engineer": Role.ENGINEER,
}
_PERFORMER = "performer:"
_TRUE = frozenset({"1", "true", "yes"})


def file_tags(fields: Fields, audio: Audio) -> FileTags:
    """Make sense of the values of one file.

    Args:
        fields: values by the names of `formats`.
        audio: the file's sound.

    Returns:
        What they say. What cannot be understood (a track number "A1") stays in `rest`.
    """
    found: dict[str, Any] = {}
    left: Fields = {}
    people = False
    for name, texts in fields.items():
        values = _cleaned(texts)
        if not values:
            continue
        make = _MAKERS.get(name)
        if make is not None and (made := make[1](values)):
            found[make[0]] = made
        elif make is None or not make[2]:
            left[name] = values
            people = people or name in _ROLES or name.startswith(_PERFORMER)
    _add_numbers(found, left, "tracknumber", "track")
    _add_numbers(found, left, "discnumber", "disc")
    if "originalyear" in left:
        _add_original_year(found, left)
    found["artists"] = _take_artists(left, "artist", "artists")
    found["album_artists"] = _take_artists(left, "albumartist", "albumartists")
    if people:
        found["contributors"] = tuple(_take_contributors(left))
    return FileTags(audio=audio, rest=tuple(_pairs(left)) if left else (), **found)


def _cleaned(texts: Iterable[str]) -> list[str]:
    """The texts as they can be stored, each value of its own, empty ones left out."""
    cleaned = []
    for text in texts:
        for part in text.split("\0") if "\0" in text else (text,):
            clean = part.strip() if part.isascii() else nfc_stripped(part)
            if len(clean) > _LONGEST_VALUE:
                clean = clean[: _LONGEST_VALUE - 1] + "\u2026"
            if clean:
                cleaned.append(clean)
    return cleaned


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _line(values: Iterable[str]) -> str | None:
    """The first value, on one line."""
    for value in values:
        return value if value.isprintable() else " ".join(value.split())
    return None


def _parted(values: Iterable[str], *, lower: bool = False) -> Iterator[str]:
    """Values parted at ";", by which programs join what a tag holds but once.

    Not at "/" or ",": they stand inside names ("Singer/Songwriter", "Folk, World, & Country"), and
    what was parted wrongly could not be told from what was tagged so.
    """
    for value in values:
        for part in value.split(";") if ";" in value else (value,):
            if text := part.strip():
                yield text.lower() if lower else text


def _add_numbers(found: dict[str, Any], left: Fields, name: str, kind: str) -> None:
    """A number and how many there are, from "3", "3/12" and a tag for the total."""
    if (texts := left.get(name)) and (parts := _NUMBER.match(texts[0])):
        del left[name]
        found[f"{kind}_number"] = _bounded(int(parts[1]))
        if parts[2]:
            found[f"{kind}_total"] = _bounded(int(parts[2])) or None
    total_name = f"{kind}total"
    if (texts := left.get(total_name)) and (parts := _NUMBER.match(texts[0])):
        del left[total_name]
        found[f"{kind}_total"] = _bounded(int(parts[1])) or None


def _bounded(number: int) -> int:
    return min(number, _LARGEST_NUMBER)


def _date(values: list[str]) -> str:
    """An ISO date as far as it is known; "" for what is none."""
    found = _DATE.match(values[0])
    if found is None:
        told = _YEAR.search(values[0])
        return told[1] if told else ""
    year, month, day = found.groups()
    if year == "0000":
        return ""
    if not month or not "01" <= month <= "12":
        return year
    return f"{year}-{month}-{day}" if day and "01" <= day <= "31" else f"{year}-{month}"


def _add_original_year(found: dict[str, Any], left: Fields) -> None:
    """The year of the first release, where its date is not told."""
    if "original_date" not in found and (year := _date(left["originalyear"])):
        found["original_date"] = year
    if found.get("original_date", "").startswith(_date(left["originalyear"]) or "?"):
        del left["originalyear"]


def _take_artists(left: Fields, phrase_name: str, list_name: str) -> tuple[Credit, ...]:
    phrases, names = left.pop(phrase_name, ()), left.pop(list_name, ())
    if not phrases and not names:
        return ()
    ids_name, sorts_name = f"{phrase_name}_mbid", f"{phrase_name}sort"
    credited = _credits(
        tuple(phrases),
        tuple(names),
        tuple(left.get(ids_name, ())),
        tuple(left.get(sorts_name, ())),
    )
    if credited and credited[0].mbid:
        left.pop(ids_name, None)
    if credited and credited[0].sort_name:
        left.pop(sorts_name, None)
    return credited


@lru_cache(maxsize=4_096)
def _credits(
    phrases: tuple[str, ...],
    names: tuple[str, ...],
    ids: tuple[str, ...],
    sort_names: tuple[str, ...],
) -> tuple[Credit, ...]:
    """The credits; most files of an album have the same, so they are worked out once."""
    return artist_credits(
        [_on_one_line(phrase) for phrase in phrases or names],
        [part for name in names for part in _parted([_on_one_line(name)])],
        mbids=_unique(_mbids(ids)),
        sort_names=sort_names,
    )


def _on_one_line(value: str) -> str:
    return value if value.isprintable() else " ".join(value.split())


def _take_contributors(values: Fields) -> Iterator[Credit]:
    """Everybody but the artists; what a performer played stays in `values` as a tag as well."""
    for name in [name for name in values if name in _ROLES or name.startswith(_PERFORMER)]:
        if name.startswith(_PERFORMER):
            yield from (Credit(_on_one_line(person), Role.PERFORMER) for person in values[name])
        elif name == "performer":
            yield from _performers(values)
        else:
            people = _unique(_parted(map(_on_one_line, values.pop(name))))
            yield from (Credit(person, _ROLES[name]) for person in people)


def _performers(values: Fields) -> Iterator[Credit]:
    for value in map(_on_one_line, values.pop("performer")):
        found = _INSTRUMENT.match(value)
        if found is None:
            yield Credit(value, Role.PERFORMER)
        else:
            values.setdefault(f"{_PERFORMER}{found[2]}", []).append(found[1])
            yield Credit(found[1], Role.PERFORMER)


def _mbids(values: Iterable[str]) -> Iterator[str]:
    """Every UUID in `values`, however they were joined."""
    for value in values:
        yield from _UUID.findall(value.lower())


def _mbid(values: list[str]) -> str | None:
    """The first UUID; None for what has none."""
    return next(_mbids(values), None)


def _isrcs(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from _ISRC.findall(value.upper().replace("-", "").replace(" ", ""))


def _pairs(values: Fields) -> Iterator[tuple[str, str]]:
    pairs = ((name, value) for name, texts in values.items() for value in texts)
    return islice(pairs, _MOST_PAIRS)


def _texts(values: list[str]) -> tuple[str, ...]:
    return _unique(_parted(values))


_MAKERS: dict[str, tuple[str, Callable[[list[str]], Any], bool]] = {
    "title": ("title", _line, True),
    "titlesort": ("title_sort", _line, True),
    "album": ("album", _line, True),
    "date": ("date", _date, False),
    "originaldate": ("original_date", _date, False),
    "genre": ("genres", _texts, True),
    "label": ("labels", _texts, True),
    "catalognumber": ("catalogue_numbers", _texts, True),
    "barcode": ("barcode", _line, True),
    "compilation": ("compilation", lambda values: values[0].lower() in _TRUE, True),
    "releasetype": ("release_types", lambda values: _unique(_parted(values, lower=True)), True),
    "releasestatus": ("release_status", _line, True),
    "releasecountry": ("release_country", _line, True),
    "media": ("media", _line, True),
    "recording_mbid": ("recording_mbid", _mbid, False),
    "release_track_mbid": ("release_track_mbid", _mbid, False),
    "release_mbid": ("release_mbid", _mbid, False),
    "release_group_mbid": ("release_group_mbid", _mbid, False),
    "work_mbid": ("work_mbids", lambda values: _unique(_mbids(values)), False),
    "isrc": ("isrcs", lambda values: _unique(_isrcs(values)), False),
    "acoustid_id": ("acoustids", lambda values: _unique(_mbids(values)), False),
}
"""For each tag the field that it fills, how, and whether it is used up even if it says nothing."""
