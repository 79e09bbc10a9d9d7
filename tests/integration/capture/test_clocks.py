"""The host's clock is set, or its time stands still: told by an injected clock."""

import asyncio
from pathlib import Path

import pytest
from tests.integration.capture.heard import GRAIN_S, exactly, told
from tests.integration.capture.listener import Listener, mpd_with
from tests.integration.capture.scenarios import shows
from tests.servers.capture import Capture
from tests.servers.scaled_clock import ScaledClock

from scrobbled.domain.moment import Moment

pytestmark = pytest.mark.integration

START_S = 1_700_000_000.0


class HostClock(ScaledClock):
    """Monotonic and wall time at one speed; the wall clock can be set, and the host suspended."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self._set_by_s = 0.0
        self._suspended_s = 0.0
        self._suspended_at: Moment | None = None
        self._wall_began_s = START_S - super().moment().monotonic_s

    def moment(self) -> Moment:
        """The present moment, by this host."""
        real = super().moment()
        monotonic_s = (self._suspended_at or real).monotonic_s - self._suspended_s
        wall_s = self._wall_began_s + real.monotonic_s + self._set_by_s
        return Moment(monotonic_s, wall_s, real.host_boot_id)

    def set_wall_by(self, seconds: float) -> None:
        """Sets the wall clock ahead, or back."""
        self._set_by_s += seconds

    def suspend(self) -> None:
        """From now on the monotonic clock stands, and the wall clock goes on."""
        self._suspended_at = super().moment()

    def wake(self) -> None:
        """The monotonic clock goes on from where it stood."""
        assert self._suspended_at is not None, "the host is awake"
        self._suspended_s += super().moment().seconds_since(self._suspended_at)
        self._suspended_at = None


@shows(47)
async def test_a_wall_clock_that_is_set_in_mid_song(tmp_path: Path) -> None:
    """One play of the right length, which began when it did by the clock of then."""
    async with asyncio.TaskGroup() as group:
        for by_s in (-3600, 3600):
            group.create_task(_wall_clock_set(tmp_path / str(by_s), by_s))


async def _wall_clock_set(directory: Path, by_s: float) -> None:
    clock = HostClock(10)
    async with (
        await mpd_with(directory, {"a": 30, "b": 15}) as mpd,
        Capture(directory, mpd, clock=clock) as capture,
    ):
        listener = Listener(mpd, capture)
        asked_at = clock.moment()
        await listener.play("a", "b")
        seen_at = clock.moment()
        await listener.hear(until_s=8)
        clock.set_wall_by(by_s)
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished"]
    assert plays[0] in exactly(30)
    assert plays[1] in exactly(15)
    assert asked_at.wall_s - GRAIN_S <= plays[0].started_at_s <= seen_at.wall_s
    assert plays[0].ended_at_s - plays[0].started_at_s >= plays[0].played_s - 0.001
    assert plays[1].started_at_s == pytest.approx(plays[0].started_at_s + 30 + by_s, abs=10)


@shows(47)
async def test_a_host_that_is_suspended_in_mid_song(tmp_path: Path) -> None:
    """Mpd and the daemon on one host stand still together: the hours are not heard."""
    clock = HostClock(10)
    async with (
        await mpd_with(tmp_path, {"a": 30}) as mpd,
        Capture(tmp_path, mpd, clock=clock) as capture,
    ):
        listener = Listener(mpd, capture)
        await listener.play("a")
        await listener.hear(until_s=8)
        await mpd.freeze()
        clock.suspend()
        await clock.sleep(20)
        clock.set_wall_by(8 * 3600)
        clock.wake()
        await mpd.thaw()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(30)
