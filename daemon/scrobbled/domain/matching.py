"""Which recording a listen is of: what is decided from the recordings that were found.

The file that a player named is looked up elsewhere and goes before all of this. The tiers are
tried in order; the first that is sure enough wins, and a real tie ends the search, since weaker
evidence cannot break it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.match_evidence import (
    LENGTHS_AGREE_S,
    LENGTHS_DIFFER_S,
    Hit,
    Names,
    album_agrees,
    confirmed,
    features,
    has_another_id,
    has_that_id,
    length_gap_s,
    lengths_differ,
    same_letters,
)

MATCHER_VERSION = 1
"""Stored with every decision; raised whenever the same evidence would be decided otherwise."""

MOST_CANDIDATES = 5

# What a link is worth, as the probability that it is right. These are judgements in order of
# strength, not fitted to data yet.
BY_FILE = 1.0
"""The player read that very file."""
BY_RECORDING_MBID = 0.995
"""Tags hold the wrong id now and then (a live take with the studio version's)."""
BY_SHARED_MBID = 0.98
"""Several recordings have the id, and nothing tells which of them was meant."""
BY_EXACT_NAMES = 0.99
"""The same names to the letter; what is left is that artists record a song twice."""
BY_NAMES = 0.98
"""The same names but for spelling; "Help!" and "Help" might be two songs."""
BY_ROMANISED_NAMES = 0.975
"""The same in Latin letters, where some scripts fold several words into one."""
BY_ONE_ARTIST = 0.97
"""One artist of several, the only such recording, and album or length agree."""
PRICE_OF_A_CHOICE = 0.005
"""Taken off where album or length had to choose among several."""
PRICE_OF_A_GAP = 0.005
"""Taken off where the lengths agree badly."""
AT_MOST_WITH_ANOTHER_ID = 0.90
"""Both have a recording id, not the same one, and neither album nor length helps."""
AT_MOST_WITH_ANOTHER_LENGTH = 0.70
"""The lengths differ by more than `LENGTHS_DIFFER_S`: most likely another edit."""
AT_MOST_FOR_ONE_ARTIST = 0.60
"""One artist of several, and nothing that confirms it."""
AT_MOST_WITH_QUITE_ANOTHER_LENGTH = 0.50
"""The lengths differ by more than twice `LENGTHS_DIFFER_S`."""

_NEARER_BY_S = 5.0
"""A listen's length is known to 2.5 s either way: only what is so much nearer is so for certain."""


class Status(StrEnum):
    """How a listen stands to the library."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


class Reason(StrEnum):
    """Why a listen is linked."""

    FILE = "file"
    RECORDING_MBID = "recording_mbid"
    EXACT = "exact"
    NORMALIZED = "normalized"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording that a listen may be of.

    Attributes:
        track_id: which.
        confidence: the probability that it is this one.
        features: what spoke for and against it, as `match_evidence.features` gives it.
    """

    track_id: int
    confidence: float
    features: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be thought of a listen.

    Attributes:
        status: matched when there is a link, ambiguous when there is a question.
        track_id: the link; None without one.
        confidence: of the link; None without one.
        reason: likewise.
        candidates: what it could be, the best first; the link itself is among them unless an id
            or the file said so.
    """

    status: Status
    track_id: int | None = None
    confidence: float | None = None
    reason: Reason | None = None
    candidates: tuple[Candidate, ...] = ()


def by_file(track_id: int) -> Decision:
    """The link to the recording in the file that the player named."""
    return Decision(Status.MATCHED, track_id, BY_FILE, Reason.FILE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one tier found.

    Attributes:
        reason: of a link.
        candidates: the best first, at least one.
        tied: whether several fit equally well, so that no weaker evidence may decide.
    """

    reason: Reason
    candidates: tuple[Candidate, ...]
    tied: bool = False


Tier = Callable[[ListenString, Sequence[Hit]], Finding | None]
"""One way to decide; None where it has nothing to say."""


def decide(named: ListenString, hits: Iterable[Hit], *, auto_link_at: float) -> Decision:
    """Links `named`, or asks, or gives up.

    Args:
        named: how the track was named.
        hits: the recordings found, each once; their order does not matter.
        auto_link_at: the confidence from which a link is made.
    """
    ordered = sorted(hits, key=lambda hit: hit.track_id)
    questions: dict[int, Candidate] = {}
    for tier in TIERS:
        finding = tier(named, ordered)
        if finding is None:
            continue
        if not finding.tied and finding.candidates[0].confidence >= auto_link_at:
            return _linked(finding, questions)
        for candidate in finding.candidates:
            questions.setdefault(candidate.track_id, candidate)
        if finding.tied:
            break
    if not questions:
        return Decision(Status.UNMATCHED)
    return Decision(Status.AMBIGUOUS, candidates=_best(questions.values()))


def _linked(finding: Finding, earlier: Mapping[int, Candidate]) -> Decision:
    best = finding.candidates[0]
    candidates: tuple[Candidate, ...] = ()
    if finding.reason is not Reason.RECORDING_MBID:
        others = {**{c.track_id: c for c in finding.candidates}, **earlier}
        others.pop(best.track_id)
        left = _rounded(1 - best.confidence)
        alternatives = (replace(c, confidence=min(c.confidence, left)) for c in others.values())
        candidates = (best, *_best(alternatives))[:MOST_CANDIDATES]
    return Decision(Status.MATCHED, best.track_id, best.confidence, finding.reason, candidates)


def _best(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    ranked = sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.track_id))
    return tuple(ranked[:MOST_CANDIDATES])


def _by_recording_mbid(named: ListenString, hits: Sequence[Hit]) -> Finding | None:
    """Several recordings with one id are parted by album and length, else the first is taken."""
    found = [hit for hit in hits if has_that_id(named, hit)]
    if not found:
        return None
    chosen, chosen_by = _choose(named, found)
    best = chosen or found[0]
    told = features(named, best, tier="recording_mbid", fitting=len(found), chosen_by=chosen_by)
    worth = BY_RECORDING_MBID if chosen else BY_SHARED_MBID
    return Finding(Reason.RECORDING_MBID, (Candidate(best.track_id, worth, told),))


def _by_exact_names(named: ListenString, hits: Sequence[Hit]) -> Finding | None:
    found = [hit for hit in hits if hit.names is Names.ALL and same_letters(named, hit)]
    return _settle(named, found, Reason.EXACT, "exact", BY_EXACT_NAMES)


def _by_names(named: ListenString, hits: Sequence[Hit]) -> Finding | None:
    found = [hit for hit in hits if hit.names is Names.ALL]
    return _settle(named, found, Reason.NORMALIZED, "names", BY_NAMES)


def _by_romanised_names(named: ListenString, hits: Sequence[Hit]) -> Finding | None:
    found = [hit for hit in hits if hit.names in {Names.ALL, Names.ROMANISED}]
    return _settle(named, found, Reason.NORMALIZED, "romanised", BY_ROMANISED_NAMES)


def _by_one_artist(named: ListenString, hits: Sequence[Hit]) -> Finding | None:
    found = [hit for hit in hits if hit.names is Names.ONE_ARTIST]
    sure = len(found) == 1 and confirmed(named, found[0])
    worth = BY_ONE_ARTIST if sure else AT_MOST_FOR_ONE_ARTIST
    return _settle(named, found, Reason.NORMALIZED, "one_artist", worth)


TIERS: tuple[Tier, ...] = (
    _by_recording_mbid,
    _by_exact_names,
    _by_names,
    _by_romanised_names,
    _by_one_artist,
)
"""Strongest first."""


def _settle(
    named: ListenString, found: Sequence[Hit], reason: Reason, tier: str, worth: float
) -> Finding | None:
    """Chooses among the recordings that one kind of evidence found.

    Those of another length stay candidates, whatever else speaks for them.
    """
    if not found:
        return None
    fitting = [hit for hit in found if not lengths_differ(named, hit)]
    chosen, chosen_by = _choose(named, fitting)
    candidates = []
    for hit in found:
        by = chosen_by if hit is chosen else None
        if hit not in fitting:
            confidence = min(worth, _most_with_length(named, hit))
        elif chosen is None:
            confidence = worth / len(fitting)
        elif hit is chosen:
            confidence = _worth_of(named, hit, worth, chosen_by)
        else:
            confidence = (1 - worth) / (len(fitting) - 1)
        told = features(named, hit, tier=tier, fitting=len(fitting), chosen_by=by)
        candidates.append(Candidate(hit.track_id, _rounded(confidence), told))
    return Finding(reason, _best(candidates), tied=chosen is None and len(fitting) > 1)


def _choose(named: ListenString, hits: Sequence[Hit]) -> tuple[Hit | None, str | None]:
    """The one that is meant, and what says so: "album", "length", or None where it is the only.

    Nothing where it cannot be told.
    """
    if len(hits) == 1:
        return hits[0], None
    on_album = [hit for hit in hits if album_agrees(named, hit)]
    if len(on_album) == 1:
        return on_album[0], "album"
    possible = on_album or hits
    gaps = [(length_gap_s(named, hit), hit) for hit in possible]
    near = sorted(((gap_s, hit) for gap_s, hit in gaps if gap_s is not None), key=_gap_of)
    if len(near) < max(len(possible), 1) or near[0][0] > LENGTHS_AGREE_S:
        return None, None
    if near[1][0] - near[0][0] < _NEARER_BY_S:
        return None, None
    return near[0][1], "length"


def _gap_of(near: tuple[float, Hit]) -> float:
    return near[0]


def _worth_of(named: ListenString, hit: Hit, worth: float, chosen_by: str | None) -> float:
    if chosen_by is not None:
        worth -= PRICE_OF_A_CHOICE
    gap_s = length_gap_s(named, hit)
    if gap_s is not None and gap_s > LENGTHS_AGREE_S:
        worth -= PRICE_OF_A_GAP
    if has_another_id(named, hit) and not confirmed(named, hit):
        worth = min(worth, AT_MOST_WITH_ANOTHER_ID)
    return worth


def _most_with_length(named: ListenString, hit: Hit) -> float:
    quite = (length_gap_s(named, hit) or 0) > 2 * LENGTHS_DIFFER_S
    return AT_MOST_WITH_QUITE_ANOTHER_LENGTH if quite else AT_MOST_WITH_ANOTHER_LENGTH


def _rounded(confidence: float) -> float:
    return round(confidence, 4)
