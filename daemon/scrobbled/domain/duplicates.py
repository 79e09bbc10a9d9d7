"""One play that two sources captured: which listen stands for it.

The rule looks at each play by itself and never at the order of arrival, so the answer is the same
whichever was captured first. A play is a duplicate when there is a better one of the same
recording, for the same person, that began in the same second, or on another media server at about
the same time. It does not matter whether the better one is a duplicate itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

LONGEST_DELAY_S = 30.0
"""Media servers that stream to each other, and clients that report late, differ by this much."""


class DuplicateReason(StrEnum):
    """Why a play is no listen of its own."""

    SAME_SECOND = "same_second"
    OTHER_SOURCE = "other_source"


@dataclass(frozen=True, slots=True)
class Captured:
    """A play of one recording by one person, as far as telling duplicates takes.

    Attributes:
        raw_id: its row in `listens_raw`.
        listen_id: the listen made of it; None when it is known as a duplicate already.
        listened_at_s: when it began, seconds since the epoch.
        source: as in `listens_raw`.
        decided: whether a person linked it; then it goes before all others.
        kept: the listen that stands for it, if it is known as a duplicate.
    """

    raw_id: int
    listen_id: int | None
    listened_at_s: int
    source: str
    decided: bool = False
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A play that a listen stands for, however many plays lie between them.

    Attributes:
        listen_id: the listen that was made of it; None when it is known as a duplicate already,
            but of another listen.
        raw_id: its row in `listens_raw`.
        kept: the listen that stands for it.
        reason: why.
    """

    listen_id: int | None
    raw_id: int
    kept: int
    reason: DuplicateReason


def longest_delay_s(duration_s: float | None) -> float:
    """Plays that began further apart are different ones; None for an unknown length.

    Half of the length at most: one that was played to its end can begin again by then.
    """
    return LONGEST_DELAY_S if duration_s is None else min(LONGEST_DELAY_S, duration_s / 2)


def find_duplicates(
    plays: Iterable[Captured], *, duration_s: float | None, source_order: Sequence[str]
) -> list[Duplicate]:
    """The duplicates among plays of one recording by one person, as far as they are news.

    Args:
        plays: listens, and plays known as duplicates of any of them.
        duration_s: of the recording; None when unknown.
        source_order: sources (`<type>:<name>`), the best first; all others come after them.
    """
    delay_s = longest_delay_s(duration_s)
    rank = {source: number for number, source in enumerate(source_order)}

    def worth(play: Captured) -> tuple[bool, int, str, int]:
        server = _server(play)
        return not play.decided, rank.get(server, len(rank)), server, play.raw_id

    stands_for: dict[int, int] = {}
    duplicates = []
    ranked = sorted(plays, key=worth)
    for number, play in enumerate(ranked):
        better = [other for other in ranked[:number] if _same_play(other, play, delay_s)]
        better = [other for other in better if other.raw_id in stands_for]
        if not better:
            if play.listen_id is not None:
                stands_for[play.raw_id] = play.listen_id
            continue
        nearest = min(better, key=partial(_distance, play))
        stands_for[play.raw_id] = stands_for[nearest.raw_id]
        if play.listen_id is not None or play.kept != stands_for[play.raw_id]:
            together = any(_apart_s(other, play) == 0 for other in better)
            reason = DuplicateReason.SAME_SECOND if together else DuplicateReason.OTHER_SOURCE
            duplicates.append(
                Duplicate(play.listen_id, play.raw_id, stands_for[play.raw_id], reason)
            )
    return duplicates


def _same_play(one: Captured, other: Captured, delay_s: float) -> bool:
    apart_s = _apart_s(one, other)
    return apart_s == 0 or (apart_s < delay_s and _server(one) != _server(other))


def _apart_s(one: Captured, other: Captured) -> int:
    return abs(one.listened_at_s - other.listened_at_s)


def _distance(play: Captured, other: Captured) -> tuple[int, int, str, int]:
    """How near `other` is; of two as near the earlier one is nearer."""
    return _apart_s(play, other), other.listened_at_s, other.source, other.raw_id


def _server(play: Captured) -> str:
    """Two players of one server play what they play at the same time: no duplicates."""
    return play.source.partition("/")[0]
