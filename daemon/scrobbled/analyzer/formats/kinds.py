"""The kinds of music files there are: how each is opened and what its tags are called."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BufferedReader
from typing import Any

from scrobbled.analyzer.formats import Fields


@dataclass(frozen=True, slots=True)
class Kind:
    """How files of one kind are read.

    Attributes:
        format: the name of the format, or a function that tells it from mutagen's `info`.
        load: opens the file with the right class of mutagen, or as that would.
        fields: the values of its tags.
        beside: the values of a second set of tags that such a file may have; None if it has none.
    """

    format: str | Callable[[Any], str]
    load: Callable[[BufferedReader], Any]
    fields: Callable[[Any], Fields]
    beside: Callable[[BufferedReader], Fields] | None = None


_CLASSES = {
    "MP3": ("mp3", "id3", "mp3"),
    "FLAC": ("flac", "vorbis", "flac"),
    "OggVorbis": ("oggvorbis", "vorbis", "vorbis"),
    "OggOpus": ("oggopus", "vorbis", "opus"),
    "OggSpeex": ("oggspeex", "vorbis", "speex"),
    "OggFLAC": ("oggflac", "vorbis", "flac"),
    "MP4": ("mp4", "mp4", ""),
    "WAVE": ("wave", "id3", "wav"),
    "AIFF": ("aiff", "id3", "aiff"),
    "DSF": ("dsf", "id3", "dsf"),
    "DSDIFF": ("dsdiff", "id3", "dff"),
    "TrueAudio": ("trueaudio", "id3", "tta"),
    "WavPack": ("wavpack", "apev2", "wavpack"),
    "MonkeysAudio": ("monkeysaudio", "apev2", "ape"),
    "Musepack": ("musepack", "apev2", "musepack"),
    "OptimFROG": ("optimfrog", "apev2", "optimfrog"),
    "TAK": ("tak", "apev2", "tak"),
    "AAC": ("aac", "apev2", "aac"),
    "ASF": ("asf", "asf", "wma"),
}
"""The class of mutagen: its module, the tag map, the name of the format ("" where it varies)."""

_ENDINGS = {
    b".mp3": "MP3",
    b".mp2": "MP3",
    b".flac": "FLAC",
    b".fla": "FLAC",
    b".ogg": "OggVorbis",
    b".oga": "OggVorbis",
    b".opus": "OggOpus",
    b".spx": "OggSpeex",
    b".m4a": "MP4",
    b".m4b": "MP4",
    b".mp4": "MP4",
    b".alac": "MP4",
    b".wav": "WAVE",
    b".aif": "AIFF",
    b".aiff": "AIFF",
    b".aifc": "AIFF",
    b".dsf": "DSF",
    b".dff": "DSDIFF",
    b".tta": "TrueAudio",
    b".wv": "WavPack",
    b".ape": "MonkeysAudio",
    b".mpc": "Musepack",
    b".mpp": "Musepack",
    b".ofr": "OptimFROG",
    b".tak": "TAK",
    b".aac": "AAC",
    b".wma": "ASF",
    b".asf": "ASF",
}

MUSIC_ENDINGS = frozenset(_ENDINGS)
"""The endings, in lower case, of the files that are music."""


def ending_of(path: bytes) -> bytes:
    """What follows the last dot of `path`, with it and in lower case."""
    return path[path.rfind(b".") :].lower()


def kind_of(path: bytes) -> Kind | None:
    """The kind that the ending of `path` says it is; None for another ending."""
    name = _ENDINGS.get(ending_of(path))
    return None if name is None else kind_of_class(name)


@cache
def kind_of_class(name: str) -> Kind:
    """The kind that mutagen's class `name` reads; it and its tag map are imported when needed.

    Raises:
        ValueError: mutagen knows such files, but they are no music that we keep (MIDI, video).
    """
    if name not in _CLASSES:
        raise ValueError(f"a file of the kind {name} is not kept")
    module, tag_map, format_name = _CLASSES[name]
    fields = getattr(import_module(f"scrobbled.analyzer.formats.{tag_map}"), f"{tag_map}_fields")
    load, beside = getattr(import_module(f"mutagen.{module}"), name), None
    if name == "MP3":
        load = import_module("scrobbled.analyzer.formats.quick_id3").load_mp3
        beside = import_module("scrobbled.analyzer.formats.apev2").apev2_beside
    elif name == "FLAC":
        load = import_module("scrobbled.analyzer.formats.quick_flac").load_flac
    elif name == "MP4":
        quick = import_module("scrobbled.analyzer.formats.quick_mp4")
        load, fields = quick.load_mp4, quick.quick_mp4_fields
    return Kind(
        format=format_name or _mp4_format,
        load=load,
        fields=fields,
        beside=beside,
    )


def _mp4_format(info: Any) -> str:
    codec = str(getattr(info, "codec", "")).partition(".")[0]
    return {"mp4a": "aac", "": "mp4"}.get(codec, codec.lower())
