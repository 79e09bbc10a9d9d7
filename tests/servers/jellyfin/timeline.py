"""Virtual time: what is due happens in order, and nothing waits for it."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

TICKS_S = 10_000_000
"""The unit of the double's time: 100 ns, as on the server that it stands for."""


def ticks(seconds: float) -> int:
    """A span of time in ticks."""
    return round(seconds * TICKS_S)


@dataclass(order=True, slots=True)
class Due:
    """Something that happens at `at` (ticks since the epoch, UTC), unless it is called off."""

    at: int
    number: int
    action: Callable[[], None] | None = field(compare=False)

    def call_off(self) -> None:
        """Makes sure that it does not happen."""
        self.action = None


class Timeline:
    """A clock that jumps from one thing due to the next.

    Attributes:
        now: ticks since the epoch, UTC.
    """

    def __init__(self, now: int) -> None:
        """Starts at `now`."""
        self.now = now
        self._due: list[Due] = []
        self._number = 0

    def at(self, when: int, action: Callable[[], None]) -> Due:
        """Has `action` happen at `when`, after whatever was put there before."""
        self._number += 1
        due = Due(max(when, self.now), self._number, action)
        heapq.heappush(self._due, due)
        return due

    def after(self, seconds: float, action: Callable[[], None]) -> Due:
        """Has `action` happen so many seconds from now."""
        return self.at(self.now + ticks(seconds), action)

    def follow(self, script: Iterator[float]) -> None:
        """Lets a script run: each number that it yields is a time to wait, in seconds."""

        def go_on() -> None:
            wait_s = next(script, None)
            if wait_s is not None:
                self.after(wait_s, go_on)

        self.after(0.0, go_on)

    def run(self, seconds: float) -> None:
        """Lets everything happen that is due in the next `seconds`."""
        end = self.now + ticks(seconds)
        while self._due and self._due[0].at <= end:
            due = heapq.heappop(self._due)
            self.now = due.at
            if due.action is not None:
                due.action()
        self.now = end
