"""What a listen that is not linked by its file waits for, as keys like those of names.

A recording or file that is new to the library is looked up by these among all the listens at once,
so that no listen has to be tried again in vain. Keys are 64 bits: a stranger that has the same one
costs a try and nothing else.
"""

import hashlib
from enum import IntEnum


class AwaitedKind(IntEnum):
    """What a key was made of, in numbers that `KeyKind` does not use."""

    RECORDING_MBID = 101
    """The recording id that was told."""
    FILE = 102
    """The absolute path that was told for the file."""
    NAME = 103
    """The source's name of the file, which may be its path within a music folder."""


def mbid_key(mbid: str) -> tuple[AwaitedKind, int]:
    """The key of a MusicBrainz recording id."""
    return AwaitedKind.RECORDING_MBID, _key8(mbid.encode())


def file_key(path: bytes) -> tuple[AwaitedKind, int]:
    """The key of an absolute path."""
    return AwaitedKind.FILE, _key8(path)


def name_key(name: bytes) -> tuple[AwaitedKind, int]:
    """The key of a path within a music folder, without a slash in front."""
    return AwaitedKind.NAME, _key8(name)


def _key8(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)
