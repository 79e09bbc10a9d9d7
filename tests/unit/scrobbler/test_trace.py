"""Traces are written, read and replayed."""

import json
from collections.abc import Sequence

import pytest

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.reported_credit import ReportedCredit
from scrobbled.errors import OperatorError
from scrobbled.scrobbler.replay import Replay
from scrobbled.scrobbler.trace import header, line, read_trace
from scrobbled.sources import Interpreted, LastSeen, Receipt

WORDS = {"stop": PlayerState.STOPPED, "pause": PlayerState.PAUSED}


class Interpreter:
    """Bodies are a word and a position; each is held for three seconds."""

    def __init__(self, last_seen: LastSeen) -> None:
        self._last_seen = last_seen
        self._held: list[Receipt] = []

    def recall(self, receipt: Receipt) -> None:
        """Nothing was done before."""
        raise NotImplementedError(receipt)

    def take(self, receipt: Receipt) -> None:
        """Takes one in."""
        self._held.append(receipt)

    def due(self, at: Moment) -> Sequence[Interpreted]:
        """Those that are old enough."""
        ripe = [each for each in self._held if at.seconds_since(each.received) >= 3.0]
        self._held = self._held[len(ripe) :]
        return [Interpreted(each.number, self._read(each)) for each in ripe]

    def wait_s(self, at: Moment) -> float | None:
        """Not asked in a replay."""
        raise NotImplementedError(at)

    def _read(self, receipt: Receipt) -> Observation | None:
        word, position_s = json.loads(receipt.body)
        last = self._last_seen("client")
        return Observation(
            player="client",
            state=WORDS.get(word, PlayerState.PLAYING),
            at=receipt.received,
            track=TrackInfo(uri="song", title="Song", duration_s=200.0),
            position_s=position_s,
            cause=Cause.START if last is None else Cause.EVENT,
            user="anna",
        )


def told(*words: tuple[float, str, float]) -> list[str]:
    """A trace of these: seconds, word, position."""
    receipts = (
        {"wall_s": 1e9 + at_s, "monotonic_s": at_s, "boot": "b", "body": json.dumps([word, pos_s])}
        for at_s, word, pos_s in words
    )
    return [header("jellyfin", "1.0"), *map(line, receipts), ""]


def replay(trace: list[str]) -> list[str]:
    """What plays it yields."""
    again = Replay(Interpreter, ReportedCredit(), CountingRules())
    return [
        f"{'P' if play.verdict.counts else 'p'} {play.played_s:.0f} {play.closed_by} {play.user}"
        for play in again.plays(list(read_trace(trace)))
    ]


def test_a_play_that_ends() -> None:
    """Start, a report, the end."""
    assert replay(told((0, "start", 0), (100, "on", 100), (150, "stop", 150))) == [
        "P 150 stopped anna"
    ]


def test_a_play_that_nobody_ends() -> None:
    """It is closed as if nothing came any more."""
    assert replay(told((0, "start", 0), (50, "on", 50))) == ["p 50 lost anna"]


def test_a_pause_of_hours() -> None:
    """What expires meanwhile closes when the next report comes."""
    plays = replay(
        told((0, "start", 0), (120, "pause", 120), (9000, "on", 120), (9080, "stop", 200))
    )

    assert plays == ["P 120 paused_too_long anna", "p 80 finished anna"]


def test_an_empty_trace() -> None:
    """Nothing was posted."""
    assert replay([header("jellyfin", "1.0")]) == []


def test_receipts_come_back_as_they_were() -> None:
    """With their times and the boot that they are of."""
    (receipt,) = read_trace(told((12.5, "start", 0)))

    assert receipt.received == Moment(12.5, 1e9 + 12.5, "b")
    assert json.loads(receipt.body) == ["start", 0]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "Line 1 of the trace is not JSON"),
        (["{}"], "no trace that this version"),
        (['{"scrobbled_trace": 99}'], "no trace that this version"),
        (["[]"], "Line 1 of the trace is not an object"),
        ([header("x", "1"), "oops"], "Line 2 of the trace is not JSON"),
        ([header("x", "1"), '{"wall_s": 1}'], "Line 2 of the trace is no receipt"),
        ([header("x", "1"), '{"wall_s":"a","monotonic_s":1,"boot":"","body":1}'], "Line 2"),
    ],
    ids=range(7),
)
def test_what_is_no_trace(lines: list[str], sentence: str) -> None:
    """Said with the line."""
    with pytest.raises(OperatorError, match=sentence):
        list(read_trace(lines))
