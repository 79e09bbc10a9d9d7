"""Whatever a plugin hands in can be kept, or is refused with a sentence."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.scrobbler.rig import SONG

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation, PlayerEvidence, PlayerState, TrackInfo
from scrobbled.errors import ItemRejected
from scrobbled.scrobbler.acceptance import LONGEST_S, LONGEST_TEXT, accepted
from scrobbled.scrobbler.codec import dump_observation, load_observation

SEEN = Observation("", PlayerState.PLAYING, Moment(1.0, 2.0, "b"), track=SONG, position_s=3.0)

texts = st.text(st.characters(), max_size=8)
numbers = st.floats(allow_nan=True, allow_infinity=True)
tracks = st.builds(
    TrackInfo,
    uri=texts,
    title=st.none() | texts,
    artists=st.lists(texts, max_size=2).map(tuple),
    duration_s=st.none() | numbers,
    extra=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
)
observations = st.builds(
    Observation,
    player=texts,
    state=st.sampled_from(PlayerState),
    at=st.builds(Moment, numbers, numbers, texts),
    entry_id=st.none() | texts,
    track=st.none() | tracks,
    position_s=st.none() | numbers,
    passed=st.lists(tracks, max_size=2).map(tuple),
    evidence=st.builds(
        PlayerEvidence,
        playtime_s=st.none() | numbers,
        uptime_s=st.none() | numbers,
        uptime_slack_s=numbers,
        crossfade_s=numbers,
    ),
)


def test_what_makes_sense_is_left_alone() -> None:
    """An observation of a decent player is taken as it is."""
    assert accepted(SEEN) is SEEN


@pytest.mark.parametrize(
    "changes",
    [
        {"at": Moment(nan, 0.0, "b")},
        {"at": Moment(0.0, inf, "b")},
        {"at": Moment(0.0, 1e12, "b")},
        {"at": Moment(0.0, -1e12, "b")},
        {"evidence": PlayerEvidence(crossfade_s=nan)},
        {"evidence": PlayerEvidence(uptime_slack_s=-inf)},
    ],
    ids=str,
)
def test_what_has_no_time_is_refused(changes: dict[str, object]) -> None:
    """Nothing can be worked out from it; the sentence names the player."""
    with pytest.raises(ItemRejected, match="'kitchen' has no possible time"):
        accepted(replace(SEEN, player="kitchen", **changes))  # type: ignore[arg-type]  # any field


def test_clocks_that_are_only_wrong_are_taken() -> None:
    """A host without a battery for its clock starts in 1970, or before."""
    wrong = replace(SEEN, at=Moment(1.0, -4000.0, "b"))
    assert accepted(wrong) is wrong


@pytest.mark.parametrize("seconds", [nan, inf, -inf, -1.0, LONGEST_S * 2])
def test_lengths_that_are_none_become_unknown(seconds: float) -> None:
    """A negative length would count at once, and an endless one never end."""
    odd = accepted(replace(SEEN, position_s=seconds, track=replace(SONG, duration_s=seconds)))

    assert odd.position_s is None
    assert odd.track == replace(SONG, duration_s=None)


def test_texts_are_made_fit() -> None:
    """Bytes that are no text are written out, NULs go, and an endless text is cut."""
    odd = replace(SONG, uri="\udce9", title="a\0b", extra=(("c\0", "x" * 10_000_000),))
    track = accepted(replace(SEEN, track=odd, passed=(odd,))).track

    assert track is not None
    assert (track.uri, track.title) == ("\\xe9", "ab")
    assert track.extra == (("c", "x" * (LONGEST_TEXT - 1) + "…"),)


@given(observations)
def test_what_is_accepted_survives_the_journal(seen: Observation) -> None:
    """It is read back exactly as it was, so that a restart goes on with what was in memory."""
    try:
        kept = accepted(seen)
    except ItemRejected:
        return
    assert load_observation(dump_observation(kept)) == kept
    assert accepted(kept) == kept
