"""From the named values of a file to its `FileTags`: cleaning, numbers, dates, ids, credits."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

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
        fields: values by the names of `formats`; used up.
        audio: the file's sound.

    Returns:
        What they say. What cannot be understood (a track number "A1") stays in `rest`.
    """
    values = {name: cleaned for name, texts in fields.items() if (cleaned := _cleaned(texts))}
    take = values.pop
    track_number, track_total = _take_number(values, "tracknumber", "tracktotal")
    disc_number, disc_total = _take_number(values, "discnumber", "disctotal")
    artists = _take_artists(values, "artist", "artists")
    contributors = tuple(_take_contributors(values))
    return FileTags(
        audio=audio,
        title=_line(take("title", ())),
        title_sort=_line(take("titlesort", ())),
        artists=artists,
        contributors=contributors,
        album=_line(take("album", ())),
        album_artists=_take_artists(values, "albumartist", "albumartists"),
        track_number=track_number,
        track_total=track_total,
        disc_number=disc_number,
        disc_total=disc_total,
        date=_take_date(values, "date"),
        original_date=_take_date(values, "originaldate") or _take_date(values, "originalyear"),
        genres=_unique(_parted(take("genre", ()))),
        labels=_unique(_parted(take("label", ()))),
        catalogue_numbers=_unique(_parted(take("catalognumber", ()))),
        barcode=_line(take("barcode", ())),
        compilation=any(value.lower() in _TRUE for value in take("compilation", ())),
        release_types=_unique(_parted(take("releasetype", ()), lower=True)),
        release_status=_line(take("releasestatus", ())),
        release_country=_line(take("releasecountry", ())),
        media=_line(take("media", ())),
        recording_mbid=_take_mbid(values, "recording_mbid"),
        release_track_mbid=_take_mbid(values, "release_track_mbid"),
        release_mbid=_take_mbid(values, "release_mbid"),
        release_group_mbid=_take_mbid(values, "release_group_mbid"),
        work_mbids=_unique(_mbids(take("work_mbid", ()))),
        isrcs=_unique(_isrcs(take("isrc", ()))),
        acoustids=_unique(_mbids(take("acoustid_id", ()))),
        rest=tuple(_pairs(values)),
    )


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


def _take_number(values: Fields, name: str, total_name: str) -> tuple[int | None, int | None]:
    """A number and how many there are, from "3", "3/12" and a tag for the total."""
    number = total = None
    if (texts := values.get(name)) and (found := _NUMBER.match(texts[0])):
        del values[name]
        number, total = int(found[1]), int(found[2] or 0)
    if (texts := values.get(total_name)) and (found := _NUMBER.match(texts[0])):
        del values[total_name]
        total = int(found[1])
    return _bounded(number), _bounded(total) or None


def _bounded(number: int | None) -> int | None:
    return None if number is None else min(number, _LARGEST_NUMBER)


def _take_date(values: Fields, name: str) -> str:
    """An ISO date as far as it is known, or ""; what is no date at all stays in `values`."""
    texts = values.get(name)
    if not texts:
        return ""
    found = _DATE.match(texts[0])
    if found is None:
        found = _YEAR.search(texts[0])
        if found is None:
            return ""
        del values[name]
        return found[1]
    del values[name]
    year, month, day = found.groups()
    if year == "0000":
        return ""
    if not month or not "01" <= month <= "12":
        return year
    return f"{year}-{month}-{day}" if day and "01" <= day <= "31" else f"{year}-{month}"


def _take_artists(values: Fields, phrase_name: str, list_name: str) -> tuple[Credit, ...]:
    phrases, names = values.pop(phrase_name, []), values.pop(list_name, [])
    if not phrases and not names:
        return ()
    ids = _unique(_mbids(values.get(f"{phrase_name}_mbid", ())))
    sort_names = values.get(f"{phrase_name}sort", ())
    credits_ = artist_credits(
        [_on_one_line(phrase) for phrase in phrases or names],
        [part for name in names for part in _parted([_on_one_line(name)])],
        mbids=ids,
        sort_names=sort_names,
    )
    if credits_ and credits_[0].mbid:
        values.pop(f"{phrase_name}_mbid", None)
    if credits_ and credits_[0].sort_name:
        values.pop(f"{phrase_name}sort", None)
    return credits_


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


def _take_mbid(values: Fields, name: str) -> str | None:
    """The first UUID of a tag; what is none stays in `values`."""
    texts = values.get(name)
    if not texts:
        return None
    for mbid in _mbids(texts):
        del values[name]
        return mbid
    return None


def _isrcs(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from _ISRC.findall(value.upper().replace("-", "").replace(" ", ""))


def _pairs(values: Fields) -> Iterator[tuple[str, str]]:
    pairs = ((name, value) for name, texts in values.items() for value in texts)
    return islice(pairs, _MOST_PAIRS)
