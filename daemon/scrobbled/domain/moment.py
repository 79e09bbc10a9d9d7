"""A moment as seen by several clocks at once."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was seen.

    Attributes:
        monotonic_s: seconds of the host's monotonic clock (CLOCK_MONOTONIC: it stands while the
            host is suspended, and never jumps). Only comparable within one `host_boot_id`.
        wall_s: seconds since the epoch, UTC, as the host's wall clock said; may jump.
        host_boot_id: changes at every boot of the host.
    """

    monotonic_s: float
    wall_s: float
    host_boot_id: str

    def seconds_since(self, earlier: "Moment") -> float:
        """Seconds from `earlier` to this moment, never negative.

        Monotonic time within one boot of the host; across boots only the wall clock is left.
        """
        if self.host_boot_id == earlier.host_boot_id:
            return max(0.0, self.monotonic_s - earlier.monotonic_s)
        return max(0.0, self.wall_s - earlier.wall_s)

    def is_before(self, other: "Moment") -> bool:
        """Whether this is surely earlier than `other`: the same boot of the host says so."""
        same_boot = self.host_boot_id == other.host_boot_id
        return same_boot and self.monotonic_s < other.monotonic_s

    def earlier_by(self, seconds: float) -> "Moment":
        """The moment that lies `seconds` before this one."""
        return replace(self, monotonic_s=self.monotonic_s - seconds, wall_s=self.wall_s - seconds)
