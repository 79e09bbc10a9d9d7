"""ID3 tags: MP3, WAV, AIFF, DSF (https://id3.org/id3v2.4.0-frames).

mutagen turns the frames of ID3v2.2 and v2.3 into those of v2.4.
"""

from collections.abc import Callable, Iterable
from typing import Any

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.names import name_of

TEXT_FRAMES = {
    "TIT2": "title",
    "TSOT": "titlesort",
    "TPE1": "artist",
    "TSOP": "artistsort",
    "TPE2": "albumartist",
    "TSO2": "albumartistsort",
    "TALB": "album",
    "TSOA": "albumsort",
    "TRCK": "tracknumber",
    "TPOS": "discnumber",
    "TDRC": "date",
    "TDOR": "originaldate",
    "TCON": "genre",
    "TPUB": "label",
    "TCMP": "compilation",
    "TMED": "media",
    "TSRC": "isrc",
    "TPE3": "conductor",
    "TPE4": "remixer",
    "TCOM": "composer",
    "TSOC": "composersort",
    "TEXT": "lyricist",
    "TIT1": "grouping",
    "TIT3": "subtitle",
    "TSST": "discsubtitle",
    "TBPM": "bpm",
    "TKEY": "key",
    "TLAN": "language",
    "TMOO": "mood",
    "TCOP": "copyright",
    "TENC": "encodedby",
    "TSSE": "encodersettings",
    "TOAL": "originalalbum",
    "TOPE": "originalartist",
    "TOFN": "originalfilename",
    "GRP1": "grouping",
    "MVNM": "movement",
    "MVIN": "movementnumber",
}
_FUNCTIONS = {
    "producer": "producer",
    "engineer": "engineer",
    "arranger": "arranger",
    "mix": "mixer",
    "mixer": "mixer",
    "dj-mix": "djmixer",
    "djmix": "djmixer",
}
_MUSICBRAINZ = "http://musicbrainz.org"
_SLASHED = ("composer", "lyricist", "isrc")
_V24 = (2, 4, 0)


def id3_fields(tags: Any) -> Fields:
    """The values of the frames of a `mutagen.id3.ID3`; pictures and binary ones are left out."""
    fields: Fields = {}
    for frame in tags.values():
        kind = frame.FrameID
        name = TEXT_FRAMES.get(kind)
        if name is not None:
            values = frame.genres if kind == "TCON" else map(str, frame.text)
            fields.setdefault(name, []).extend(values)
        elif kind in _OTHERS:
            for other, values in _OTHERS[kind](frame):
                fields.setdefault(other, []).extend(values)
        elif kind[0] == "T" and hasattr(frame, "text"):
            fields.setdefault(kind.lower(), []).extend(map(str, frame.text))
        elif kind[0] == "W" and hasattr(frame, "url"):
            fields.setdefault(kind.lower(), []).append(frame.url)
    if tags.version < _V24:
        _part_slashes(fields)
    return fields


def _part_slashes(fields: Fields) -> None:
    """Parts values that ID3v2.3 joined by "/", where no name can have one.

    Composers and lyricists are joined so by the standard; of artists the parts are believed only
    if there are as many MusicBrainz ids ("AC/DC" has one).
    """
    for name in _SLASHED:
        if name in fields:
            fields[name] = [part for value in fields[name] for part in value.split("/")]
    for name, ids in (("artists", "artist_mbid"), ("artist", "artist_mbid")):
        parts = [part for value in fields.get(name, ()) for part in value.split("/")]
        count = len("/".join(fields.get(ids, ())).replace(";", "/").split("/"))
        if len(parts) == count > 1:
            fields[name] = parts


def _txxx(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield name_of(frame.desc), map(str, frame.text)


def _ufid(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    name = "recording_mbid" if frame.owner == _MUSICBRAINZ else f"ufid:{frame.owner}".lower()
    yield name, (frame.data.decode("ascii", "replace"),)


def _comm(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield (f"comment:{frame.desc}".lower() if frame.desc else "comment"), map(str, frame.text)


def _uslt(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield (f"lyrics:{frame.desc}".lower() if frame.desc else "lyrics"), (frame.text,)


def _people(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    for function, person in frame.people:
        name = _FUNCTIONS.get(function.strip().lower())
        yield (name or f"performer:{function.strip()}"), (person,)


def _wxxx(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield f"url:{frame.desc}".lower(), (frame.url,)


def _popm(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield f"rating:{frame.email}".lower(), (str(frame.rating),)


def _pcnt(frame: Any) -> Iterable[tuple[str, Iterable[str]]]:
    yield "playcount", (str(frame.count),)


_OTHERS: dict[str, Callable[[Any], Iterable[tuple[str, Iterable[str]]]]] = {
    "TXXX": _txxx,
    "UFID": _ufid,
    "COMM": _comm,
    "USLT": _uslt,
    "TIPL": _people,
    "TMCL": _people,
    "IPLS": _people,
    "WXXX": _wxxx,
    "POPM": _popm,
    "PCNT": _pcnt,
}
