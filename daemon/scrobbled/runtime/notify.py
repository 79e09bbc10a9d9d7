"""Telling systemd how the service is doing: sd_notify(3), without its library.

The protocol is one datagram of `NAME=value` lines to the socket in $NOTIFY_SOCKET, a path or,
after an `@`, a name in the abstract namespace
(https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html).
"""

import contextlib
import os
import socket
from collections.abc import Mapping


class Notifier:
    """Sends notifications; without $NOTIFY_SOCKET each of them does nothing.

    None of them blocks or raises: a message that systemd does not take now is dropped, as it
    should be for a watchdog, and for the others systemd's own timeouts hold.

    Args:
        environment: where $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID are looked up.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._address = _address_of(environment.get("NOTIFY_SOCKET", ""))
        self._watchdog_s = _watchdog_s(environment)

    @property
    def enabled(self) -> bool:
        """Whether anybody listens."""
        return self._address is not None

    @property
    def watchdog_every_s(self) -> float | None:
        """Half of the time after which systemd kills a silent service; None: it does not watch.

        Half, as sd_watchdog_enabled(3) recommends.
        """
        return self._watchdog_s / 2 if self.enabled and self._watchdog_s else None

    def ready(self, status: str = "") -> None:
        """The service has started."""
        self._send("READY=1", *_status(status))

    def status(self, status: str) -> None:
        """What `systemctl status` shows, one line."""
        self._send(*_status(status))

    def watchdog(self) -> None:
        """The service is alive."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The service has begun to stop."""
        self._send("STOPPING=1")

    def extend_timeout(self, seconds: float) -> None:
        """Starting or stopping takes this much longer, from now (a long migration)."""
        self._send(f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}")

    def _send(self, *assignments: str) -> None:
        if self._address is None or not assignments:
            return
        message = "\n".join(assignments).encode("utf-8", "replace")
        # Nobody listens, its queue is full, or there are no descriptors left: there is no one to
        # tell, and the service works without. Missed watchdog messages have their own remedy.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(message, self._address)


def _status(status: str) -> list[str]:
    # A line break would begin another assignment.
    return [f"STATUS={' '.join(status.split())}"] if status else []


def _address_of(variable: str) -> str | None:
    if variable.startswith("@") and len(variable) > 1:
        return "\0" + variable[1:]
    return variable if variable.startswith("/") else None


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    # sd_watchdog_enabled(3): only meant for us when $WATCHDOG_PID is missing or our own.
    pid = environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isascii() or not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1_000_000
