"""What is known of a play, in sentences that a person reads."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.query.conftest import NOW, SONG, START_S, closed, look, skipped

from scrobbled.domain.observation import Cause, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, Note
from scrobbled.query import wording
from scrobbled.store.listens.history import MATCH_REASONS
from scrobbled.store.listens.read import CandidateRead, FileRead, PlayRead, TrackRead

BEGAN = "It began at 2026-09-21 16:18:20 and ended at"
TRACK = TrackRead(7, "Song", ("First", "Second"), 200.0, (FileRead("/music/song.flac", None),))
OTHER = TrackRead(8, "Song (Live)", (), 210.0, ())
ROW = PlayRead(
    raw_id=1,
    play_uid="u",
    listen_id=1,
    listened_at=NOW,
    ingested_at=NOW,
    user="anna",
    source="mpd:test",
    source_track_id="album/song.flac",
    counted=True,
    played_s=200.0,
    payload_version=1,
    payload={},
    track_id=7,
    confidence=1.0,
    reason="file",
    status="matched",
    enriched_at=NOW,
    duplicate_of=None,
)


def test_what_the_player_said() -> None:
    """Its name of the track, the tags and the length; several names are an enumeration."""
    assert wording.said(closed(track=replace(SONG, recording_mbid="5b11f4ce"))) == [
        'The player called it "album/song.flac".',
        (
            'It told the title "Song", the artists "First" and "Second", the album "Album", the '
            'album artist "First" and the MusicBrainz recording id "5b11f4ce".'
        ),
        "The track is 200.0 s long.",
    ]


def test_a_player_that_said_little() -> None:
    """No tags and no length; or a station that only has a name."""
    assert wording.said(closed(track=TrackInfo(uri="x.mp3"))) == [
        'The player called it "x.mp3".',
        "It told no tags.",
        "It told no length.",
    ]
    radio = TrackInfo(uri="http://r/s", stream=True, station="Radio", artists=("A", "B", "C"))
    assert wording.said(closed(track=radio)) == [
        'The player called it "http://r/s".',
        'It told the artists "A", "B" and "C" and the station "Radio".',
        "It is a radio stream, which has no length.",
    ]


def test_tags_that_were_changed_meanwhile() -> None:
    """What it was called before is told, oldest first."""
    before = (replace(SONG, title="Sogn"), replace(SONG, title=None, artists=()))
    assert wording.said(closed(earlier_tags=before))[-2:] == [
        'Its tags were changed while it played; before, it was "Sogn" by First and Second.',
        'Its tags were changed while it played; before, it was "album/song.flac".',
    ]


def test_a_play_from_end_to_end() -> None:
    """Times are those of the listener's clock."""
    assert wording.sounded(closed()) == [
        f"{BEGAN} 16:21:40 (UTC+02:00): it came to its end.",
        "It sounded for 200.0 s, all of this time.",
    ]


@pytest.mark.parametrize(
    ("offset", "began", "zone"),
    [
        (None, "2026-09-21 14:18:20", "UTC"),
        (0, "2026-09-21 14:18:20", "UTC"),
        (-210, "2026-09-21 10:48:20", "UTC-03:30"),
        (840, "2026-09-22 04:18:20", "UTC+14:00"),
        (99_999, "2026-09-21 14:18:20", "UTC"),
    ],
)
def test_times_are_local_where_that_is_known(offset: int | None, began: str, zone: str) -> None:
    """Else, or where the offset is nonsense, they are UTC, and say so."""
    sentence = wording.sounded(closed(utc_offset_min=offset))[0]

    assert sentence.startswith(f"It began at {began} and ")
    assert f"({zone})" in sentence


def test_a_play_past_midnight_ends_on_another_day() -> None:
    """The day is told again only where it is another one."""
    late = closed(started_at_s=START_S + 6 * 3600, ended_at_s=START_S + 12 * 3600, played_s=9.0)

    assert (
        "began at 2026-09-21 22:13:20 and ended at 2026-09-22 04:13:20" in wording.sounded(late)[0]
    )


def test_what_did_not_sound_is_told() -> None:
    """Pauses, seeks, a late start, an early one, and what else happened, in order."""
    play = closed(
        played_s=120.5,
        paused_s=60.0,
        seeks=2,
        joined_late=True,
        certainty=Certainty.MEDIUM,
        notes=(Note(START_S + 303, "seek to 25.0 s, last seen at 3.0 s"),),
    )
    assert wording.sounded(play)[1:] == [
        "Of these 200.0 s it sounded for 120.5 s.",
        "It stood paused for 60.0 s.",
        "The position was moved 2 times; what that left out did not sound.",
        "It was under way when it was first seen; what came before is not known.",
        "The player was not watched all the time, so this is not quite certain.",
        "16:18:23: seek to 25.0 s, last seen at 3.0 s.",
    ]
    assert "moved once;" in wording.sounded(closed(seeks=1))[2]
    assert wording.sounded(closed(certainty=Certainty.LOW))[-1] == (
        "The player told little, so this is uncertain."
    )
    assert wording.sounded(closed(inferred=True))[-1] == (
        "Nobody watched it: it follows from what was seen before and after it."
    )


def test_a_play_that_takes_up_another() -> None:
    """With what sounded before, unless that has counted already."""
    uid = "00000000-0000-4000-8000-000000000009"
    assert wording.sounded(closed(continues=uid, inherited_s=50.0))[-1] == (
        f"It takes up again a play that was left before ({uid}); the 50.0 s that sounded then are "
        "added."
    )
    assert wording.sounded(closed(continues=uid))[-1] == (
        f"It takes up again a play that was left before ({uid})."
    )


@pytest.mark.parametrize("closed_by", ClosedBy)
def test_every_end_has_its_words(closed_by: ClosedBy) -> None:
    """Whatever ended the play, a person reads why."""
    sentence = wording.sounded(closed(closed_by=closed_by))[0]

    assert wording.ENDS[closed_by] in sentence
    assert "_" not in sentence


def test_why_it_counts() -> None:
    """The reason with its figures, and since when."""
    assert wording.counted(closed()) == [
        "It counts: 200.0 s sounded.",
        "It had sounded for long enough at 16:20:00.",
    ]
    assert wording.counted(skipped()) == ["It does not count: only 9.0 s sounded."]


@pytest.mark.parametrize("counted_at_s", [None, 0.0, START_S * 2])
def test_a_time_that_cannot_be_is_not_told(counted_at_s: float | None) -> None:
    """A clock that was set while it played leaves times that make no sense."""
    assert wording.counted(closed(counted_at_s=counted_at_s)) == ["It counts: 200.0 s sounded."]


def test_why_it_is_linked() -> None:
    """The recording, the reason, how sure that is, and the file; alternatives with theirs."""
    found = [CandidateRead(TRACK, 0.99, {}), CandidateRead(OTHER, 0.4, {})]
    assert wording.linked(ROW, TRACK, found) == [
        'It is linked to track 7, "Song" by First and Second.',
        "The player named the file of this recording (certain).",
        "Its file is /music/song.flac.",
        'It could also be track 8, "Song (Live)" by an unknown artist (40% sure).',
    ]


def test_a_file_that_is_gone_is_told() -> None:
    """A link outlives its file."""
    gone = replace(TRACK, files=(FileRead("/music/song.flac", datetime(2026, 3, 1, tzinfo=UTC)),))

    assert wording.linked(ROW, gone, [])[-1] == (
        "Its file was /music/song.flac, which is gone since 2026-03-01."
    )


@pytest.mark.parametrize("reason", MATCH_REASONS)
def test_every_reason_has_its_words(reason: str) -> None:
    """Whatever linked a listen, a person reads why."""
    sentence = wording.linked(replace(ROW, reason=reason), TRACK, [])[1]

    assert sentence == f"{wording.REASONS[reason]} (certain)."
    assert "_" not in sentence


@pytest.mark.parametrize(
    ("confidence", "told"),
    [(1.0, "certain"), (0.9999, "99% sure"), (0.974, "97% sure"), (0.0, "0% sure")],
)
def test_only_the_certain_is_certain(confidence: float, told: str) -> None:
    """Nothing is rounded up to certainty."""
    row = replace(ROW, reason="fuzzy", confidence=confidence)

    assert wording.linked(row, TRACK, [])[1].endswith(f"({told}).")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"duplicate_of": 5}, "It was captured twice; listen 5 stands for both."),
        ({"listen_id": None}, "Only plays that count are linked."),
        ({"enriched_at": None}, "It has not been looked for in the library yet."),
        (
            {"status": "ambiguous"},
            "Several recordings fit it equally well, so it is not linked.",
        ),
        (
            {"status": "unmatched"},
            "Nothing in the library fits it well enough, so it is not linked.",
        ),
    ],
)
def test_why_it_is_not_linked(changes: dict[str, Any], told: str) -> None:
    """One sentence for each case; and what it could be."""
    row = replace(ROW, **{"track_id": None, **changes})

    assert wording.linked(row, None, []) == [told]


def test_what_it_could_be() -> None:
    """Alternatives of what is not linked are not "also"."""
    row = replace(ROW, track_id=None, status="ambiguous")
    found = [CandidateRead(TRACK, 0.5, {}), CandidateRead(OTHER, 0.5, {})]

    assert wording.linked(row, None, found)[1:] == [
        'It could be track 7, "Song" by First and Second (50% sure).',
        'It could be track 8, "Song (Live)" by an unknown artist (50% sure).',
    ]


def test_what_was_seen() -> None:
    """One line for each look; looks that only found it playing on are told together."""
    other = replace(SONG, uri="other.flac", title="Other")
    looks = [
        look(-1, state=PlayerState.STOPPED, position_s=None, cause=Cause.CONNECT),
        look(0, cause=Cause.EVENT),
        look(15),
        look(30),
        look(45),
        look(50, state=PlayerState.PAUSED, cause=Cause.EVENT),
        look(80, position_s=50.0),
        look(90, cause=Cause.SHUTDOWN),
        look(95, track=None, position_s=None, cause=Cause.EVENT),
        look(99, track=other, position_s=0.5, cause=Cause.EVENT),
    ]
    assert wording.seen(looks, closed()) == [
        "16:18:19  stopped (the first look after a time without contact)",
        "16:18:20  playing at 0.0 s",
        "16:18:35 to 16:19:05  still playing at 45.0 s (looked at 3 times)",
        "16:19:10  paused at 50.0 s",
        "16:19:40  playing at 50.0 s",
        "16:19:50  playing at 90.0 s (the last look, as the daemon was stopped)",
        "16:19:55  playing",
        '16:19:59  playing "Other" by First and Second at 0.5 s',
    ]


def test_a_station_that_tells_no_title_between_two_is_the_same() -> None:
    """Adverts have no title; another title is another play."""
    radio = TrackInfo(uri="http://r/s", title="One", stream=True)
    looks = [
        look(0, track=radio, position_s=None),
        look(15, track=replace(radio, title=None), position_s=None),
        look(30, track=replace(radio, title="Two"), position_s=None),
    ]
    assert wording.seen(looks, closed(track=radio)) == [
        "16:18:20 to 16:18:35  still playing (looked at 2 times)",
        '16:18:50  playing "Two"',
    ]


@given(
    st.lists(
        st.builds(
            look,
            st.floats(0, 1e4),
            cause=st.sampled_from(Cause),
            state=st.sampled_from(PlayerState),
            track=st.none() | st.just(SONG) | st.just(replace(SONG, uri="x")),
            position_s=st.none() | st.floats(0, 1e4),
        )
    )
)
def test_no_look_is_left_out(looks: list[Any]) -> None:
    """Every observation is in a line, alone or counted."""
    lines = wording.seen(looks, closed())
    told = [
        int(line.rpartition("looked at ")[2].split()[0]) if "still" in line else 1 for line in lines
    ]

    assert sum(told) == len(looks)
    assert all(told)
