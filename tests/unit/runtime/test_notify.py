"""What systemd would receive, on real sockets."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrobbled.runtime.notify import Notifier


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    """The service manager's end, a socket in the file system."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(5)
        yield receiver


@pytest.fixture
def notifier(listener: socket.socket) -> Notifier:
    """A notifier for that socket."""
    return Notifier({"NOTIFY_SOCKET": listener.getsockname()})


async def test_each_message_is_one_datagram(listener: socket.socket, notifier: Notifier) -> None:
    """The assignments are those of sd_notify(3), also when sent from the loop."""
    notifier.ready("capturing")
    notifier.status("two\nlines")
    notifier.watchdog()
    notifier.extend_timeout(30.5)
    notifier.stopping()

    assert [listener.recv(1000) for _ in range(5)] == [
        b"READY=1\nSTATUS=capturing",
        b"STATUS=two lines",
        b"WATCHDOG=1",
        b"EXTEND_TIMEOUT_USEC=30500000",
        b"STOPPING=1",
    ]


def test_ready_needs_no_status(listener: socket.socket, notifier: Notifier) -> None:
    """An empty status is not sent."""
    notifier.ready()

    assert listener.recv(1000) == b"READY=1"


def test_abstract_sockets_are_reached() -> None:
    """A name after @ is one in the abstract namespace."""
    name = f"scrobbled-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(5)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).watchdog()

        assert receiver.recv(1000) == b"WATCHDOG=1"


@pytest.mark.parametrize("value", [None, "", "@", "relative", "vsock:2:1234"])
def test_without_a_usable_socket_nothing_happens(value: str | None) -> None:
    """Outside systemd everything is a no-op."""
    notifier = Notifier({} if value is None else {"NOTIFY_SOCKET": value, "WATCHDOG_USEC": "9"})
    notifier.ready()

    assert not notifier.enabled
    assert notifier.watchdog_every_s is None


def test_a_manager_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    """A socket that nobody bound is no reason to fail."""
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).watchdog()


def test_a_full_queue_does_not_block(listener: socket.socket, notifier: Notifier) -> None:
    """A manager that reads nothing does not stop the daemon."""
    for _ in range(5000):
        notifier.watchdog()

    assert listener.recv(1000) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("variables", "every_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "²"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_wants_half_its_time(variables: dict[str, str], every_s: float | None) -> None:
    """A sign of life is due at half of the time, and only from the process that is watched."""
    assert Notifier({"NOTIFY_SOCKET": "/n", **variables}).watchdog_every_s == every_s
