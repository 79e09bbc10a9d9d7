"""A clock that runs faster than real time, beside players that do."""

import asyncio
import time

from scrobbled.domain.moment import Moment
from scrobbled.runtime.clock import read_host_boot_id


class ScaledClock:
    """Monotonic time at `rate` times its real speed; wall time and boot id are the host's own.

    Beside an mpd whose output consumes ten seconds of audio in a second, a clock of rate 10
    makes positions and the clock agree, as in real life.
    """

    def __init__(self, rate: float = 1.0) -> None:
        self.rate = rate
        self._host_boot_id = read_host_boot_id()

    def moment(self) -> Moment:
        """The present moment, its monotonic part scaled."""
        return Moment(time.monotonic() * self.rate, time.time(), self._host_boot_id)

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of this clock."""
        await asyncio.sleep(seconds / self.rate)
