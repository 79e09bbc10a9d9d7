"""Observations, sessions and plays as JSON, and the row that a play becomes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.scrobbler.rig import SONG, START_S, StandingClock
from tests.unit.scrobbler.test_delivery import closed

from scrobbled.domain.observation import Observation, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay, Note, Verdict
from scrobbled.domain.session import Session
from scrobbled.scrobbler.codec import (
    dump_observation,
    dump_play,
    dump_session,
    load_observation,
    load_play,
    load_session,
    play_of_payload,
    play_payload,
)
from scrobbled.scrobbler.record import PAYLOAD_VERSION, play_row

FULL = closed(
    1,
    counted_at_s=START_S + 400.5,
    certainty=Certainty.LOW,
    joined_late=True,
    inferred=True,
    continues="00000000-0000-4000-8000-000000000009",
    inherited_s=12.5,
    earlier_tags=(replace(SONG, title="Sogn"),),
    notes=(Note(START_S + 3.0, "seek from 3.0 s to 16.0 s"),),
)
texts = st.text(max_size=8)
tracks = st.builds(
    TrackInfo,
    uri=texts,
    artists=st.lists(texts, max_size=2).map(tuple),
    duration_s=st.none() | st.floats(0, 1e6),
    extra=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
)
plays = st.builds(
    ClosedPlay,
    play_uid=texts,
    source=texts,
    user=texts,
    track=tracks,
    started_at_s=st.floats(-1e9, 1e10),
    ended_at_s=st.floats(-1e9, 1e10),
    utc_offset_min=st.none() | st.integers(-840, 840),
    played_s=st.floats(0, 1e6),
    paused_s=st.floats(0, 1e6),
    seeks=st.integers(0, 2**60),
    closed_by=st.sampled_from(ClosedBy),
    verdict=st.builds(Verdict, st.booleans(), texts, st.none() | st.floats(0, 1e4)),
    counted_at_s=st.none() | st.floats(0, 1e10),
    certainty=st.sampled_from(Certainty),
    notes=st.lists(st.builds(Note, st.floats(0, 1e10), texts), max_size=2).map(tuple),
    earlier_tags=st.lists(tracks, max_size=2).map(tuple),
)


@given(plays)
def test_a_play_comes_back_as_it_was(play: ClosedPlay) -> None:
    """From the journal, and from the payload of its row, through any JSON library."""
    assert load_play(dump_play(play)) == play
    assert play_of_payload(json.loads(json.dumps(play_payload(play)))) == play


def test_observations_and_sessions_come_back() -> None:
    """The same for what the journal keeps while a play sounds."""
    seen = Observation("kitchen", PlayerState.PAUSED, StandingClock().moment(), track=SONG)
    session = Session(last=seen, lost_at=seen.at)

    assert load_observation(dump_observation(seen)) == seen
    assert load_session(dump_session(session)) == session
    assert load_session(dump_session(Session())) == Session()


def test_a_payload_of_a_later_version_is_read_as_far_as_it_is_known() -> None:
    """What is added later does no harm."""
    payload = play_payload(FULL)

    assert play_of_payload({**payload, "mood": "blue"}) == FULL


@pytest.mark.parametrize("load", [load_observation, load_session, load_play])
@pytest.mark.parametrize("text", ["", "x", "[]", '{"last": 7, "play_uid": 1}'])
def test_what_is_none_is_refused(load: object, text: str) -> None:
    """With an error that callers expect."""
    with pytest.raises(ValueError, match="validation error"):
        load(text)  # type: ignore[operator]  # one of three functions
    with pytest.raises(ValueError, match="validation error"):
        play_of_payload({"play_uid": 7})


def test_a_play_becomes_its_row() -> None:
    """Everything is in the payload; the columns hold what is searched and counted."""
    row = play_row(FULL)

    assert (row.play_uid, row.user, row.source) == (FULL.play_uid, "anna", "mpd:test")
    assert (row.source_track_id, row.string.title) == (SONG.uri, "Song")
    assert (row.played_s, row.heard_s) == (200.0, 212.5)
    assert (row.counted, row.utc_offset_min) == (True, 120)
    assert row.payload_version == PAYLOAD_VERSION
    assert play_of_payload(dict(row.payload)) == FULL


@pytest.mark.parametrize(("began_s", "second"), [(10.9, 10), (-0.1, -1), (-10.0, -10)])
def test_times_are_cut_off_downwards(began_s: float, second: int) -> None:
    """On either side of 1970 alike; the exact start is in the payload."""
    row = play_row(replace(FULL, started_at_s=began_s))

    assert row.listened_at_s == second
    assert row.payload["started_at_s"] == began_s
