"""Reads common ID3v2.3 and v2.4 tags several times faster than mutagen does.

Most files of most libraries are MP3s with plain text frames, and most of the time of reading one
goes into objects that mutagen makes for editing. What is read here are tags without
unsynchronisation, extended headers, compression or encryption, whose frames follow each other
without a fault; for anything else the answer is None, and mutagen reads the file. Both ways end in
the same map (`id3_fields`), and tests hold them to the same result.

Layout: https://id3.org/id3v2.3.0 sections 3.1, 3.3 and 4, https://id3.org/id3v2.4.0-structure.
"""

import re
import struct
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from mutagen.mp3 import MP3, MPEGInfo

_HEAD = 10
_V3, _V4 = 3, 4
_MOST_BYTES = 1 << 24
_ID3V1 = 128
_FRAME = struct.Struct(">4sIH")
_ID = re.compile(b"[A-Z][A-Z0-9]{3}")
_ODD_FORMAT = 0x00FF
"""Flags of a frame that change how it is stored: compressed, encrypted, grouped, ..."""

_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WIDE = frozenset({1, 2})
_PASSED_OVER = frozenset(
    {"APIC", "GEOB", "PRIV", "MCDI", "RVA2", "RVAD", "UFID", "SYLT", "CHAP", "CTOC", "PCST"}
)
_LANGUAGE = 3
_ID3V1_NAMES = ("TIT2", "TPE1", "TALB", "TDRC", "TRCK", "TCON")
_MUSICBRAINZ = b"http://musicbrainz.org\0"


class QuickFrame:
    """A frame, in the terms of `mutagen.id3.Frame`."""

    __slots__ = ("FrameID", "data", "desc", "owner", "text")

    def __init__(self, kind: str, text: Any, desc: str = "") -> None:
        """The frame `kind` with its text or texts."""
        self.FrameID = kind
        self.text = text
        self.desc = desc
        self.owner = ""
        self.data = b""

    @property
    def genres(self) -> list[str]:
        """The texts of a genre frame; only asked for where they are names."""
        texts: list[str] = self.text
        return texts


class QuickTags:
    """Tags, in the terms of `mutagen.id3.ID3`."""

    __slots__ = ("_frames", "version")

    def __init__(self, frames: list[QuickFrame], version: tuple[int, int, int]) -> None:
        """The frames of a tag of this version."""
        self._frames = frames
        self.version = version

    def values(self) -> list[QuickFrame]:
        """The frames."""
        return self._frames


class QuickMP3:
    """An MP3 file, in the terms of `mutagen.mp3.MP3`."""

    __slots__ = ("info", "tags")

    def __init__(self, tags: QuickTags, info: Any) -> None:
        """Its tags and its sound."""
        self.tags = tags
        self.info = info


class _NotPlain(Exception):
    """The tag holds what only mutagen reads."""


def load_mp3(file: BufferedReader) -> Any:
    """An MP3 file: quickly if its tag is a common one, else by mutagen.

    Raises:
        mutagen.MutagenError: it is none.
    """
    try:
        tags, size = _tags(file)
    except (_NotPlain, UnicodeError, struct.error):
        file.seek(0)
        by_mutagen: Any = MP3
        return by_mutagen(file)
    info: Any = MPEGInfo
    return QuickMP3(tags, info(file, size))


def _tags(file: BufferedReader) -> tuple[QuickTags, int]:
    """The tags and how many bytes they take."""
    head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(b"ID3"):
        raise _NotPlain
    version, flags, size = head[3], head[5], _syncsafe(int.from_bytes(head[6:10], "big"))
    if version not in {_V3, _V4} or flags or size > _MOST_BYTES:
        raise _NotPlain
    data = file.read(size)
    if len(data) != size:
        raise _NotPlain
    frames = list(_frames(data, version))
    if version == _V3:
        frames = _as_v4(frames)
    kinds = {frame.FrameID for frame in frames}
    if not kinds.issuperset(_ID3V1_NAMES) and _has_id3v1(file):
        raise _NotPlain
    return QuickTags(frames, (2, version, 0)), _HEAD + size


def _syncsafe(number: int) -> int:
    """Four bytes of seven bits each."""
    if number & 0x80808080:
        raise _NotPlain
    return (
        (number & 0x7F)
        | (number & 0x7F00) >> 1
        | (number & 0x7F0000) >> 2
        | (number & 0x7F000000) >> 3
    )


def _frames(data: bytes, version: int) -> Iterator[QuickFrame]:
    place, end = 0, len(data)
    while place + _HEAD <= end and data[place]:
        key, size, flags = _FRAME.unpack_from(data, place)
        if version == _V4 and size > 0x7F:  # noqa: PLR2004 - below, both ways to write it agree
            size = _syncsafe(size)
        place += _HEAD
        if flags & _ODD_FORMAT or not size or place + size > end or not _ID.fullmatch(key):
            raise _NotPlain
        kind = key.decode("ascii")
        if kind not in _PASSED_OVER or kind == "UFID":
            yield from _frame(kind, data[place : place + size])
        place += size
    if any(data[place : place + _HEAD]):
        raise _NotPlain


def _frame(kind: str, body: bytes) -> Iterator[QuickFrame]:
    if kind == "UFID":
        yield _ufid(body)
    elif kind == "TXXX":
        desc, *texts = _texts(body)
        yield QuickFrame(kind, texts, desc)
    elif kind == "TCON":
        texts = _texts(body)
        if any(
            text[:1].isdigit() or text.startswith("(") or text in {"RX", "CR"} for text in texts
        ):
            raise _NotPlain  # numbers of ID3v1 genres
        yield QuickFrame(kind, texts)
    elif kind[0] == "T" and kind not in {"TIPL", "TMCL"}:
        yield QuickFrame(kind, _texts(body))
    elif kind in {"COMM", "USLT"}:
        desc, *texts = _texts(body[:1] + body[1 + _LANGUAGE :])
        yield QuickFrame(kind, texts if kind == "COMM" else "\0".join(texts), desc)
    else:
        raise _NotPlain


def _texts(body: bytes) -> list[str]:
    """The texts of a frame, without the ends that some programs put behind the last."""
    encoding = body[0]
    if encoding >= len(_ENCODINGS):
        raise _NotPlain
    if encoding in _WIDE:
        return _wide_texts(body[1:], encoding)
    return body[1:].decode(_ENCODINGS[encoding]).rstrip("\0").split("\0")


def _wide_texts(body: bytes, encoding: int) -> list[str]:
    """UTF-16 texts; each may begin with a byte order mark of its own."""
    if len(body) % 2:
        raise _NotPlain
    order = "utf-16-be" if encoding == 2 or body[:2] == b"\xfe\xff" else "utf-16-le"  # noqa: PLR2004 - the code of UTF-16BE
    if encoding == 1 and body[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise _NotPlain
    texts = body.decode(order).rstrip("\0").split("\0")
    if any("\ufffe" in text for text in texts):
        raise _NotPlain  # parts in different orders
    return [text.removeprefix("\ufeff") for text in texts]


def _ufid(body: bytes) -> QuickFrame:
    frame = QuickFrame("UFID", None)
    owner, separator, frame.data = body.partition(b"\0")
    if not separator:
        raise _NotPlain
    frame.owner = owner.decode("latin-1")
    return frame


def _as_v4(frames: list[QuickFrame]) -> list[QuickFrame]:
    """The frames of ID3v2.3 that changed since: the date was kept in three."""
    by_kind = {frame.FrameID: frame for frame in frames}
    if "TYER" not in by_kind and "TORY" not in by_kind:
        return frames
    if "TDRC" in by_kind or "TDOR" in by_kind:
        raise _NotPlain
    kept = [frame for frame in frames if frame.FrameID not in {"TYER", "TDAT", "TIME", "TORY"}]
    if "TYER" in by_kind:
        year = by_kind["TYER"].text[0]
        day = by_kind["TDAT"].text[0] if "TDAT" in by_kind else ""
        if not re.fullmatch("[0-9]{4}", year) or not re.fullmatch("([0-9]{4})?", day):
            raise _NotPlain
        kept.append(QuickFrame("TDRC", [f"{year}-{day[2:]}-{day[:2]}" if day else year]))
    if "TORY" in by_kind:
        kept.append(QuickFrame("TDOR", by_kind["TORY"].text))
    return kept


def _has_id3v1(file: BufferedReader) -> bool:
    """Whether an older tag at the end may hold what the newer one does not."""
    place = file.tell()
    file.seek(0, 2)
    if file.tell() < _ID3V1:
        return False
    file.seek(-_ID3V1, 2)
    mark = file.read(3)
    file.seek(place)
    return mark == b"TAG"
