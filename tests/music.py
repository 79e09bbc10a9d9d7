"""Small real music files of every format, tagged as MusicBrainz Picard would tag them.

Silence, from a seed for formats that need an encoder and made here for the others. The names of
tags are Picard's own (https://picard-docs.musicbrainz.org/en/appendices/tag_mapping.html); what
they are called inside each format is written down here a second time, on purpose.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import mutagen
import mutagen.aiff
import mutagen.apev2
import mutagen.asf
import mutagen.dsf
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.wave

# mutagen is typed in part only, and its classes change shape with what a file holds.
_id3: Any = mutagen.id3
_APEv2: Any = mutagen.apev2.APEv2
_MP4FreeForm: Any = mutagen.mp4.MP4FreeForm
_OPENERS: dict[str, Any] = {
    ".mp3": mutagen.mp3.MP3,
    ".wav": mutagen.wave.WAVE,
    ".aiff": mutagen.aiff.AIFF,
    ".dsf": mutagen.dsf.DSF,
    ".flac": mutagen.flac.FLAC,
    ".m4a": mutagen.mp4.MP4,
    ".wma": mutagen.asf.ASF,
}

_SEEDS = Path(__file__).parent / "data" / "seeds"
_SEED_OF = {
    ".ogg": "vorbis.ogg",
    ".opus": "opus.opus",
    ".spx": "speex.spx",
    ".m4a": "aac.m4a",
    ".alac.m4a": "alac.m4a",
    ".wv": "wavpack.wv",
    ".wma": "wma.wma",
}

Tags = Mapping[str, str | Sequence[str]]

FORMATS = (
    *(".mp3", ".flac", ".ogg", ".opus", ".spx", ".m4a", ".alac.m4a", ".wav"),
    *(".aiff", ".wv", ".ape", ".mpc", ".wma", ".dsf"),
)
"""Every format, by the ending of its files."""

CRAFTED = frozenset({".mp3", ".flac", ".wav", ".aiff", ".ape", ".mpc", ".dsf"})
"""Formats whose length can be chosen; the others are one second long."""


def write_music(path: Path, tags: Tags | None = None, *, seconds: int = 1) -> Path:
    """Write a music file of the format that the ending of `path` says.

    Args:
        path: Where to; folders are made.
        tags: Picard's names (`title`, `artist`, `performer:guitar`, ...) and their values.
        seconds: Its length, for formats in `CRAFTED`.

    Returns:
        `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(audio(format_of(path), seconds))
    if tags:
        write_tags(path, tags)
    return path


def format_of(path: Path) -> str:
    """The member of `FORMATS` that `path` is named as."""
    return ".alac.m4a" if path.name.endswith(".alac.m4a") else path.suffix


def write_tags(path: Path, tags: Tags) -> None:
    """Replace the tags of a file that `write_music` wrote."""
    lists = {key: [value] if isinstance(value, str) else list(value) for key, value in tags.items()}
    _WRITERS[format_of(path)](path, lists)


@cache
def audio(suffix: str, seconds: int) -> bytes:
    """An untagged file of silence."""
    crafted = _CRAFTERS.get(suffix)
    return crafted(seconds) if crafted else (_SEEDS / _SEED_OF[suffix]).read_bytes()


def _mp3(seconds: int) -> bytes:
    """MPEG-2.5 layer 3, 8 kHz, mono, 8 kbit/s: frames of 72 bytes that last 72 ms."""
    header = bytes((0xFF, 0xE3, 0x18, 0xC4))
    return (header + bytes(68)) * max(4, round(seconds / 0.072))


def _flac(seconds: int) -> bytes:
    """A FLAC file of which only the stream info is there; its length is what that says."""
    info = struct.pack(">HH", 4096, 4096) + bytes(6)
    info += ((44100 << 44) | (1 << 41) | (15 << 36) | (seconds * 44100)).to_bytes(8, "big")
    return b"fLaC" + bytes((0x80, 0, 0, 34)) + info + bytes(16)


def _wav(seconds: int) -> bytes:
    data = b"\x80" * (8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    chunks = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(chunks)) + chunks


def _aiff(seconds: int) -> bytes:
    rate = bytes.fromhex("400bfa00000000000000")  # 8000 as an 80-bit extended float
    comm = struct.pack(">4sIhIh", b"COMM", 18, 1, 8000 * seconds, 8) + rate
    sound = bytes(8 + 8000 * seconds)
    chunks = b"AIFF" + comm + struct.pack(">4sI", b"SSND", len(sound)) + sound
    return struct.pack(">4sI", b"FORM", len(chunks)) + chunks


def _ape(seconds: int) -> bytes:
    descriptor = struct.pack("<4sH", b"MAC ", 3990) + bytes(46)
    return descriptor + struct.pack("<HHIIIHHI", 2000, 0, 8000, 8000, seconds, 16, 1, 8000)


def _mpc(seconds: int) -> bytes:
    frames = round((seconds * 44100 + 576) / 1152)
    return b"MP+\x07" + struct.pack("<II", frames, 0) + bytes(4096)


def _dsf(seconds: int) -> bytes:
    form = struct.pack(
        "<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 1, 1, 2822400, 1, seconds * 2822400, 4096, 0
    )
    data = struct.pack("<4sQ", b"data", 12)
    size = 28 + len(form) + len(data)
    return struct.pack("<4sQQQ", b"DSD ", 28, size, 0) + form + data


_CRAFTERS: dict[str, Callable[[int], bytes]] = {
    ".mp3": _mp3,
    ".flac": _flac,
    ".wav": _wav,
    ".aiff": _aiff,
    ".ape": _ape,
    ".mpc": _mpc,
    ".dsf": _dsf,
}

_ID3 = {
    "title": "TIT2",
    "artist": "TPE1",
    "albumartist": "TPE2",
    "album": "TALB",
    "date": "TDRC",
    "originaldate": "TDOR",
    "genre": "TCON",
    "tracknumber": "TRCK",
    "discnumber": "TPOS",
    "composer": "TCOM",
    "lyricist": "TEXT",
    "conductor": "TPE3",
    "remixer": "TPE4",
    "label": "TPUB",
    "isrc": "TSRC",
    "media": "TMED",
    "bpm": "TBPM",
    "compilation": "TCMP",
    "artistsort": "TSOP",
    "albumartistsort": "TSO2",
    "titlesort": "TSOT",
    "subtitle": "TIT3",
    "language": "TLAN",
    "comment": "COMM",
    "lyrics": "USLT",
}
_TXXX = {
    "artists": "Artists",
    "catalognumber": "CATALOGNUMBER",
    "barcode": "BARCODE",
    "acoustid_id": "Acoustid Id",
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_trackid": "MusicBrainz Release Track Id",
    "musicbrainz_workid": "MusicBrainz Work Id",
    "releasecountry": "MusicBrainz Album Release Country",
    "releasestatus": "MusicBrainz Album Status",
    "releasetype": "MusicBrainz Album Type",
    "script": "SCRIPT",
    "asin": "ASIN",
    "writer": "Writer",
    "work": "WORK",
}
_PEOPLE = {"producer", "engineer", "arranger", "mixer", "djmixer"}
_PEOPLE_NAMES = {"mixer": "mix", "djmixer": "DJ-mix"}


def id3_frames(tags: Mapping[str, list[str]]) -> list[Any]:
    """The ID3v2.4 frames for `tags`."""
    frames: list[Any] = []
    involved: list[list[str]] = []
    players: list[list[str]] = []
    for key, values in tags.items():
        if key == "musicbrainz_recordingid":
            frames.append(_id3.UFID(owner="http://musicbrainz.org", data=values[0].encode()))
        elif key in _PEOPLE:
            involved += [[_PEOPLE_NAMES.get(key, key), value] for value in values]
        elif key.startswith("performer:"):
            players += [[key.removeprefix("performer:"), value] for value in values]
        elif key in {"comment", "lyrics"}:
            text = values if key == "comment" else values[0]
            frames.append(_id3.Frames[_ID3[key]](encoding=3, lang="eng", desc="", text=text))
        elif key in _ID3:
            frames.append(_id3.Frames[_ID3[key]](encoding=3, text=values))
        else:
            frames.append(_id3.TXXX(encoding=3, desc=_TXXX.get(key, key), text=values))
    frames += [_id3.TIPL(encoding=3, people=involved)] if involved else []
    frames += [_id3.TMCL(encoding=3, people=players)] if players else []
    return frames


def _write_id3(path: Path, tags: Mapping[str, list[str]]) -> None:
    file = _OPENERS[path.suffix](path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for frame in id3_frames(tags):
        file.tags.add(frame)
    file.save()


def write_id3v23(path: Path, tags: Mapping[str, list[str]], separator: str = "/") -> None:
    """Replace the tags by ID3v2.3 ones, several values joined by `separator`."""
    id3 = _id3.ID3()
    for frame in id3_frames(tags):
        id3.add(frame)
    id3.update_to_v23()
    id3.save(path, v2_version=3, v23_sep=separator)


_VORBIS = {
    "musicbrainz_recordingid": "MUSICBRAINZ_TRACKID",
    "musicbrainz_trackid": "MUSICBRAINZ_RELEASETRACKID",
}


def _vorbis_pairs(tags: Mapping[str, list[str]]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for key, values in tags.items():
        if key.startswith("performer:"):
            instrument = key.removeprefix("performer:")
            pairs.setdefault("PERFORMER", []).extend(f"{name} ({instrument})" for name in values)
        elif key in {"tracknumber", "discnumber"} and "/" in values[0]:
            number, _, total = values[0].partition("/")
            pairs[key.upper()] = [number]
            pairs["TRACKTOTAL" if key == "tracknumber" else "DISCTOTAL"] = [total]
        else:
            pairs[_VORBIS.get(key, key.upper())] = list(values)
    return pairs


def _write_vorbis(path: Path, tags: Mapping[str, list[str]]) -> None:
    file = _OPENERS.get(path.suffix, mutagen.File)(path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for key, values in _vorbis_pairs(tags).items():
        file.tags[key] = values
    file.save()


_APE = {
    "albumartist": "Album Artist",
    "tracknumber": "Track",
    "discnumber": "Disc",
    "date": "Year",
    "remixer": "MixArtist",
    "catalognumber": "CatalogNumber",
    "musicbrainz_recordingid": "MUSICBRAINZ_TRACKID",
    "musicbrainz_trackid": "MUSICBRAINZ_RELEASETRACKID",
    "releasestatus": "MUSICBRAINZ_ALBUMSTATUS",
    "releasetype": "MUSICBRAINZ_ALBUMTYPE",
}


def write_apev2(path: Path, tags: Mapping[str, list[str]]) -> None:
    """Replace the APEv2 tags of a file (for MP3: beside its ID3 ones)."""
    ape = _APEv2()
    players: list[str] = []
    for key, values in tags.items():
        if key.startswith("performer:"):
            instrument = key.removeprefix("performer:")
            players += [f"{name} ({instrument})" for name in values]
        else:
            ape[_APE.get(key, key.capitalize())] = list(values)
    if players:
        ape["Performer"] = players
    ape.save(path)


_MP4 = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "albumartist": "aART",
    "album": "\xa9alb",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "composer": "\xa9wrt",
    "comment": "\xa9cmt",
    "lyrics": "\xa9lyr",
    "artistsort": "soar",
    "albumartistsort": "soaa",
    "titlesort": "sonm",
    "work": "\xa9wrk",
}
_MP4_PAIRS = {"tracknumber": "trkn", "discnumber": "disk"}
_FREEFORM = _TXXX | {
    "artists": "ARTISTS",
    "musicbrainz_recordingid": "MusicBrainz Track Id",
}


def _write_mp4(path: Path, tags: Mapping[str, list[str]]) -> None:
    file = _OPENERS[path.suffix](path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for key, values in tags.items():
        if key in _MP4:
            file.tags[_MP4[key]] = values
        elif key in _MP4_PAIRS:
            number, _, total = values[0].partition("/")
            file.tags[_MP4_PAIRS[key]] = [(int(number), int(total or 0))]
        elif key == "compilation":
            file.tags["cpil"] = values == ["1"]
        elif key == "bpm":
            file.tags["tmpo"] = [int(values[0])]
        else:
            name = f"----:com.apple.iTunes:{_FREEFORM.get(key, key.upper())}"
            file.tags[name] = [_MP4FreeForm(value.encode()) for value in values]
    file.save()


_ASF = {
    "title": "Title",
    "artist": "Author",
    "albumartist": "WM/AlbumArtist",
    "album": "WM/AlbumTitle",
    "date": "WM/Year",
    "originaldate": "WM/OriginalReleaseTime",
    "genre": "WM/Genre",
    "tracknumber": "WM/TrackNumber",
    "discnumber": "WM/PartOfSet",
    "composer": "WM/Composer",
    "lyricist": "WM/Writer",
    "conductor": "WM/Conductor",
    "remixer": "WM/ModifiedBy",
    "producer": "WM/Producer",
    "label": "WM/Publisher",
    "catalognumber": "WM/CatalogNo",
    "barcode": "WM/Barcode",
    "isrc": "WM/ISRC",
    "media": "WM/Media",
    "artists": "WM/ARTISTS",
    "compilation": "WM/IsCompilation",
    "artistsort": "WM/ArtistSortOrder",
    "comment": "Description",
    "acoustid_id": "Acoustid/Id",
    "musicbrainz_recordingid": "MusicBrainz/Track Id",
    "musicbrainz_artistid": "MusicBrainz/Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz/Album Artist Id",
    "musicbrainz_albumid": "MusicBrainz/Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz/Release Group Id",
    "musicbrainz_trackid": "MusicBrainz/Release Track Id",
    "musicbrainz_workid": "MusicBrainz/Work Id",
    "releasecountry": "MusicBrainz/Album Release Country",
    "releasestatus": "MusicBrainz/Album Status",
    "releasetype": "MusicBrainz/Album Type",
}


def _write_asf(path: Path, tags: Mapping[str, list[str]]) -> None:
    file = _OPENERS[path.suffix](path)
    file.tags.clear()
    for key, values in tags.items():
        file.tags[_ASF.get(key, key)] = values
    file.save()


_WRITERS: dict[str, Callable[[Path, Mapping[str, list[str]]], None]] = {
    **dict.fromkeys((".mp3", ".wav", ".aiff", ".dsf"), _write_id3),
    **dict.fromkeys((".flac", ".ogg", ".opus", ".spx"), _write_vorbis),
    **dict.fromkeys((".m4a", ".alac.m4a"), _write_mp4),
    **dict.fromkeys((".wv", ".ape", ".mpc"), write_apev2),
    ".wma": _write_asf,
}
