"""When a report was made, by our own clocks, from what the server's clock said."""

from collections import deque
from dataclasses import replace
from statistics import median

from scrobbled.domain.moment import Moment

SKEW_S = 2.0
"""The server's clock may be off by this much before it is corrected."""
LATE_S = 3.0
"""A few bodies may all be late by this much, as when the daemon has just been started."""
SURE_AFTER = 5
LONGEST_WAY_S = 120.0
"""A body that took longer was stamped by a clock that was set meanwhile."""
REMEMBERED = 31


class ServerClock:
    """Compares the server's stamps with the times at which bodies arrived."""

    def __init__(self) -> None:
        self._boot_id = ""
        self._ahead_s = 0.0
        self._lags: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def skew_s(self) -> float:
        """By how much the server's clock is corrected; 0 while it agrees with ours."""
        if not self._lags:
            return 0.0
        lag_s = median(self._lags)
        sure = lag_s < 0 or len(self._lags) >= SURE_AFTER
        return lag_s if abs(lag_s) > (SKEW_S if sure else SKEW_S + LATE_S) else 0.0

    def moment_of(self, at_s: float | None, received: Moment) -> Moment:
        """The moment at which the server's clock said `at_s`, of a body that arrived then.

        Args:
            at_s: seconds since the epoch, by the server; None when it did not say.
            received: when the body arrived.
        """
        if at_s is None:
            return received
        if received.host_boot_id != self._boot_id:
            # Our wall clock may jump later: what it showed at first is compared with.
            self._boot_id = received.host_boot_id
            self._ahead_s = received.monotonic_s - received.wall_s
            self._lags.clear()
        self._lags.append(received.monotonic_s - (at_s + self._ahead_s))
        way_s = self._lags[-1] - self.skew_s
        if not 0 <= way_s <= LONGEST_WAY_S:
            return received
        return replace(received.earlier_by(way_s))
