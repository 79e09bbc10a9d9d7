"""From what was found to a link, a question, or nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.match_evidence import (
    Hit,
    Names,
    artist_names,
    names_agree,
    string_keys,
)
from scrobbled.domain.matching import (
    MOST_CANDIDATES,
    Decision,
    Reason,
    Status,
    by_file,
    decide,
)
from scrobbled.domain.matchkeys import KeyKind

MBID = "11111111-1111-4111-8111-111111111111"
OTHER_MBID = "22222222-2222-4222-8222-222222222222"
NAMED = ListenString("Singer", "Song", "", "", None, None, None)


def hit(track_id: int = 1, **others: Any) -> Hit:
    """A recording of the same names as `NAMED`."""
    same = Hit(track_id, Names.ALL, "Song", ("Singer",), "Singer", frozenset(), None)
    return replace(same, **others)


def decided(named: ListenString, *hits: Hit) -> tuple[int | None, Reason | None, float | None]:
    """Track, reason and confidence of the link, with the usual threshold."""
    decision = decide(named, hits, auto_link_at=0.97)
    return decision.track_id, decision.reason, decision.confidence


def test_nothing_found_is_unmatched() -> None:
    """There is no question where there is no candidate."""
    assert decide(NAMED, (), auto_link_at=0.97) == Decision(Status.UNMATCHED)


def test_the_file_is_certain() -> None:
    """There are no candidates beside it."""
    assert by_file(7) == Decision(Status.MATCHED, 7, 1.0, Reason.FILE)


@pytest.mark.parametrize(
    ("named", "found", "link"),
    [
        ({}, {}, (1, Reason.EXACT, 0.99)),
        ({"title": "SONG"}, {}, (1, Reason.EXACT, 0.99)),
        ({"title": "Song!"}, {}, (1, Reason.NORMALIZED, 0.98)),
        ({}, {"credit": "SINGER", "artists": ("A", "B")}, (1, Reason.EXACT, 0.99)),
        ({}, {"names": Names.ROMANISED}, (1, Reason.NORMALIZED, 0.975)),
        ({}, {"names": Names.ONE_ARTIST}, (None, None, None)),
        ({"duration_bucket_s": 200}, {"duration_s": 205.0}, (1, Reason.EXACT, 0.99)),
        ({"duration_bucket_s": 200}, {"duration_s": 205.1}, (1, Reason.EXACT, 0.985)),
        ({"duration_bucket_s": 200}, {"duration_s": 215.0}, (1, Reason.EXACT, 0.985)),
        ({"duration_bucket_s": 200}, {"duration_s": 215.1}, (None, None, None)),
        (
            {"title": "Song!", "duration_bucket_s": 200},
            {"duration_s": 210.0},
            (1, Reason.NORMALIZED, 0.975),
        ),
        (
            {"duration_bucket_s": 200},
            {"names": Names.ONE_ARTIST, "duration_s": 195.0},
            (1, Reason.NORMALIZED, 0.97),
        ),
        (
            {"duration_bucket_s": 200, "album": "Al-Bum"},
            {"names": Names.ONE_ARTIST, "duration_s": 210.0, "albums": frozenset({"al bum"})},
            (None, None, None),
        ),
        (
            {"recording_mbid": MBID, "duration_bucket_s": 200},
            {"names": None, "recording_mbids": frozenset({MBID}), "duration_s": 300.0},
            (1, Reason.RECORDING_MBID, 0.995),
        ),
        (
            {"recording_mbid": MBID},
            {"recording_mbids": frozenset({OTHER_MBID})},
            (None, None, None),
        ),
        (
            {"recording_mbid": MBID, "duration_bucket_s": 200},
            {"recording_mbids": frozenset({OTHER_MBID}), "duration_s": 201.0},
            (1, Reason.EXACT, 0.99),
        ),
    ],
)
def test_one_recording(
    named: dict[str, Any],
    found: dict[str, Any],
    link: tuple[int | None, Reason | None, float | None],
) -> None:
    """What each kind of evidence is worth when there is only one recording."""
    assert decided(replace(NAMED, **named), hit(**found)) == link


def test_the_album_goes_before_the_length() -> None:
    """Of two on the album the length decides."""
    named = replace(NAMED, album="One", duration_bucket_s=200)
    one = hit(1, albums=frozenset({"one"}), duration_s=210.0)
    other = hit(2, albums=frozenset({"two"}), duration_s=200.0)
    also = hit(3, albums=frozenset({"one", "two"}), duration_s=200.0)

    assert decided(named, one, other) == (1, Reason.EXACT, 0.98)
    assert decided(named, one, other, also) == (3, Reason.EXACT, 0.985)


@pytest.mark.parametrize(
    ("lengths", "chosen"),
    [
        ((200.0, 206.0), 1),
        ((196.0, 209.0), 1),
        ((198.0, 204.0), None),  # 202.5 s would be nearer to the other
        ((206.0, 212.0), None),  # neither is near
        ((200.0, None), None),
    ],
)
def test_only_a_length_that_is_nearer_for_certain_chooses(
    lengths: tuple[float, float | None], chosen: int | None
) -> None:
    """The length of a listen is known to 2.5 s either way."""
    hits = [hit(number, duration_s=length) for number, length in enumerate(lengths, 1)]
    decision = decide(replace(NAMED, duration_bucket_s=200), hits, auto_link_at=0.97)

    assert decision.track_id == chosen
    assert decision.status is (Status.MATCHED if chosen else Status.AMBIGUOUS)


def test_recordings_of_another_length_do_not_make_it_a_question() -> None:
    """The radio edit is linked though the extended mix has the same name."""
    named = replace(NAMED, duration_bucket_s=200)
    decision = decide(
        named, [hit(1, duration_s=400.0), hit(2, duration_s=201.0)], auto_link_at=0.97
    )

    assert decision.track_id == 2
    assert [(c.track_id, c.confidence) for c in decision.candidates] == [(2, 0.99), (1, 0.01)]


def test_weaker_evidence_does_not_break_a_tie() -> None:
    """Two of the same letters are a question, whatever else has a similar name."""
    third = hit(3, title="song?", albums=frozenset({"one"}))
    decision = decide(replace(NAMED, album="One"), [hit(1), hit(2), third], auto_link_at=0.97)

    assert decision.status is Status.AMBIGUOUS
    assert [(c.track_id, c.confidence) for c in decision.candidates] == [(1, 0.495), (2, 0.495)]


def test_the_same_letters_go_before_other_spellings() -> None:
    """Where there are both, "Help!" is not "Help"."""
    both = (hit(1, title="Help"), hit(2, title="Help!"))

    assert decided(replace(NAMED, title="Help!"), *both) == (2, Reason.EXACT, 0.99)
    assert decided(replace(NAMED, title="help?"), *both) == (None, None, None)


def test_several_recordings_of_one_id_are_parted_or_the_first_is_taken() -> None:
    """They are the same recording by what the id says."""
    named = replace(NAMED, recording_mbid=MBID)
    hits = [
        hit(5, recording_mbids=frozenset({MBID}), albums=frozenset({"b"})),
        hit(4, recording_mbids=frozenset({MBID}), albums=frozenset({"a"})),
    ]

    assert decided(named, *hits) == (4, Reason.RECORDING_MBID, 0.98)
    assert decided(replace(named, album="B"), *hits) == (5, Reason.RECORDING_MBID, 0.995)


def test_no_more_than_five_candidates_are_kept() -> None:
    """Of ten recordings of one name each is as likely."""
    decision = decide(NAMED, [hit(number) for number in range(10)], auto_link_at=0.97)

    assert len(decision.candidates) == MOST_CANDIDATES
    assert {candidate.confidence for candidate in decision.candidates} == {0.099}


def test_artists_of_a_listen_are_parted_as_those_of_files() -> None:
    """At "feat." and ";", never at "&" or ","."""
    assert artist_names(("A & B feat. C, D", "E; F")) == ("A & B", "C, D", "E", "F")
    assert string_keys(replace(NAMED, artist="")) == []
    assert string_keys(replace(NAMED, artist="A feat. B")) == string_keys(
        replace(NAMED, artist="b; a")
    )


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        ((KeyKind.FULL, KeyKind.FULL), Names.ALL),
        ((KeyKind.ROMANISED, KeyKind.FULL), Names.ROMANISED),
        ((KeyKind.FULL, KeyKind.ARTIST_TITLE), Names.ONE_ARTIST),
        ((KeyKind.ARTIST_ROMANISED, KeyKind.ROMANISED), Names.ONE_ARTIST),
    ],
)
def test_kinds_of_keys_say_how_names_agree(kinds: tuple[int, int], names: Names) -> None:
    """The weaker of the two decides, whichever side it is of."""
    assert names_agree(*kinds) is names
    assert names_agree(*reversed(kinds)) is names


_hits = st.lists(
    st.builds(
        hit,
        st.integers(1, 9),
        names=st.sampled_from([*Names, None]),
        title=st.sampled_from(["Song", "song!", "Söng"]),
        albums=st.sampled_from([frozenset(), frozenset({"one"}), frozenset({"one", "two"})]),
        duration_s=st.none() | st.floats(180, 240),
        recording_mbids=st.sampled_from([frozenset(), frozenset({MBID}), frozenset({OTHER_MBID})]),
    ),
    max_size=6,
    unique_by=lambda found: found.track_id,
)
_named = st.builds(
    ListenString,
    artist=st.just("Singer"),
    title=st.sampled_from(["Song", "SONG", "song?"]),
    album=st.sampled_from(["", "One", "Two"]),
    album_artist=st.just(""),
    duration_bucket_s=st.none() | st.sampled_from([195, 200, 205, 215, 235]),
    recording_mbid=st.sampled_from([None, MBID]),
    isrc=st.none(),
)


@given(_named, _hits, st.floats(0.5, 1.0))
def test_a_decision_makes_sense_whatever_was_found(
    named: ListenString, hits: list[Hit], auto_link_at: float
) -> None:
    """Links are sure enough, candidates are probabilities, best first, and each once."""
    decision = decide(named, hits, auto_link_at=auto_link_at)
    confidences = [candidate.confidence for candidate in decision.candidates]
    numbers = [candidate.track_id for candidate in decision.candidates]

    assert (decision.status is Status.MATCHED) == (decision.track_id is not None)
    assert decision.confidence is None or decision.confidence >= auto_link_at
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert len(set(numbers)) == len(numbers) <= MOST_CANDIDATES
    assert bool(decision.candidates) == (
        decision.status is Status.AMBIGUOUS
        or (decision.status is Status.MATCHED and decision.reason is not Reason.RECORDING_MBID)
    )


@given(_named, _hits, st.randoms())
def test_the_order_of_what_was_found_does_not_matter(
    named: ListenString, hits: list[Hit], random: Any
) -> None:
    """Databases return rows in any order."""
    shuffled = random.sample(hits, len(hits))

    assert decide(named, hits, auto_link_at=0.97) == decide(named, shuffled, auto_link_at=0.97)
