"""From receipts to observations."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.jellyfin.bodies import BEGAN_S, ITEM, body, minimal, stamp, ticks
from tests.unit.jellyfin.mailing import Reading, moment, settings, summary

from scrobbled.domain.observation import Cause, Habits, PlayerState
from scrobbled.sources import Receipt

OTHER = "00001111222233334444555566667777"


def progress(at_s: float, position_s: float, **changes: object) -> str:
    """A client's own report."""
    told = {"PlaybackPositionTicks": ticks(position_s), **changes}
    return body("PlaybackProgress", at_s, **told)


def stop(at_s: float, position_s: float = 0.0, **changes: object) -> str:
    """The end of a track."""
    told = {"PlaybackPositionTicks": ticks(position_s), **changes}
    return body("PlaybackStop", at_s, **told)


def test_one_play() -> None:
    """Start, a report, a pause, the end."""
    seen = Reading().read(
        (0.1, body("PlaybackStart", 0)),
        (10.1, progress(10, 9.8)),
        (15.2, progress(15, 14.9, IsPaused=True)),
        (60.1, stop(60, 14.9)),
    )

    assert summary(seen) == [
        {"cause": "start", "state": "playing", "position_s": 0.0, "at_s": 0.0},
        {"cause": "event", "state": "playing", "position_s": 9.8, "at_s": 10.0},
        {"cause": "event", "state": "paused", "position_s": 14.9, "at_s": 15.0},
        {"cause": "event", "state": "stopped", "position_s": 14.9, "at_s": 60.0},
    ]
    assert len({each.player for each in seen}) == 1
    assert [each.habits.reports for each in seen] == [False, True, True, True]
    assert [each.habits.positions for each in seen] == [False, True, True, True]


def test_bodies_that_overtake_each_other() -> None:
    """What came up to three seconds late is put in its place."""
    seen = Reading().read(
        (173.1, body("PlaybackStart", 173.05, ItemId=OTHER)),
        (174.0, progress(174, 1.0, ItemId=OTHER)),
        (175.9, stop(173, 173)),
    )

    assert [each.at.wall_s - BEGAN_S for each in seen] == pytest.approx([173.0, 173.05, 174.0])
    assert seen[0].state is PlayerState.STOPPED


def test_nothing_comes_out_too_early() -> None:
    """Something older may still arrive."""
    reading = Reading()
    reading.take(0.0, body("PlaybackStart", 0))
    early = reading.due(2.9)

    assert early == []
    assert reading.reports.wait_s(moment(2.0)) == pytest.approx(1.0)
    assert len(reading.due(3.0)) == 1
    assert reading.reports.wait_s(moment(3.0)) is None


def test_what_lies_before_a_ripe_one_comes_with_it() -> None:
    """Even if it arrived a moment ago."""
    reading = Reading()
    reading.take(0.0, body("PlaybackStart", 10))
    reading.take(2.9, progress(0, 5.0, ItemId=OTHER))

    assert [each.track.uri for each in reading.due(3.0) if each.track] == [OTHER, ITEM]


def test_what_arrived_before_a_reboot_comes_first() -> None:
    """The clock of another boot says nothing about this one."""
    reading = Reading()
    reading.take(4000.0, body("PlaybackStart", 4000), boot="old")
    reading.take(9.0, progress(4100, 90.0), boot="new")

    assert [each.cause for each in reading.due(9.0, "new")] == [Cause.START]
    assert len(reading.due(12.0, "new")) == 1


def test_every_receipt_comes_out_once() -> None:
    """Those that tell nothing at once, the others in order."""
    reading = Reading()
    reading.take(0.0, "{")
    reading.take(0.1, body("PlaybackStart", 0))
    reading.take(0.2, body("PlaybackStart", 0, ItemType="Episode"))

    assert reading.reports.wait_s(moment(0.2)) == 0.0
    assert reading.due(0.2) == []
    assert reading.numbers == [1, 3]
    reading.due(5.0)
    assert reading.numbers == [1, 3, 2]


def test_the_very_same_body_again() -> None:
    """It was sent twice on the way."""
    reading = Reading()

    assert len(reading.read((0.0, body()), (0.4, body()))) == 1
    assert reading.numbers == [2, 1]


def test_the_same_body_without_a_time() -> None:
    """A template that leaves the time out makes the same body of different reports."""
    text = progress(0, 5, UtcTimestamp=None)
    seen = Reading().read((10.0, text), (20.0, text))

    assert [round(each.at.wall_s - BEGAN_S) for each in seen] == [10, 20]


def test_the_servers_guesses() -> None:
    """They are told as such, and teach nothing about the client."""
    (seen,) = Reading().read((1.0, progress(1, 20, IsAutomated=True)))

    assert seen.cause is Cause.ESTIMATE
    assert seen.position_s == 20.0
    assert seen.habits == Habits(reports=False, positions=False)


def test_a_position_of_zero_is_unknown_at_the_end() -> None:
    """The server writes it where the client said nothing."""
    seen = Reading().read(
        (0.0, body()), (10.0, progress(10, 10)), (20.0, progress(20, 0)), (25.0, stop(25, 0))
    )

    assert [each.position_s for each in seen] == [0.0, 10.0, 0.0, None]


def test_positions_of_a_client_that_never_tells_any() -> None:
    """Its zeros are unknown."""
    seen = Reading().read((0.0, body()), (10.0, progress(10, 0)), (20.0, progress(20, 0)))

    assert [each.position_s for each in seen] == [0.0, None, None]
    assert not seen[-1].habits.positions


@pytest.mark.parametrize(("told_s", "believed"), [(205.9, True), (206.1, False), (1e6, False)])
def test_positions_beyond_the_end(told_s: float, *, believed: bool) -> None:
    """Some clients tell thousands of times too much."""
    seen = Reading().read((10.0, progress(10, told_s)))

    assert seen[0].position_s == (told_s if believed else None)
    assert seen[0].habits.positions == believed


def test_a_negative_position() -> None:
    """It is none."""
    assert Reading().read((10.0, progress(10, -5)))[0].position_s is None


def test_an_idle_stop() -> None:
    """The client had not checked in for more than five minutes."""
    *_, seen = Reading().read(
        (0.0, body()),
        (10.0, progress(10, 10)),
        (400.0, stop(400, 199, LastPlaybackCheckIn=stamp(BEGAN_S + 10))),
    )

    assert (seen.cause, seen.position_s) == (Cause.IDLE, None)


def test_an_idle_stop_of_an_old_plugin() -> None:
    """It does not tell when the client checked in; that is known from its reports."""
    old: dict[str, Any] = {"LastPlaybackCheckIn": None, "Id": None}
    *_, seen = Reading().read(
        (0.0, body(**old)), (10.0, progress(10, 10, **old)), (400.0, stop(400, 199, **old))
    )

    assert seen.cause is Cause.IDLE


@pytest.mark.parametrize(
    ("stopped_s", "believed"), [(388.0, False), (399.6, True), (405.0, True), (500.0, False)]
)
def test_the_end_of_a_client_that_never_reports(stopped_s: float, *, believed: bool) -> None:
    """After five minutes nobody knows who stopped it: believed when the track was just over."""
    length: dict[str, Any] = {"RunTimeTicks": ticks(400)}
    seen = Reading().read(
        (0.0, body(**length)),
        (stopped_s, stop(stopped_s, 380, **silent_since(0.0), **length)),
    )

    assert [each.state for each in seen[1:]] == [PlayerState.STOPPED] * believed


def test_a_stop_after_a_paused_hour_is_no_idle_one() -> None:
    """A client that reports while it is paused is there."""
    *_, seen = Reading().read(
        (0.0, body()), (3600.0, progress(3600, 10, IsPaused=True)), (3601.0, stop(3601, 10))
    )

    assert seen.cause is Cause.EVENT


@pytest.mark.parametrize(
    ("length_s", "at_s", "told"), [(600.0, 605.0, 1), (600.0, 480.0, 0), (600.0, 700.0, 0)]
)
def test_the_stop_of_a_long_track_by_a_client_that_never_reports(
    length_s: float, at_s: float, told: int
) -> None:
    """Its silence says nothing: it is believed when it stops as the track must have ended."""
    long: dict[str, Any] = {"RunTimeTicks": ticks(length_s)}
    seen = Reading().read((0.0, body(**long)), (at_s, stop(at_s, **silent_since(0.0), **long)))

    assert len(seen) == 1 + told


def test_the_own_stop_of_a_client_that_never_reports() -> None:
    """What it asks the server for goes with its word, however long it has not reported."""
    long: dict[str, Any] = {"RunTimeTicks": ticks(900.0)}
    own = {**silent_since(0.0), "LastActivityDate": stamp(BEGAN_S + 519.0)}
    *_, seen = Reading().read((0.0, body(**long)), (520.0, stop(520.0, **own, **long)))

    assert (seen.state, seen.cause) == (PlayerState.STOPPED, Cause.EVENT)


def silent_since(at_s: float) -> dict[str, Any]:
    """What the server tells of a client that has asked for nothing since then."""
    return {"LastPlaybackCheckIn": stamp(BEGAN_S + at_s), "LastActivityDate": stamp(BEGAN_S + at_s)}


def test_a_report_after_a_gap() -> None:
    """Anything may have happened meanwhile."""
    seen = Reading().read((0.0, progress(0, 10)), (61.0, progress(61, 70)))

    assert [each.cause for each in seen] == [Cause.EVENT, Cause.CONNECT]


def test_a_stop_that_is_taken_back() -> None:
    """Stop and start at the same place within three seconds are no more than a report."""
    seen = Reading().read(
        (0.0, body()),
        (60.0, progress(60, 60)),
        (64.0, stop(64, 64)),
        (64.5, body("PlaybackStart", 64.5, PlaybackPositionTicks=ticks(64.2))),
    )

    assert [each.state for each in seen] == [PlayerState.PLAYING] * 4


def test_a_stop_and_a_start_from_the_beginning() -> None:
    """That is the song once more."""
    seen = Reading().read((0.0, body()), (200.0, stop(200, 200)), (200.5, body(at_s=200.5)))

    assert [each.state.value for each in seen] == ["playing", "stopped", "playing"]


def test_users_and_clients_are_players_of_their_own() -> None:
    """Two who listen together, and one of them on another device."""
    seen = Reading().read(
        (0.0, body()),
        (0.0, body(UserId="ff", NotificationUsername="bob")),
        (0.0, body(Id="0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c")),
    )

    assert len({each.player for each in seen}) == 3
    assert sorted(each.user or "" for each in seen) == ["ann", "ann", "bob"]


def test_only_the_users_of_the_configuration(tmp_path: Path) -> None:
    """The others' plays come to nothing."""
    reading = Reading(settings(tmp_path))
    seen = reading.read((0.0, body()), (0.0, body(UserId="ff", NotificationUsername="bob")))

    assert [each.user for each in seen] == ["anna"]
    assert sorted(reading.numbers) == [1, 2]


def test_habits_are_known_from_before_a_restart() -> None:
    """The last observation that is on disk tells them."""
    (before,) = Reading().read((0.0, progress(0, 10)))
    (after,) = Reading(last={before.player: before}).read((70.0, progress(70, 80)))

    assert after.habits == Habits()
    assert after.cause is Cause.CONNECT


def test_what_was_done_before_a_restart_is_recalled() -> None:
    """How clocks differ, so that what comes late after it is put where it belongs."""
    reading = Reading()
    for at_s in range(5):
        reading.reports.recall(Receipt(at_s + 1, moment(at_s + 0.1), progress(at_s, at_s)))
    reading.taken = 5
    seen = reading.read((12.0, progress(6, 6)), (12.0, progress(4, 4)), (12.1, progress(8, 8)))

    assert [each.at.wall_s - BEGAN_S for each in seen] == pytest.approx([6, 8], abs=0.01)
    assert sorted(reading.numbers) == [6, 7, 8]


def test_full_and_minimal_bodies_are_of_one_player() -> None:
    """One destination sends all properties, another one a template."""
    seen = Reading().read((0.0, body()), (10.0, minimal("PlaybackProgress", 10, 9.7)))

    assert seen[0].player == seen[1].player
    assert seen[1].position_s == 9.7


def test_a_clock_that_is_wrong_by_an_hour() -> None:
    """Times are ours; what lies between them is the server's."""
    seen = Reading().read(
        *((at_s + 0.05, progress(at_s - 3600, at_s)) for at_s in (0.0, 10.0, 20.0, 30.0))
    )

    times = [each.at.wall_s - BEGAN_S for each in seen]
    assert times == pytest.approx([0.05, 10.05, 20.05, 30.05], abs=0.01)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 30),
            st.floats(0, 2.9),
            st.sampled_from(["PlaybackStart", "PlaybackProgress", "PlaybackStop"]),
            st.sampled_from([ITEM, OTHER]),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_the_order_is_that_of_the_server(
    steps: list[tuple[float, float, str, str, bool]],
) -> None:
    """Bodies that are under way for up to three seconds come out as they were made."""
    made_s, bodies = 0.0, list[tuple[float, str]]()
    for wait_s, under_way_s, kind, item, automated in steps:
        made_s += wait_s + 0.001
        text = body(kind, made_s, ItemId=item, IsAutomated=automated)
        bodies.append((made_s + under_way_s, text))
    reading, seen = Reading(), list[float]()
    for arrived_s, text in sorted(bodies):
        seen += [each.at.monotonic_s for each in reading.due(arrived_s)]
        reading.take(arrived_s, text)
    seen += [each.at.monotonic_s for each in reading.due(made_s + 10)]

    assert sorted(reading.numbers) == list(range(1, len(steps) + 1))
    assert seen == sorted(seen)
