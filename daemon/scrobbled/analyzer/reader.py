"""Reads one music file: by its ending, else by its content."""

import os
import stat
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

import mutagen

from scrobbled.analyzer.compile import file_tags
from scrobbled.analyzer.formats import Fields, kinds
from scrobbled.analyzer.tags import Audio, FileTags

_BROKEN = (
    mutagen.MutagenError,
    OSError,
    struct.error,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    EOFError,
    RecursionError,
    MemoryError,
)
"""What mutagen raises for files that are not what they seem; its parsers do not check it all."""

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one file.

    Attributes:
        path: the file, as bytes.
        mtime_ns: when it was last modified, as it was when it was read.
        size: bytes, likewise.
        tags: what it says; None when it cannot be read.
        problem: why it cannot be read, one sentence; None when it can.
    """

    path: bytes
    mtime_ns: int
    size: int
    tags: FileTags | None
    problem: str | None


def read_music(path: bytes, mtime_ns: int, size: int) -> Reading:
    """Reads the tags of `path`, which had this time and size when it was found.

    Never raises for what a file holds or is: that is a `problem`.
    """
    try:
        with _opened(path) as file:
            found = os.fstat(file.fileno())
            mtime_ns, size = found.st_mtime_ns, found.st_size
            return Reading(path, mtime_ns, size, *_read(file, path, found))
    except OSError as error:
        return Reading(path, mtime_ns, size, None, f"It cannot be opened: {error.strerror}.")


def _opened(path: bytes) -> BufferedReader:
    """The file, opened without waiting: a pipe that took its place would wait for a writer."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    return open(descriptor, "rb")  # noqa: PTH123 - it is a descriptor


def _read(
    file: BufferedReader, path: bytes, found: os.stat_result
) -> tuple[FileTags | None, str | None]:
    if not stat.S_ISREG(found.st_mode):
        return None, "It is not a regular file."
    if not found.st_size:
        return None, "The file is empty (0 bytes)."
    kind = kinds.kind_of(path)
    if kind is not None:
        try:
            return _tags(kind.load(file), kind, file), None
        except _BROKEN:
            file.seek(0)  # the ending may lie; what the content looks like is tried next
    try:
        guessed = _guess(file)
        if guessed is None:
            return None, "It is not a music file: nothing that is known was found in it."
        return _tags(guessed, kinds.kind_of_class(type(guessed).__name__), file), None
    except _BROKEN as error:
        return None, _reason(error)


def _guess(file: BufferedReader) -> Any:
    """What the content looks like to mutagen; None if like nothing it knows."""
    guess: Any = mutagen.File
    return guess(file)


def _tags(music: Any, kind: kinds.Kind, file: BufferedReader) -> FileTags:
    fields: Fields = {} if music.tags is None else kind.fields(music.tags)
    if kind.beside is not None:
        for name, values in kind.beside(file).items():
            fields.setdefault(name, values)
    return file_tags(fields, _audio(music.info, kind.format))


def _audio(info: Any, name_format: str | Callable[[Any], str]) -> Audio:
    length = getattr(info, "length", None)
    return Audio(
        format=name_format if isinstance(name_format, str) else name_format(info),
        duration_s=round(length, 3) if length and length > 0 else None,
        bitrate=getattr(info, "bitrate", None) or None,
        sample_rate=getattr(info, "sample_rate", None) or None,
        channels=getattr(info, "channels", None) or None,
    )


def _reason(error: BaseException) -> str:
    detail = " ".join(str(error).split())[:_LONGEST_REASON].rstrip(".")
    name = type(error).__name__
    return f"It cannot be read as music: {detail or name}."
