"""Reads common MP4 files (AAC and Apple Lossless) faster than mutagen does.

What is read here are files whose atoms lie in one another without a fault, with AAC-LC or Apple
Lossless sound and the usual kinds of tags; anything else is left to mutagen, and tests hold both
ways to the same result. Layout: ISO/IEC 14496-12 (atoms), 14496-14 and 14496-1 (esds),
https://github.com/macosforge/alac/blob/master/ALACMagicCookieDescription.txt.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

from mutagen.mp4 import MP4

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.mp4 import ATOMS, PAIRS, add_pair, mp4_fields
from scrobbled.analyzer.formats.names import name_of

_HEAD = struct.Struct(">I4s")
_DATA = struct.Struct(">I4sII")
_PAIR = struct.Struct(">xxHH")
_MOST_BYTES = 1 << 26
_UTF8, _IMPLICIT = 1, 0
_TEXTS = frozenset(key.encode("latin-1") for key in ATOMS if key not in {"tmpo", "cpil", "pgap"})
_FLAGS = frozenset({b"cpil", b"pgap"})
_NUMBERS = frozenset({b"tmpo"})
_ENTRY_BYTES = 28
"""Of an audio sample entry before the atoms in it."""

_MPEG4_AUDIO = 0x40
_AAC_LC = 2
_NO_SBR = (b"", b"\x56\xe5\x00")
"""What follows the configuration of AAC-LC: nothing, or that no band replication follows."""

_ALAC_BYTES = 28
_SAMPLE_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_CHANNELS = range(2, 7)


@dataclass(frozen=True, slots=True)
class Mp4Info:
    """The sound of a file, in the terms of `mutagen.mp4.MP4Info`."""

    length: float
    bitrate: int
    sample_rate: int
    channels: int
    codec: str


@dataclass(frozen=True, slots=True)
class QuickMp4:
    """An MP4 file, in the terms of `mutagen.mp4.MP4`, but that `tags` have our own names."""

    tags: Fields
    info: Mp4Info


class _NotPlain(Exception):
    """The file holds what only mutagen reads."""


def load_mp4(file: BufferedReader) -> Any:
    """An MP4 file: quickly if it is a common one, else by mutagen.

    Raises:
        mutagen.MutagenError: it is none.
    """
    try:
        moov = _movie(file)
        tags = _tags(_find(_find(_find(moov, b"udta"), b"meta")[4:], b"ilst"))
        return QuickMp4(tags, _info(moov))
    except (_NotPlain, struct.error, IndexError, UnicodeError):
        file.seek(0)
        by_mutagen: Any = MP4
        return by_mutagen(file)


def quick_mp4_fields(tags: Any) -> Fields:
    """The values of a file's tags, whichever way they were read."""
    fields: Fields = tags if type(tags) is dict else mp4_fields(tags)
    return fields


def _movie(file: BufferedReader) -> bytes:
    """The atom `moov`, which describes the file; the sound is passed over."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        size, name = _HEAD.unpack(head)
        if name == b"moov" and _HEAD.size <= size < _MOST_BYTES:
            return file.read(size - _HEAD.size)
        if size < _HEAD.size or name == b"moof":
            raise _NotPlain
        file.seek(size - _HEAD.size, os.SEEK_CUR)
    raise _NotPlain


def _atoms(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The atoms in `data`, which they must fill, as (name, content)."""
    place, end = 0, len(data)
    while place < end:
        size, name = _HEAD.unpack_from(data, place)
        if size < _HEAD.size or place + size > end:
            raise _NotPlain
        yield name, data[place + _HEAD.size : place + size]
        place += size


def _find(data: bytes, wanted: bytes) -> bytes:
    for name, content in _atoms(data):
        if name == wanted:
            return content
    raise _NotPlain


def _tags(ilst: bytes) -> Fields:
    fields: Fields = {}
    for name, content in _atoms(ilst):
        if name == b"covr":
            continue
        if name == b"----":
            key, texts = _free_form(content)
            fields.setdefault(key, []).extend(texts)
            continue
        key = name.decode("latin-1")
        values = list(_values(content))
        if name in _TEXTS:
            texts = [value.decode() for kind, value in values if kind in {_UTF8, _IMPLICIT}]
            if len(texts) != len(values):
                raise _NotPlain
            fields.setdefault(ATOMS[key], []).extend(texts)
        elif key in PAIRS:
            add_pair(fields, PAIRS[key], [_PAIR.unpack_from(value) for _, value in values])
        elif name in _FLAGS and len(values) == 1:
            fields[ATOMS[key]] = ["1" if any(values[0][1]) else "0"]
        elif name in _NUMBERS and all(len(value) == 2 for _, value in values):  # noqa: PLR2004 - 16 bits
            numbers = [str(int.from_bytes(value, "big", signed=True)) for _, value in values]
            fields.setdefault(ATOMS[key], []).extend(numbers)
        else:
            raise _NotPlain
    return fields


def _values(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The data atoms of a tag, as (kind, value)."""
    place, end = 0, len(content)
    while place < end:
        size, name, kind, _locale = _DATA.unpack_from(content, place)
        if name != b"data" or size < _DATA.size or place + size > end:
            raise _NotPlain
        yield kind, content[place + _DATA.size : place + size]
        place += size


def _free_form(content: bytes) -> tuple[str, list[str]]:
    """A tag with a name of its own: who named it, the name, and its values."""
    mean_size, mean = _HEAD.unpack_from(content)
    if mean != b"mean" or mean_size < _HEAD.size:
        raise _NotPlain
    name_size, name = _HEAD.unpack_from(content, mean_size)
    end = mean_size + name_size
    if name != b"name" or name_size < _HEAD.size + 4:
        raise _NotPlain
    key = content[mean_size + _HEAD.size + 4 : end].decode()
    values = list(_values(content[end:]))
    texts = [
        value.decode("utf-8", "replace") for kind, value in values if kind in {_UTF8, _IMPLICIT}
    ]
    return name_of(key.rpartition(":")[2]), texts


def _info(moov: bytes) -> Mp4Info:
    """The sound of the first track that is sound."""
    for name, trak in _atoms(moov):
        if name != b"trak":
            continue
        mdia = _find(trak, b"mdia")
        if _find(mdia, b"hdlr")[8:12] == b"soun":
            stsd = _find(_find(_find(mdia, b"minf"), b"stbl"), b"stsd")
            return _sound(stsd, _length(_find(mdia, b"mdhd")))
    raise _NotPlain


def _length(mdhd: bytes) -> float:
    """Seconds."""
    if mdhd[0] > 1:
        raise _NotPlain
    layout, place = (">IQ", 20) if mdhd[0] else (">II", 12)
    unit, length = struct.unpack_from(layout, mdhd, place)
    if not unit:
        raise _NotPlain
    return float(length) / int(unit)


def _sound(stsd: bytes, length: float) -> Mp4Info:
    version, count = struct.unpack_from(">II", stsd)
    if version or not count:
        raise _NotPlain
    codec, entry = next(_atoms(stsd[8:]))
    inner, data = next(_atoms(entry[_ENTRY_BYTES:]))
    if codec == b"alac" and inner == b"alac" and len(data) >= _ALAC_BYTES and not any(data[:4]):
        if data[8]:
            raise _NotPlain
        bitrate, sample_rate = struct.unpack_from(">II", data, 20)
        return Mp4Info(length, bitrate, sample_rate, data[13], "alac")
    if codec != b"mp4a" or inner != b"esds" or any(data[:4]):
        raise _NotPlain
    return _aac(data[4:], length)


def _aac(data: bytes, length: float) -> Mp4Info:
    """AAC-LC of two to six channels; of one, parametric stereo may make two."""
    stream = _descriptor(data, 3)
    if stream[2]:
        raise _NotPlain
    config = _descriptor(stream[3:], 4)
    bitrate = int.from_bytes(config[9:13], "big")
    special = _descriptor(config[13:], 5)
    if config[0] != _MPEG4_AUDIO or special[0] >> 3 != _AAC_LC or special[2:] not in _NO_SBR:
        raise _NotPlain
    rate, count = (special[0] & 7) << 1 | special[1] >> 7, special[1] >> 3 & 15
    if rate >= len(_SAMPLE_RATES) or count not in _CHANNELS or special[1] & 7:
        raise _NotPlain
    return Mp4Info(length, bitrate, _SAMPLE_RATES[rate], count, "mp4a.40.2")


def _descriptor(data: bytes, tag: int) -> bytes:
    """The content of the descriptor `tag` at the start of `data`."""
    if data[0] != tag:
        raise _NotPlain
    size = 0
    for place in range(1, 5):
        size = size << 7 | data[place] & 0x7F
        if data[place] < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return data[place + 1 : place + 1 + size]
    raise _NotPlain
