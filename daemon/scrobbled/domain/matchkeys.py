"""The keys by which a way of naming a recording finds the recording: 64-bit hashes.

Tracks and listens make theirs with the same function, and are joined by them. A key says what was
hashed, not how: "Björk", romanised, has the key that a plain "Bjork" has without.
"""

import hashlib
from collections.abc import Iterable, Iterator
from enum import IntEnum

from scrobbled.domain.text import normalise, romanise

_MOST_ARTISTS = 8
"""Artists that get a key each; of a cast of fifty, none is what a listen would be filed under."""


class KeyKind(IntEnum):
    """What a key was made of; the smaller number is the stronger evidence."""

    FULL = 1
    """All artists (in any order) and the title."""
    ARTIST_TITLE = 2
    """One artist of several, and the title."""
    ROMANISED = 3
    """As FULL, in plain Latin letters; only where that differs."""
    ARTIST_ROMANISED = 4
    """As ARTIST_TITLE, in plain Latin letters; only where that differs."""


def recording_keys(artists: Iterable[str], title: str) -> list[tuple[KeyKind, int]]:
    """The keys of a recording, or of a way of naming one.

    Args:
        artists: names of the artists, primary and featuring.
        title: whole, with "(Live)" and all.

    Returns:
        Each key once, as a signed 64-bit number with the strongest kind that it is of; nothing
        where the title or the artists are missing, since those name nothing.
    """
    names = sorted({key for artist in artists if (key := normalise(artist))})
    title_key = normalise(title)
    if not names or not title_key:
        return []
    keys: dict[int, KeyKind] = {}
    for kind, text in _texts(names, title_key):
        keys.setdefault(_key8(text), kind)
    return [(kind, key8) for key8, kind in keys.items()]


def full_key(artists: Iterable[str], title: str) -> int | None:
    """The key of kind FULL alone; None where `recording_keys` is empty."""
    keys = recording_keys(artists, title)
    return keys[0][1] if keys else None


def _texts(names: list[str], title: str) -> Iterator[tuple[KeyKind, str]]:
    yield KeyKind.FULL, _text(names, title)
    several = names[:_MOST_ARTISTS] if len(names) > 1 else []
    for name in several:
        yield KeyKind.ARTIST_TITLE, _text([name], title)
    if title.isascii() and all(map(str.isascii, names)):
        return
    latin_names = sorted({latin for name in names if (latin := romanise(name))})
    latin_title = romanise(title)
    if latin_names and latin_title:
        yield KeyKind.ROMANISED, _text(latin_names, latin_title)
        for name in several:
            if latin := romanise(name):
                yield KeyKind.ARTIST_ROMANISED, _text([latin], latin_title)


def _text(names: list[str], title: str) -> str:
    return "\x1f".join((*names, "", title))


def _key8(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
