r"""Where a file may be that a player named: the paths under which the library may know it.

Paths are bytes, as the kernel keeps them. What a player tells is text in which bytes that are no
UTF-8 are written `\xNN`; since a name may hold such letters itself, both readings are tried.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scrobbled.store.listens.link_read import Told

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
_RANGE = re.compile(r"#([0-9]+)\.([0-9]{3})-(?:[0-9]+\.[0-9]{3})?$")
"""How MPD's URIs end for a part of a file, in seconds (protocol, "Range")."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A music folder, and where it really is if that is elsewhere: links are followed once."""

    path: bytes
    real: bytes


@dataclass(frozen=True, slots=True)
class Places:
    """Where one file may be.

    Attributes:
        told: paths that follow from what was told; any of them is the file.
        guessed: paths in the music folders, if what was told lies in none of them.
        name: the name within a music folder in its readings; empty where it cannot be one.
        start_ms: where the part of the file begins that is meant; None for all of it.
    """

    told: tuple[bytes, ...]
    guessed: tuple[bytes, ...]
    name: tuple[bytes, ...]
    start_ms: int | None


NOWHERE = Places((), (), (), None)


def resolve_folders(folders: Iterable[Path]) -> tuple[Folder, ...]:
    """The folders with their real places; looks at the disk."""
    paths = [os.fsencode(os.path.normpath(folder)) for folder in folders]
    return tuple(Folder(path, os.path.realpath(path)) for path in paths)


def possible_places(told: Told, folders: Sequence[Folder]) -> Places:
    """Where the file of a play may be; nowhere for a stream."""
    if told.stream:
        return NOWHERE
    uri, start_ms = without_range(told.uri)
    paths = [
        variant
        for reading in _readings(told.file_path or "")
        if reading.startswith(b"/")
        for variant in _under_both_names(os.path.normpath(reading), folders)
    ]
    names = tuple(reading for reading in _readings(uri) if _is_relative(reading))
    at_home = any(_is_below(path, folder.path) for path in paths for folder in folders)
    guessed = () if at_home else (_below(f.path, name) for f in folders for name in names)
    return Places(tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(guessed)), names, start_ms)


def without_range(uri: str) -> tuple[str, int | None]:
    """A URI parted from the range in its end: the file's own, and where the range begins in ms."""
    found = _RANGE.search(uri)
    if found is None:
        return uri, None
    return uri[: found.start()], 1000 * int(found[1]) + int(found[2])


def real_places(paths: Iterable[bytes], folders: Sequence[Folder]) -> dict[bytes, list[bytes]]:
    """For each path where its links lead, if they do, in the names of the music folders.

    Looks at the disk.
    """
    found = {}
    for path in paths:
        real = os.path.realpath(path)
        variants = [v for v in _under_both_names(real, folders) if v != path]
        if variants:
            found[path] = variants
    return found


def names_of(path: bytes, folders: Sequence[Folder]) -> tuple[list[bytes], list[bytes]]:
    """A file's paths, and its names within the music folders that it lies in."""
    paths = _under_both_names(path, folders)
    names = [
        path[len(folder.path) :].lstrip(b"/")
        for path in paths
        for folder in folders
        if _is_below(path, folder.path)
    ]
    return paths, names


def _under_both_names(path: bytes, folders: Sequence[Folder]) -> list[bytes]:
    """A path as it is, in the folder's own name, and in that of its real place."""
    paths = [path]
    for folder in folders:
        if folder.real == folder.path:
            continue
        for one, other in ((folder.real, folder.path), (folder.path, folder.real)):
            if _is_below(path, one):
                paths.append(other + path[len(one) :])
    return list(dict.fromkeys(paths))


def _below(folder: bytes, name: bytes) -> bytes:
    return folder.rstrip(b"/") + b"/" + name


def _is_below(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder.rstrip(b"/") + b"/")


def _is_relative(name: bytes) -> bool:
    """Whether a name can be a path within a music folder, and stays in it."""
    if not name or name.startswith(b"/") or _URL.match(os.fsdecode(name)):
        return False
    return b".." not in name.split(b"/")


def _readings(text: str) -> list[bytes]:
    """What bytes a text may stand for."""
    plain = text.encode("utf-8", "surrogatepass")
    if "\\x" not in text:
        return [plain]
    pieces = _ESCAPED.split(text)  # text and pairs of digits in turn
    escaped = b"".join(
        bytes.fromhex(piece) if number % 2 else piece.encode("utf-8", "surrogatepass")
        for number, piece in enumerate(pieces)
    )
    return [escaped, plain] if escaped != plain else [plain]
