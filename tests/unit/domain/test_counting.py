"""When a play counts, and the sentence that says why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.counting import CountingRules, StreamCounting
from scrobbled.domain.observation import TrackInfo

RULES = CountingRules()
STREAM = TrackInfo(uri="http://radio.example/", title="Song", stream=True)


def track(duration_s: float | None) -> TrackInfo:
    """A track of that length."""
    return TrackInfo(uri="song.flac", duration_s=duration_s)


@pytest.mark.parametrize(
    ("duration_s", "required_s"),
    [
        (30.0, 15.0),
        (200.0, 100.0),
        (480.0, 240.0),
        (600.0, 240.0),
        (None, 240.0),
        (0.0, 240.0),
        (29.8, 14.9),
        (29.0, None),
        (1.0, None),
    ],
)
def test_required_seconds(duration_s: float | None, required_s: float | None) -> None:
    """Half of the length, four minutes at the most or without a length; 30 s at least."""
    assert RULES.required_s(track(duration_s)) == required_s


@pytest.mark.parametrize(
    ("duration_s", "played_s", "counts", "reason"),
    [
        (200.0, 100.0, True, "100.0 s sounded, 100.0 s were needed (50% of 200.0 s)"),
        (200.0, 99.8, True, "99.8 s sounded, 100.0 s were needed (50% of 200.0 s)"),
        (200.0, 99.7, False, "only 99.7 s sounded of the 100.0 s needed (50% of 200.0 s)"),
        (600.0, 240.0, True, "240.0 s sounded, 240.0 s were needed (240 s always suffice)"),
        (
            None,
            200.0,
            False,
            "only 200.0 s sounded of the 240.0 s needed (240 s, as its length is unknown)",
        ),
        (
            20.0,
            20.0,
            False,
            "the track is 20.0 s long, shorter than the 30 s from which tracks count",
        ),
    ],
)
def test_verdict_of_a_track(
    *,
    duration_s: float | None,
    played_s: float,
    counts: bool,
    reason: str,
) -> None:
    """A verdict gives its figures in one sentence."""
    verdict = RULES.judge(track(duration_s), played_s)

    assert (verdict.counts, verdict.reason) == (counts, reason)
    assert verdict.required_s == RULES.required_s(track(duration_s))


@pytest.mark.parametrize(
    ("streams", "title", "played_s", "counts", "reason"),
    [
        ("titles", "Song", 60.0, True, "60.0 s were needed (a stream counts after 60 s)"),
        ("titles", "Song", 59.0, False, "of the 60.0 s needed (a stream counts after 60 s)"),
        ("titles", None, 999.0, False, "announced no title (counting.streams: titles)"),
        ("titles", "", 999.0, False, "announced no title (counting.streams: titles)"),
        ("station", None, 60.0, True, "60.0 s were needed (a stream counts after 60 s)"),
        ("off", "Song", 999.0, False, "set not to count (counting.streams: off)"),
    ],
)
def test_verdict_of_a_stream(
    *,
    streams: str,
    title: str | None,
    played_s: float,
    counts: bool,
    reason: str,
) -> None:
    """Streams count by title, by station or not at all."""
    rules = replace(RULES, streams=StreamCounting(streams))
    verdict = rules.judge(replace(STREAM, title=title), played_s)

    assert verdict.counts == counts
    assert reason in verdict.reason


def test_silence_never_counts() -> None:
    """However short a track is, it does not count before it has sounded."""
    rules = replace(RULES, min_length_s=0.0)

    assert not rules.judge(track(0.3), 0.0).counts
    assert rules.judge(track(0.3), 0.14).counts


@given(
    duration_s=st.one_of(st.none(), st.floats(0.0, 10_000.0)),
    played_s=st.floats(0.0, 10_000.0),
    more_s=st.floats(0.0, 10_000.0),
)
def test_more_never_counts_less(duration_s: float | None, played_s: float, more_s: float) -> None:
    """What counts would have counted after longer as well."""
    earlier = RULES.judge(track(duration_s), played_s).counts

    assert RULES.judge(track(duration_s), played_s + more_s).counts >= earlier
