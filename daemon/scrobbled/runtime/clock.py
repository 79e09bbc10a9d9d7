"""The clock that everything is given, so that tests can give another."""

import asyncio
import time
from pathlib import Path
from typing import Protocol

from scrobbled.domain.moment import Moment

_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Time as the daemon sees it.

    `rate` is how many seconds of `moment().monotonic_s` pass in one real second: 1.0 but for
    accelerated clocks in tests. Network timeouts are real seconds whatever the rate.
    """

    @property
    def rate(self) -> float:
        """How many of this clock's seconds pass in one real second."""
        ...

    def moment(self) -> Moment:
        """The present moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of this clock."""
        ...


class SystemClock:
    """The host's clocks."""

    rate = 1.0

    def __init__(self) -> None:
        self._host_boot_id = read_host_boot_id()

    def moment(self) -> Moment:
        """The present moment by CLOCK_MONOTONIC and the wall clock."""
        return Moment(time.monotonic(), time.time(), self._host_boot_id)

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds`."""
        await asyncio.sleep(seconds)


def read_host_boot_id() -> str:
    """The kernel's id of this boot (random(4)); "unknown" where there is no /proc."""
    try:
        return _BOOT_ID_FILE.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
