"""What the health registry says of the parts and of the whole."""

import threading
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from tests.unit.runtime.manual_clock import ManualClock

from scrobbled.log import MASK, hide_secret
from scrobbled.runtime.health import Component, Health, State


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 2023-11-14 22:13:20 UTC."""
    return ManualClock()


@pytest.fixture
def health(clock: ManualClock) -> Health:
    """An empty registry."""
    return Health(clock)


def test_a_component_begins_as_starting(health: Health) -> None:
    """Nothing is taken to work before it says so."""
    health.component("journal", essential=True)

    snapshot = health.snapshot()
    assert snapshot.components["journal"].state is State.STARTING
    assert not snapshot.capturing


def test_an_empty_registry_has_not_started(health: Health) -> None:
    """Before the first part is known nothing is said to work."""
    health.component("mpd:x").ok()

    assert health.snapshot().state is State.STARTING
    assert not health.snapshot().capturing


def test_the_same_name_is_the_same_component(health: Health) -> None:
    """Two that speak of one part do not make two parts."""
    assert health.component("mpd:x") is health.component("mpd:x")


def test_since_is_when_the_state_began(health: Health, clock: ManualClock) -> None:
    """A new sentence does not make the state younger; a new state does."""
    part = health.component("mpd:x")
    clock.advance(10)
    part.degraded("it is away")
    clock.advance(10)
    part.degraded("it is still away")

    seen = part.snapshot()
    assert (seen.detail, seen.since) == (
        "it is still away",
        datetime(2023, 11, 14, 22, 13, 30, tzinfo=UTC),
    )


def put(component: Component, state: State) -> None:
    """Brings `component` into `state`."""
    if state is not State.STARTING:
        getattr(component, state.value)("x")


@pytest.mark.parametrize(
    ("essential", "other", "whole", "capturing"),
    [
        (State.OK, State.OK, State.OK, True),
        (State.OK, State.DEGRADED, State.DEGRADED, True),
        (State.OK, State.FAILED, State.DEGRADED, True),
        (State.OK, State.STARTING, State.STARTING, True),
        (State.OK, State.STOPPED, State.OK, True),
        (State.DEGRADED, State.OK, State.DEGRADED, True),
        (State.FAILED, State.OK, State.FAILED, False),
        (State.STOPPED, State.OK, State.STOPPED, False),
        (State.STARTING, State.DEGRADED, State.STARTING, False),
    ],
)
def test_the_whole_follows_from_the_parts(
    health: Health, *, essential: State, other: State, whole: State, capturing: bool
) -> None:
    """Only an essential part can stop the capture; any other one degrades the whole."""
    put(health.component("journal", essential=True), essential)
    put(health.component("mpd:x"), other)

    snapshot = health.snapshot()
    assert (snapshot.state, snapshot.capturing) == (whole, capturing)


def test_a_snapshot_does_not_change(health: Health) -> None:
    """What was read stays as it was when it was read."""
    part = health.component("mpd:x")
    part.ok("well")
    part.count("observations")
    before = health.snapshot().components["mpd:x"]
    part.failed("no")
    part.count("observations")

    assert (before.state, before.detail, dict(before.counters)) == (
        State.OK,
        "well",
        {"observations": 1},
    )
    with pytest.raises(TypeError):
        before.counters["observations"] = 7  # type: ignore[index]  # that it refuses is the test


def test_details_hold_no_secrets(health: Health) -> None:
    """A password in an error's sentence does not get onto the page."""
    hide_secret(SecretStr("tr0mbone-9"))
    health.component("mpd:x").failed("refused tr0mbone-9 at mariadb://a:b1234@host")

    detail = health.snapshot().components["mpd:x"].detail
    assert detail == f"refused {MASK} at mariadb://a:{MASK}@host"


def test_counters_add_up_from_all_threads(health: Health) -> None:
    """The store's threads count without losing any."""
    part = health.component("database")
    part.measure("queue", 4)
    part.measure("queue", 2)

    def write() -> None:
        for _ in range(2000):
            part.count("writes")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert part.snapshot().counters == {"queue": 2, "writes": 8000}


def test_everything_in_one_line(health: Health) -> None:
    """`systemctl status` shows whether plays are captured, and what ails, without the healthy."""
    health.component("journal", essential=True).ok("well")
    health.component("mpd:x").degraded("MPD does not answer")
    health.component("scan").failed("")
    health.component("match")

    assert health.snapshot().sentence() == (
        "Capturing plays; mpd:x: MPD does not answer; scan: failed"
    )


def test_a_broken_capture_is_said_first(health: Health) -> None:
    """Nobody reads past the first words when nothing is captured."""
    health.component("journal", essential=True).failed("the disk is full")

    assert health.snapshot().sentence() == "Capturing nothing; journal: the disk is full"
