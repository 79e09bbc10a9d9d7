"""Who made a recording: names, roles and order, as a credit phrase tells them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_FEATURING = re.compile(
    r"\s+[(\[]?\s*(?:feat\.?|featuring|(?<![0-9] )ft\.?)\s+(?=\S)",
    re.IGNORECASE,
)
_SEVERAL = 2
_CLOSING = {"(": ")", "[": "]"}


class Role(StrEnum):
    """What somebody did for a recording."""

    PRIMARY = "primary"
    FEATURING = "featuring"
    REMIXER = "remixer"
    PRODUCER = "producer"
    COMPOSER = "composer"
    LYRICIST = "lyricist"
    WRITER = "writer"
    CONDUCTOR = "conductor"
    PERFORMER = "performer"
    ARRANGER = "arranger"
    DJ = "dj"
    MIXER = "mixer"
    ENGINEER = "engineer"


@dataclass(frozen=True, slots=True)
class Credit:
    """One name with one role.

    Attributes:
        name: as tagged.
        role: what this person or group did.
        sort_name: the name as it is sorted ("Beatles, The"); None when not told.
        mbid: MusicBrainz artist id, lower case; None when not told.
        join_phrase: what stands between this name and the next in the phrase that was tagged;
            None for the last, or where no phrase holds them all.
    """

    name: str
    role: Role = Role.PRIMARY
    sort_name: str | None = None
    mbid: str | None = None
    join_phrase: str | None = None


def split_featuring(phrase: str) -> tuple[str, str | None]:
    """A credit phrase parted at "feat.", "ft." or "featuring".

    Returns:
        What stands before, and what stands after or None. Nothing is split at "&", "," or "and":
        those are parts of names ("Above & Beyond", "Tyler, The Creator").
    """
    found = _FEATURING.search(phrase)
    if found is None or not found.start():
        return phrase, None
    guests = phrase[found.end() :]
    for opening, closing in _CLOSING.items():
        if opening in found[0] and guests.endswith(closing):
            guests = guests[:-1]
    return phrase[: found.start()], guests.strip() or None


def artist_credits(
    phrases: Sequence[str],
    names: Sequence[str] = (),
    *,
    mbids: Sequence[str] = (),
    sort_names: Sequence[str] = (),
) -> tuple[Credit, ...]:
    """The primary and featuring artists of a recording, in order.

    Args:
        phrases: the credit as shown: one phrase ("A feat. B"), or one value per artist.
        names: one value per artist where tagged besides (Picard's `artists`).
        mbids: MusicBrainz artist ids; used only where there is one for each artist.
        sort_names: likewise.

    Returns:
        Each artist once. Names are never split but at "feat." and its kin and at ";", which
        programs put between the values of a tag that can have but one.
    """
    shown = [part for phrase in phrases for part in _parts(phrase)]
    listed = _given(names, shown) if names else shown
    unique = list(dict.fromkeys(listed))
    paired_ids: Sequence[str | None] = mbids if len(mbids) == len(unique) else [None] * len(unique)
    sorts: Sequence[str | None] = (
        sort_names if len(sort_names) == len(unique) else [None] * len(unique)
    )
    joins = _joins(phrases, [name for name, _ in unique])
    return tuple(
        Credit(name, role, sort_name, mbid, join)
        for (name, role), sort_name, mbid, join in zip(
            unique, sorts, paired_ids, joins, strict=True
        )
    )


def _joins(phrases: Sequence[str], names: Sequence[str]) -> Sequence[str | None]:
    """What stands after each name in the one phrase that holds them all in this order."""
    unjoined: list[str | None] = [None] * len(names)
    if len(phrases) != 1 or len(names) < _SEVERAL:
        return unjoined
    (phrase,) = phrases
    joins: list[str | None] = []
    end = 0
    for name in names:
        start = phrase.find(name, end)
        if start < 0:
            return unjoined
        if end:
            joins.append(phrase[end:start])
        end = start + len(name)
    return [*joins, None]


def _parts(phrase: str) -> list[tuple[str, Role]]:
    parts: list[tuple[str, Role]] = []
    for piece in phrase.split(";") if ";" in phrase else (phrase,):
        before, guests = split_featuring(piece.strip())
        if before:
            parts.append((before, Role.PRIMARY))
        if guests:
            parts.append((guests, Role.FEATURING))
    return parts


def _given(names: Sequence[str], shown: list[tuple[str, Role]]) -> list[tuple[str, Role]]:
    """The tagged `names` with the roles that the phrases give them."""
    leading = " ".join(text for text, role in shown if role is Role.PRIMARY).casefold()
    guests = " ".join(text for text, role in shown if role is Role.FEATURING).casefold()
    if not guests:
        return [(name, Role.PRIMARY) for name in names]
    return [
        (name, Role.FEATURING if _only_in(name.casefold(), guests, leading) else Role.PRIMARY)
        for name in names
    ]


def _only_in(name: str, guests: str, leading: str) -> bool:
    return name in guests and name not in leading
