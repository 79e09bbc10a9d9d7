"""What speaks for and against a recording being the one that was listened to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from scrobbled.domain.credits import artist_credits
from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.matchkeys import KeyKind, recording_keys
from scrobbled.domain.text import nfc_stripped, normalise

LENGTHS_AGREE_S = 5.0
"""Encoders and discs differ by this much; a listen's own length is known to 2.5 s either way."""

LENGTHS_DIFFER_S = 15.0
"""Lengths that differ by more are of another edit."""


class Names(IntEnum):
    """How names agree; the smaller number is the stronger evidence."""

    ALL = 1
    """Title and all artists, in any order, but for spelling."""
    ROMANISED = 2
    """The same in Latin letters without accents."""
    ONE_ARTIST = 3
    """Title and one artist of several."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A recording that was found, and what is known of it.

    Attributes:
        track_id: which.
        names: how its names agree; None when it was found by its id alone.
        title: canonical.
        artists: primary and featuring artists as credited, in order.
        credit: the same as one phrase, as tagged.
        albums: titles of the albums that it is on, normalised.
        duration_s: None when unknown.
        recording_mbids: its MusicBrainz recording ids.
    """

    track_id: int
    names: Names | None
    title: str
    artists: tuple[str, ...]
    credit: str
    albums: frozenset[str]
    duration_s: float | None
    recording_mbids: frozenset[str] = frozenset()


def artist_names(artists: Sequence[str]) -> tuple[str, ...]:
    """The names in a listen's artists: parted at "feat." and ";" as the tags of files are."""
    return tuple(dict.fromkeys(credit.name for credit in artist_credits(artists)))


def string_keys(named: ListenString) -> list[tuple[KeyKind, int]]:
    """The keys by which `named` finds recordings; none without an artist."""
    return recording_keys(artist_names(named.artists), named.title)


def names_agree(kind_of_string: int, kind_of_track: int) -> Names:
    """What it means that keys of these kinds (`KeyKind`) are the same."""
    kinds = {KeyKind(kind_of_string), KeyKind(kind_of_track)}
    if kinds == {KeyKind.FULL}:
        return Names.ALL
    return Names.ROMANISED if kinds <= {KeyKind.FULL, KeyKind.ROMANISED} else Names.ONE_ARTIST


def same_letters(named: ListenString, hit: Hit) -> bool:
    """Whether artist and title are the same but for upper and lower case."""
    if _letters(named.title) != _letters(hit.title):
        return False
    told = [_letters(name) for name in artist_names(named.artists)]
    return told == [_letters(name) for name in hit.artists] or (
        _letters(named.artist) == _letters(hit.credit)
    )


def length_gap_s(named: ListenString, hit: Hit) -> float | None:
    """By how many seconds the lengths differ; None when one of them is unknown."""
    if named.duration_bucket_s is None or hit.duration_s is None:
        return None
    return abs(named.duration_bucket_s - hit.duration_s)


def lengths_differ(named: ListenString, hit: Hit) -> bool:
    """Whether it must be another edit; False when one of the lengths is unknown."""
    gap_s = length_gap_s(named, hit)
    return gap_s is not None and gap_s > LENGTHS_DIFFER_S


def album_agrees(named: ListenString, hit: Hit) -> bool:
    """Whether the recording is on the album that was named."""
    return bool(named.album) and normalise(named.album) in hit.albums


def confirmed(named: ListenString, hit: Hit) -> bool:
    """Whether album or length say the same as the names."""
    gap_s = length_gap_s(named, hit)
    return album_agrees(named, hit) or (gap_s is not None and gap_s <= LENGTHS_AGREE_S)


def has_that_id(named: ListenString, hit: Hit) -> bool:
    """Whether both have the same recording id."""
    return named.recording_mbid is not None and named.recording_mbid in hit.recording_mbids


def has_another_id(named: ListenString, hit: Hit) -> bool:
    """Whether both have a recording id, but not the same one."""
    known = named.recording_mbid is not None and bool(hit.recording_mbids)
    return known and named.recording_mbid not in hit.recording_mbids


def features(
    named: ListenString, hit: Hit, *, tier: str, fitting: int, chosen_by: str | None
) -> dict[str, Any]:
    """What is kept of the evidence, as JSON; `match_words` tells it in words.

    Args:
        named: how the track was named.
        hit: the recording.
        tier: what found it.
        fitting: how many recordings this tier found that could be meant.
        chosen_by: what chose this one among them; None when nothing did.
    """
    gap_s = length_gap_s(named, hit)
    return {
        "tier": tier,
        "fitting": fitting,
        "chosen_by": chosen_by,
        "album": album_agrees(named, hit) if named.album and hit.albums else None,
        "length_gap_s": None if gap_s is None else round(gap_s, 1),
        "another_id": has_another_id(named, hit),
    }


def _letters(text: str) -> str:
    return nfc_stripped(text).casefold()
