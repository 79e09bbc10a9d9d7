"""A clock that stands until a test moves it, and a bounded wait for anything."""

import asyncio
from collections.abc import Callable

from scrobbled.domain.moment import Moment

PATIENCE_S = 5.0


async def until(condition: Callable[[], object]) -> None:
    """Waits until `condition` holds; fails after a few seconds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the condition is any, nobody sets an event for it
            await asyncio.sleep(0.001)


class ManualClock:
    """Time that only passes by `advance`.

    Attributes:
        sleeping: when each present sleeper wants to wake, by this clock.
    """

    rate = 1.0

    def __init__(self, wall_s: float = 1_700_000_000.0) -> None:
        self._now_s = 0.0
        self._wall_s = wall_s
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    @property
    def sleeping(self) -> list[float]:
        """When each present sleeper wants to wake, by this clock."""
        return [due_s for due_s, _ in self._sleepers]

    def moment(self) -> Moment:
        """The moment that the test has set."""
        return Moment(self._now_s, self._wall_s + self._now_s, "boot")

    async def sleep(self, seconds: float) -> None:
        """Sleeps until `advance` has passed `seconds`."""
        sleeper = (self._now_s + seconds, asyncio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    async def pass_next_sleep(self) -> float:
        """Waits until somebody sleeps, lets time pass until the first wakes; for how long."""
        await until(lambda: self._sleepers)
        sleeper = min(self._sleepers, key=lambda each: each[0])
        seconds = sleeper[0] - self._now_s
        self.advance(seconds)
        await until(lambda: sleeper not in self._sleepers)
        return seconds

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass."""
        self._now_s += seconds
        for due_s, event in self._sleepers:
            if due_s <= self._now_s:
                event.set()
