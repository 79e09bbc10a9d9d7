"""Starting, watching and stopping, by what a daemon built on it does."""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from tests.unit.runtime.manual_clock import ManualClock, until

from scrobbled.errors import DatabaseRefused, DatabaseUnavailable, OperatorError
from scrobbled.runtime import tasks
from scrobbled.runtime.health import Health, State
from scrobbled.runtime.notify import Notifier
from scrobbled.runtime.supervisor import STAGES, Stage, Supervisor, longest_stop_s
from scrobbled.runtime.tasks import Running

Events = list[Any]
TWO_STAGES = (Stage("first", 0.2), Stage("second", 0.2))


class Daemon:
    """A supervisor with everything it is given, started by `run`."""

    def __init__(self, notifier: Notifier | None = None) -> None:
        self.clock = ManualClock()
        self.health = Health(self.clock)
        self.supervisor = Supervisor(
            clock=self.clock,
            health=self.health,
            random=random.Random(1),
            notifier=notifier,
            stages=TWO_STAGES,
        )

    def state(self, name: str) -> State:
        """How the component `name` is doing; starting before there is one."""
        return self.health.component(name).snapshot().state

    async def run(
        self,
        start: Callable[[Supervisor], object],
        then: Callable[[], Awaitable[object]] | None = None,
    ) -> int:
        """Starts, does `then`, stops, and gives the exit code."""

        async def starting(supervisor: Supervisor) -> None:
            start(supervisor)

        running = asyncio.create_task(self.supervisor.run(starting))
        try:
            if then is not None:
                await then()
                self.supervisor.stop("the test is over")
        finally:
            async with asyncio.timeout(5):
                code = await running
        return code


async def until_stopped(task: Running) -> None:
    """Work that does nothing until it is stopped."""
    await task.stopping.wait()


async def forever(_task: Running) -> None:
    """Work that heeds no stop, only cancellation."""
    await asyncio.Event().wait()


def failing(*errors: Exception | None) -> Callable[[Running], Awaitable[None]]:
    """Work that fails with one error after the other, working in between where there is a None.

    In the end it works until it is stopped.
    """
    left = list(errors)

    async def work(task: Running) -> None:
        if left and left[0] is None:
            task.working("well")
            left.pop(0)
        if left and (error := left.pop(0)) is not None:
            raise error
        task.working("well")
        await task.stopping.wait()

    return work


def names(logged: Events, prefix: str = "") -> list[str]:
    """The events in order, of those that begin with `prefix`."""
    return [entry["event"] for entry in logged if entry["event"].startswith(prefix)]


async def test_it_runs_until_stopped() -> None:
    """Tasks of each kind run until the stop, and end by themselves with exit code 0."""
    daemon = Daemon()

    def start(supervisor: Supervisor) -> None:
        supervisor.start_core("second", "journal", until_stopped)
        supervisor.start_restarting("first", "mpd:x", failing())

    async def then() -> None:
        await until(lambda: daemon.health.snapshot().state is State.OK)
        assert daemon.health.snapshot().capturing

    assert await daemon.run(start, then) == 0
    assert daemon.state("journal") is State.STOPPED
    assert daemon.state("mpd:x") is State.STOPPED


async def test_stages_stop_in_order() -> None:
    """A stage's tasks end before what it opened closes, and all that before the next stage."""
    daemon = Daemon()
    done: Events = []

    def work(name: str) -> Callable[[Running], Awaitable[None]]:
        async def run(task: Running) -> None:
            await task.stopping.wait()
            done.append(name)

        return run

    @contextlib.asynccontextmanager
    async def opened(name: str) -> AsyncIterator[str]:
        yield name
        done.append(name)

    async def start(supervisor: Supervisor) -> None:
        assert await supervisor.enter("second", opened("database")) == "database"
        await supervisor.enter("second", opened("pool"))
        supervisor.start_core("second", "writer", work("writer"))
        await supervisor.enter("first", opened("server"))
        supervisor.start_restarting("first", "source", work("source"))
        asyncio.get_running_loop().call_soon(supervisor.stop, "at once")

    assert await daemon.supervisor.run(start) == 0
    assert done == ["source", "server", "writer", "pool", "database"]


async def test_late_tasks_are_cancelled_and_named() -> None:
    """A task that does not end in time is cancelled, and the log says which."""
    daemon = Daemon()
    with capture_logs() as logged:
        code = await daemon.run(
            lambda supervisor: supervisor.start_restarting("first", "mpd:slow", forever),
            lambda: asyncio.sleep(0),
        )

    assert code == 0
    assert [e["task"] for e in logged if e["event"] == "task.cancelled"] == ["mpd:slow"]


async def test_a_hanging_close_does_not_hold_up_the_rest() -> None:
    """What cannot be closed in time, or fails, is told; the rest is closed all the same."""
    daemon = Daemon()
    done: Events = []

    async def close() -> None:
        done.append("database")

    async def fail() -> None:
        raise ValueError("broken")

    def start(supervisor: Supervisor) -> None:
        supervisor.on_stop("second", close)
        supervisor.on_stop("first", fail)
        supervisor.on_stop("first", asyncio.Event().wait)

    with capture_logs() as logged:
        code = await daemon.run(start, lambda: asyncio.sleep(0))

    assert code == 1
    assert done == ["database"]
    assert names(logged, "stage.") == ["stage.close_cancelled", "stage.close_failed"]


@pytest.mark.parametrize("error", [ValueError("broken"), DatabaseUnavailable("away"), None])
async def test_a_failing_core_task_ends_the_daemon(error: Exception | None) -> None:
    """Whatever a core task fails of, or when it just returns: ordered stop, exit code 1."""
    daemon = Daemon()
    done: Events = []

    async def core(_task: Running) -> None:
        if error is not None:
            raise error

    async def source(task: Running) -> None:
        await task.stopping.wait()
        done.append("source")

    def start(supervisor: Supervisor) -> None:
        supervisor.start_restarting("first", "mpd:x", source)
        supervisor.start_core("second", "journal", core)

    with capture_logs() as logged:
        assert await daemon.run(start) == 1

    (failed,) = [e for e in logged if e["event"] == "daemon.task_failed"]
    assert failed["log_level"] == "critical"
    assert daemon.state("journal") is State.FAILED
    assert done == ["source"]


async def test_an_outage_is_logged_once_and_waits_grow() -> None:
    """Three failed attempts are one outage: 5, 10, 20 s, one line when it begins and ends."""
    daemon = Daemon()
    away = DatabaseUnavailable("the database is away")
    waits: Events = []

    async def then() -> None:
        for _ in range(3):
            await until(lambda: daemon.clock.sleeping)
            assert daemon.state("database") is State.DEGRADED
            waits.append(await daemon.clock.pass_next_sleep())
        await until(lambda: daemon.state("database") is State.OK)

    with capture_logs() as logged:
        await daemon.run(
            lambda s: s.start_restarting("first", "database", failing(away, OSError("no"), away)),
            then,
        )

    assert names(logged, "task.") == ["task.unavailable", "task.recovered"]
    assert [4 <= waits[0] <= 5, 8 <= waits[1] <= 10, 16 <= waits[2] <= 20] == [True] * 3


async def test_an_outage_after_work_begins_with_short_waits() -> None:
    """What worked in between is a new outage: logged anew, and waited for shortly."""
    daemon = Daemon()
    away = [OSError("away")] * 6

    async def then() -> None:
        for _ in range(6):
            await daemon.clock.pass_next_sleep()
        assert await daemon.clock.pass_next_sleep() <= 5
        await until(lambda: daemon.state("web") is State.OK)

    with capture_logs() as logged:
        await daemon.run(
            lambda s: s.start_restarting("first", "web", failing(*away, None, OSError("again"))),
            then,
        )

    assert names(logged, "task.") == ["task.unavailable", "task.recovered"] * 2


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError(),
        ExceptionGroup("partitions", [OSError("a"), DatabaseUnavailable("b")]),
    ],
)
async def test_what_is_away_is_degraded(error: Exception) -> None:
    """Timeouts, refused connections and groups of them are outages, not bugs."""
    daemon = Daemon()
    with capture_logs() as logged:
        await daemon.run(
            lambda s: s.start_restarting("first", "mpd:x", failing(error)),
            lambda: until(lambda: daemon.state("mpd:x") is State.DEGRADED),
        )

    assert "task.unavailable" in names(logged)


async def test_a_bug_is_logged_once_with_its_traceback() -> None:
    """The same bug again and again is one entry; the task is tried at the longest waits."""
    daemon = Daemon()
    waits: Events = []

    async def then() -> None:
        for _ in range(3):
            await until(lambda: daemon.clock.sleeping)
            assert daemon.state("web") is State.FAILED
            waits.append(await daemon.clock.pass_next_sleep())

    with capture_logs() as logged:
        await daemon.run(
            lambda s: s.start_restarting(
                "first", "web", failing(*[ExceptionGroup("g", [KeyError("bug")])] * 3)
            ),
            then,
        )

    (failed,) = [e for e in logged if e["event"] == "task.failed"]
    assert isinstance(failed["exc_info"], ExceptionGroup)
    assert min(waits) >= 0.8 * 240


async def test_a_task_that_says_nothing_is_taken_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without a failure an outage is over, also when the task does not say so."""
    monkeypatch.setattr(tasks, "SETTLED_AFTER_S", 0.01)
    daemon = Daemon()
    failures = [OSError("away"), OSError("away")]

    async def silent(task: Running) -> None:
        if failures:
            raise failures.pop()
        await task.stopping.wait()

    async def then() -> None:
        await daemon.clock.pass_next_sleep()
        await daemon.clock.pass_next_sleep()
        await until(lambda: daemon.state("web") is State.OK)

    with capture_logs() as logged:
        await daemon.run(lambda s: s.start_restarting("first", "web", silent), then)

    assert names(logged, "task.") == ["task.unavailable", "task.recovered"]


async def test_a_task_that_says_it_lacks_something_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Silence is only taken for work where nothing else was said."""
    monkeypatch.setattr(tasks, "SETTLED_AFTER_S", 0.0)
    daemon = Daemon()

    async def lacking(task: Running) -> None:
        task.degraded("no folder is there")
        await task.stopping.wait()

    async def then() -> None:
        await until(lambda: daemon.state("scan") is State.DEGRADED)
        await asyncio.sleep(0.01)
        assert daemon.state("scan") is State.DEGRADED

    await daemon.run(lambda s: s.start_restarting("first", "scan", lacking), then)


async def test_every_event_names_its_task() -> None:
    """What a task logs carries its name, and not that of another one."""
    daemon = Daemon()
    bound: Events = []

    async def speak(task: Running) -> None:
        bound.append((task.name, structlog.contextvars.get_contextvars()))
        await task.stopping.wait()

    def start(supervisor: Supervisor) -> None:
        supervisor.start_restarting("first", "mpd:a", speak)
        supervisor.start_restarting("first", "mpd:b", speak)

    await daemon.run(start, lambda: until(lambda: len(bound) == 2))

    assert bound == [("mpd:a", {"task": "mpd:a"}), ("mpd:b", {"task": "mpd:b"})]
    assert structlog.contextvars.get_contextvars() == {}


async def test_a_bug_that_changes_is_logged_again() -> None:
    """Only the very same failure is kept quiet."""
    daemon = Daemon()

    async def then() -> None:
        for _ in range(4):
            await daemon.clock.pass_next_sleep()
        await until(lambda: daemon.state("web") is State.OK)

    bugs = [KeyError("one"), KeyError("one"), KeyError("two"), KeyError("one")]
    with capture_logs() as logged:
        await daemon.run(lambda s: s.start_restarting("first", "web", failing(*bugs)), then)

    reasons = [e["reason"] for e in logged if e["event"] == "task.failed"]
    assert reasons == ["KeyError: 'one'", "KeyError: 'two'", "KeyError: 'one'"]


async def test_a_failure_during_the_stop_is_told() -> None:
    """A source that fails of its last observation does not go unseen, nor hold up the rest."""
    daemon = Daemon()
    done: Events = []

    async def source(task: Running) -> None:
        await task.stopping.wait()
        raise ValueError("broken")

    async def close() -> None:
        done.append("closed")

    def start(supervisor: Supervisor) -> None:
        supervisor.start_restarting("first", "mpd:x", source)
        supervisor.on_stop("second", close)

    with capture_logs() as logged:
        await daemon.run(start, lambda: asyncio.sleep(0.01))

    assert "task.failed" in names(logged)
    assert done == ["closed"]


async def test_what_is_away_when_the_daemon_stops_is_no_news() -> None:
    """Who waited for something, and gives up since it is told to stop, says nothing."""
    daemon = Daemon()

    async def wait(task: Running) -> None:
        await task.stopping.wait()
        raise DatabaseUnavailable("the daemon stops")

    with capture_logs() as logged:
        code = await daemon.run(
            lambda supervisor: supervisor.start_restarting("first", "match", wait),
            lambda: asyncio.sleep(0),
        )

    assert code == 0
    assert names(logged, "task.") == []
    assert daemon.state("match") is State.STOPPED


async def test_others_go_on_while_one_fails() -> None:
    """A source with a bug does not keep another one from working."""
    daemon = Daemon()

    def start(supervisor: Supervisor) -> None:
        supervisor.start_core("second", "journal", until_stopped)
        supervisor.start_restarting("first", "mpd:bad", failing(KeyError("bug")))
        supervisor.start_restarting("first", "mpd:good", failing())

    async def then() -> None:
        await until(lambda: daemon.state("mpd:bad") is State.FAILED)
        await until(lambda: daemon.state("mpd:good") is State.OK)
        assert daemon.health.snapshot().capturing

    assert await daemon.run(start, then) == 0


async def test_a_task_that_returns_early_has_failed() -> None:
    """A source that returns unasked would never watch again: it is begun anew, and told."""
    daemon = Daemon()

    async def nothing(_task: Running) -> None:
        return

    def start(supervisor: Supervisor) -> None:
        supervisor.start_restarting("first", "mpd:x", nothing)
        supervisor.start_restarting("first", "once", nothing, may_end=True)

    async def then() -> None:
        await until(lambda: daemon.state("mpd:x") is State.FAILED)
        await until(lambda: daemon.state("once") is State.STOPPED)

    assert await daemon.run(start, then) == 0


async def test_what_a_person_must_mend_has_no_traceback() -> None:
    """A refusal that is not fatal shows as failed with its sentence."""
    daemon = Daemon()
    refusal = OperatorError("The port is taken. Choose another one.")
    with capture_logs() as logged:
        await daemon.run(
            lambda s: s.start_restarting("first", "web", failing(refusal)),
            lambda: until(lambda: daemon.state("web") is State.FAILED),
        )

    (failed,) = [e for e in logged if e["event"] == "task.failed"]
    assert failed["exc_info"] is None
    assert daemon.health.snapshot().components["web"].state is State.STOPPED


async def test_a_fatal_refusal_ends_the_daemon_with_its_sentence() -> None:
    """A newer database ends the daemon in order, and the command line can print why."""
    daemon = Daemon()
    refusal = DatabaseRefused("The database is newer. Upgrade scrobbled.")
    with pytest.raises(DatabaseRefused, match="Upgrade scrobbled"):
        await daemon.run(
            lambda s: s.start_restarting(
                "first", "database", failing(refusal), fatal=(DatabaseRefused,)
            )
        )

    assert daemon.state("database") is State.FAILED


async def test_a_failed_start_closes_what_it_opened() -> None:
    """What was opened before the failure is closed, what was not opened is not."""
    daemon = Daemon()
    done: Events = []

    @contextlib.asynccontextmanager
    async def opened(name: str, *, works: bool) -> AsyncIterator[None]:
        if not works:
            raise OperatorError("No. Do something.")
        yield
        done.append(name)

    async def start(supervisor: Supervisor) -> None:
        await supervisor.enter("second", opened("database", works=True))
        supervisor.start_core("second", "journal", until_stopped)
        await supervisor.enter("first", opened("server", works=False))

    with pytest.raises(OperatorError, match="Do something"):
        await daemon.supervisor.run(start)
    assert done == ["database"]
    assert daemon.state("journal") is State.STOPPED


async def test_a_stop_during_the_start_cancels_it() -> None:
    """Who stops a daemon that still waits for something does not wait with it."""
    daemon = Daemon()
    done: Events = []

    async def close() -> None:
        done.append("closed")

    async def start(supervisor: Supervisor) -> None:
        supervisor.on_stop("first", close)
        asyncio.get_running_loop().call_soon(supervisor.stop, "impatience")
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        assert await daemon.supervisor.run(start) == 0
    assert done == ["closed"]


async def test_a_timeout_in_the_start_is_not_a_stop() -> None:
    """A start that fails of a timeout of its own is a failed start."""

    async def start(_supervisor: Supervisor) -> None:
        raise TimeoutError("the database did not answer")

    with pytest.raises(TimeoutError, match="did not answer"):
        await Daemon().supervisor.run(start)


async def test_periodic_work_keeps_its_interval() -> None:
    """A run begins every ten minutes by the monotonic clock, however long one takes."""
    daemon = Daemon()
    began: Events = []

    async def work(_task: Running) -> None:
        began.append(daemon.clock.moment().monotonic_s)
        daemon.clock.advance(100)

    async def then() -> None:
        for _ in range(3):
            await daemon.clock.pass_next_sleep()
        await until(lambda: len(began) == 4)

    await daemon.run(lambda s: s.start_periodic("first", "scan", work, every_s=600, jitter=0), then)

    assert began == [0, 600, 1200, 1800]


async def test_periodic_work_that_takes_too_long_pauses() -> None:
    """Work slower than its interval does not run without a break."""
    daemon = Daemon()

    async def work(_task: Running) -> None:
        daemon.clock.advance(1000)

    async def then() -> None:
        await until(lambda: daemon.clock.sleeping)
        assert daemon.clock.sleeping == [1060]

    await daemon.run(lambda s: s.start_periodic("first", "scan", work, every_s=600, jitter=0), then)


async def test_a_nudge_runs_it_now_and_never_twice_at_once() -> None:
    """Nudges during a run lead to exactly one more run, after it."""
    daemon = Daemon()
    nudge, go_on = asyncio.Event(), asyncio.Event()
    most_at_once = at_once = runs = 0

    async def work(_task: Running) -> None:
        nonlocal most_at_once, at_once, runs
        at_once += 1
        runs += 1
        most_at_once = max(most_at_once, at_once)
        await go_on.wait()
        at_once -= 1

    async def then() -> None:
        await until(lambda: runs == 1)
        for _ in range(3):
            nudge.set()
            await asyncio.sleep(0)
        go_on.set()
        await until(lambda: runs == 2 and daemon.clock.sleeping)
        nudge.set()
        await until(lambda: runs == 3 and daemon.clock.sleeping)

    await daemon.run(
        lambda s: s.start_periodic("first", "scan", work, every_s=600, nudge=nudge), then
    )

    assert (most_at_once, runs) == (1, 3)


async def test_periodic_work_that_says_how_it_does_is_believed() -> None:
    """A run that found something missing shows as degraded though it ended well."""
    daemon = Daemon()

    async def work(task: Running) -> None:
        task.degraded("a folder is missing")

    async def then() -> None:
        await until(lambda: daemon.clock.sleeping)
        assert daemon.state("scan") is State.DEGRADED

    await daemon.run(lambda s: s.start_periodic("first", "scan", work, every_s=600), then)


async def test_failed_periodic_work_is_tried_again_soon() -> None:
    """A run that failed of an outage does not wait for its whole interval."""
    daemon = Daemon()
    runs = 0

    async def work(_task: Running) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise DatabaseUnavailable("away")

    async def then() -> None:
        await until(lambda: daemon.clock.sleeping)
        daemon.clock.advance(5)
        await until(lambda: daemon.state("scan") is State.OK)

    await daemon.run(lambda s: s.start_periodic("first", "scan", work, every_s=3600), then)

    assert runs == 2


async def test_systemd_is_told(tmp_path: Path) -> None:
    """READY after the start, signs of life while core tasks run, STOPPING at the stop."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "n"))
        receiver.setblocking(False)
        daemon = Daemon(Notifier({"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "2000"}))
        told: Events = []

        def hear() -> Events:
            with contextlib.suppress(BlockingIOError):
                told.append(receiver.recv(1000))
            return told

        async def then() -> None:
            await until(lambda: hear().count(b"WATCHDOG=1") >= 3 and b"READY=1" in told)
            await until(lambda: b"STATUS=Capturing plays" in hear())
            daemon.health.component("mpd:x").degraded("MPD does not answer")
            await until(lambda: b"STATUS=Capturing plays; mpd:x: MPD does not answer" in hear())

        await daemon.run(lambda s: s.start_core("first", "journal", until_stopped), then)
        await until(lambda: b"STOPPING=1" in hear())


async def test_cancelling_the_daemon_stops_it_in_order() -> None:
    """Cancellation from outside is passed on, after the stages have stopped."""
    daemon = Daemon()
    done: Events = []

    async def close() -> None:
        done.append("closed")

    async def start(supervisor: Supervisor) -> None:
        supervisor.on_stop("first", close)
        supervisor.start_core("first", "journal", until_stopped)

    running = asyncio.create_task(daemon.supervisor.run(start))
    await until(lambda: "journal" in daemon.health.snapshot().components)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert done == ["closed"]


def test_the_longest_stop_counts_every_stage() -> None:
    """The unit's time limit can be checked against it."""
    assert longest_stop_s() > 2 * sum(stage.timeout_s for stage in STAGES)
