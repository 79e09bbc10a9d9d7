"""Why a listen is linked as it is, in plain words, made of what is stored with the link."""

from collections.abc import Mapping
from typing import Any

_REASONS = {
    "manual": "A person decided so",
    "file": "It is the recording in the file that the player named",
    "item": "It is the item that the media server named",
    "recording_mbid": "It has the MusicBrainz recording id that was told",
    "isrc": "It has the ISRC that was told",
    "exact": "Artist and title are the same to the letter",
    "normalized": "Artist and title are the same but for spelling",
}

_TIERS = {
    "exact": "Artist and title are the same to the letter",
    "names": "Artist and title are the same but for case, punctuation and spelling",
    "romanised": "Artist and title are the same when written in Latin letters without accents",
    "one_artist": "The title is the same, but only one of the artists",
}

_STATUSES = {
    "pending": "It waits to be looked for in the library.",
    "ambiguous": "It is not linked, since nothing is sure enough; a person may decide.",
    "unmatched": "Nothing in the library has its file, its ids or its names.",
}

_CHOSEN_BY = {"album": "on the album that was told", "length": "of the length that was told"}


def link_sentences(
    status: str,
    reason: str | None,
    confidence: float | None,
    features: Mapping[str, Any] | None = None,
) -> list[str]:
    """Why a listen is linked, or that it is not.

    Args:
        status: `enrich_status`.
        reason: `match_reason`; None without a link.
        confidence: of the link; None without one.
        features: `features_json` of the candidate that it is linked to; None where there is none,
            as for links by file or id.
    """
    if reason is None or status not in {"matched", "manual"}:
        return [_STATUSES.get(status, f"Its status is {status}.")]
    why = [f"{_REASONS.get(reason, f'The reason is {reason}')}."]
    if features:
        why = candidate_sentences(features)
    if confidence is not None:
        why.append(f"That is right with a probability of {confidence:.3f}.")
    return why


def candidate_sentences(features: Mapping[str, Any]) -> list[str]:
    """What speaks for a candidate and against it.

    Args:
        features: its `features_json`, as `match_evidence.features` made it.
    """
    tier = features.get("tier")
    sentences = [f"{_TIERS.get(str(tier), f'It was found by {tier}')}."]
    fitting, chosen_by = features.get("fitting") or 0, features.get("chosen_by")
    if chosen_by is not None:
        sentences.append(
            f"Of {fitting} such recordings it is the one {_CHOSEN_BY.get(chosen_by, chosen_by)}."
        )
    elif fitting > 1:
        sentences.append(f"There are {fitting} such recordings.")
    if features.get("album") is not None:
        sentences.append(
            "It is on the album that was told."
            if features["album"]
            else "It is not on the album that was told."
        )
    gap_s = features.get("length_gap_s")
    if gap_s is not None:
        sentences.append(f"The lengths differ by about {gap_s:g} s.")
    if features.get("another_id"):
        sentences.append("It has another MusicBrainz recording id than the one that was told.")
    return sentences
