"""Signals to a real process that a supervisor runs."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

DAEMON = """
import asyncio, random, sys
from scrobbled.log import configure_logging
from scrobbled.runtime.clock import SystemClock
from scrobbled.runtime.health import Health
from scrobbled.runtime.supervisor import Stage, Supervisor

STUCK = "stuck" in sys.argv

async def source(task):
    while True:
        try:
            await task.stopping.wait()
            if not STUCK:
                print("source ended", flush=True)
                return
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            if not STUCK:
                raise

async def journal(task):
    print("ready", flush=True)
    await task.stopping.wait()

async def close():
    print("closed", flush=True)
    if "hanging" in sys.argv:
        await asyncio.sleep(3600)

async def start(supervisor):
    supervisor.on_stop("second", close)
    supervisor.start_restarting("first", "mpd:x", source)
    supervisor.start_core("second", "journal", journal)

configure_logging("info", "json")
clock = SystemClock()
stages = (Stage("first", 0.1 if STUCK else 30), Stage("second", 30))
supervisor = Supervisor(clock=clock, health=Health(clock), random=random.Random(), stages=stages)
sys.exit(asyncio.run(supervisor.run(start)))
"""


@contextmanager
def daemon(*how: str) -> Iterator[subprocess.Popen[str]]:
    """A daemon that is up; killed at the end, should it still run."""
    with subprocess.Popen(
        [sys.executable, "-c", DAEMON, *how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order(number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end the sources first, then close, and exit with 0."""
    with daemon() as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert (out.splitlines(), process.returncode) == (["source ended", "closed"], 0)
    assert f'"reason": "{number.name}"' in err
    assert '"event": "daemon.stopped"' in err


def test_a_hangup_changes_nothing() -> None:
    """A terminal that closes does not stop the capture."""
    with daemon() as process:
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        while "daemon.hangup_ignored" not in process.stderr.readline():
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=20)

    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(number: signal.Signals) -> None:
    """Who does not want to wait for a hanging stop asks twice."""
    with daemon("hanging") as process:
        process.terminate()
        assert process.stdout is not None
        assert process.stdout.readline() == "source ended\n"
        assert process.stdout.readline() == "closed\n"
        process.send_signal(number)

        assert process.wait(timeout=20) == -number


def test_a_task_that_heeds_nothing_cannot_hold_up_the_end() -> None:
    """What ignores even cancellation is named, the rest is closed, and the process ends with 1."""
    with daemon("stuck") as process:
        process.terminate()
        out, err = process.communicate(timeout=20)

    assert (out, process.returncode) == ("closed\n", 1)
    assert '"event": "task.stuck"' in err
