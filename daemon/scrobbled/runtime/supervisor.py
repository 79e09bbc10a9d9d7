"""Starting, watching and stopping everything that the daemon runs, in order.

One task group owns every task. Stages say in which order things stop, and how long each may
take; what a stage opened is closed when the stage stops, if and only if it was opened.
"""

import asyncio
import os
import random as random_numbers
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import structlog

from scrobbled.errors import OperatorError
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Health
from scrobbled.runtime.notify import Notifier
from scrobbled.runtime.tasks import (
    Running,
    Work,
    periodically,
    run_core,
    run_restarting,
)

log = get_logger(__name__)

T = TypeVar("T")

_STOPPING = (signal.SIGTERM, signal.SIGINT)
CANCEL_GRACE_S = 1.0
"""How long a task may take to end once it is cancelled, seconds."""
STATUS_EVERY_S = 30.0
"""How often systemd is told how things are, where it does not want signs of life more often."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A group of things that stop together.

    Attributes:
        name: such as `sources`.
        timeout_s: how long its tasks may take to end by themselves before they are cancelled;
            as long again for closing all that it opened.
    """

    name: str
    timeout_s: float


STAGES = (
    Stage("sources", 4.0),  # hand over a last observation
    Stage("web", 5.0),  # drain requests
    Stage("ingest", 10.0),  # deliver what is in the journal
    Stage("analyzer", 5.0),  # end between batches
    Stage("stores", 5.0),  # close database and journal
)
"""The daemon's stages in the order in which they stop."""


def longest_stop_s(stages: Sequence[Stage] = STAGES) -> float:
    """Seconds of an ordered stop in which every stage needs all its time.

    `TimeoutStopSec` of the unit must be more.
    """
    return sum(2 * (stage.timeout_s + CANCEL_GRACE_S) for stage in stages)


Close: TypeAlias = Callable[[], Awaitable[object]]


class _OpenStage:
    """A stage with what runs in it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.stopping = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.closing: list[Close] = []


Start: TypeAlias = Callable[["Supervisor"], Awaitable[None]]


class Supervisor:
    """Runs the daemon.

    Args:
        clock: for waits between attempts and periodic work.
        health: where every task shows how it does, under its name.
        random: chance for the spread of waits.
        notifier: tells systemd.
        stages: in the order in which they stop.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        health: Health,
        random: random_numbers.Random,
        notifier: Notifier | None = None,
        stages: Sequence[Stage] = STAGES,
    ) -> None:
        self._clock = clock
        self._health = health
        self._random = random
        self._notifier = notifier or Notifier({})
        self._stages = {stage.name: _OpenStage(stage) for stage in stages}
        self._core: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._starting: asyncio.Timeout | None = None
        self._start_error: Exception | None = None
        self._fatal: OperatorError | None = None
        self._exit_code = 0

    async def run(self, start: Start) -> int:
        """Starts, runs until stopped, and stops in order.

        SIGTERM and SIGINT stop it, a second one ends the process at once; SIGHUP does nothing.

        Args:
            start: opens resources and starts tasks, by this supervisor's methods. A stop during
                the start cancels it; what it had opened by then is closed.

        Returns:
            The exit code: 0 after a stop that was asked for, 1 when something essential failed.

        Raises:
            OperatorError: a task failed of it; the process shall end with its sentence.
            Exception: whatever `start` raised.
        """
        with self._signals():
            async with self._group:
                pinging = self._group.create_task(self._keep_systemd_informed(), name="systemd")
                try:
                    if await self._start(start):
                        log.info("daemon.started")
                        self._notifier.ready()
                        await self._stop.wait()
                finally:
                    await self._stop_stages()
                    pinging.cancel()
        log.info("daemon.stopped", exit_code=self._exit_code)
        failure = self._start_error or self._fatal
        if failure is not None:
            raise failure
        return self._exit_code

    def stop(self, reason: str) -> None:
        """Begins the ordered stop; says why in the log. Does nothing when it has begun."""
        if self._stop.is_set():
            return
        log.info("daemon.stopping", reason=reason)
        self._notifier.stopping()
        self._stop.set()
        if self._starting is not None:
            self._starting.reschedule(asyncio.get_running_loop().time())

    def stopping(self, stage: str) -> asyncio.Event:
        """Set when the tasks of `stage` shall end."""
        return self._stages[stage].stopping

    async def enter(self, stage: str, context: AbstractAsyncContextManager[T]) -> T:
        """Opens `context` now and closes it when `stage` stops, after its tasks have ended."""
        opened = await context.__aenter__()
        self.on_stop(stage, lambda: context.__aexit__(None, None, None))
        return opened

    def on_stop(self, stage: str, close: Close) -> None:
        """Calls `close` when `stage` stops, after its tasks have ended; the last one first."""
        self._stages[stage].closing.append(close)

    def start_core(self, stage: str, name: str, work: Work) -> None:
        """Starts what capturing cannot do without: when it fails, the daemon ends with 1."""
        task = Running(name, self.stopping(stage), self._health.component(name, essential=True))
        self._core.append(self._spawn(stage, task, run_core(work, task)))

    def start_restarting(
        self,
        stage: str,
        name: str,
        work: Work,
        *,
        fatal: tuple[type[OperatorError], ...] = (),
        may_end: bool = False,
    ) -> None:
        """Starts what is begun again, with growing waits, whenever it fails.

        Args:
            stage: the stage it stops with.
            name: its name in the log and on the health page.
            work: is run; it calls `Running.working` once it really works.
            fatal: errors that end the daemon, since it must not run before a person has mended
                them; `run` raises them.
            may_end: whether it may return before it is stopped. Otherwise that is a failure.
        """
        task = Running(name, self.stopping(stage), self._health.component(name))
        loop = run_restarting(
            work, task, clock=self._clock, random=self._random, fatal=fatal, may_end=may_end
        )
        _ = self._spawn(stage, task, loop)

    def start_periodic(
        self,
        stage: str,
        name: str,
        work: Work,
        *,
        every_s: float,
        nudge: asyncio.Event | None = None,
        jitter: float = 0.1,
    ) -> None:
        """Starts what is done now and then: at once, and then as `periodically` says.

        Args:
            stage: the stage it stops with.
            name: its name in the log and on the health page.
            work: one run; a failing one is tried again as a restarting task is.
            every_s: seconds from the begin of one run to that of the next.
            nudge: set by anybody to have it run now; None when nobody does.
            jitter: the part of `every_s` by which it is spread either way.
        """
        loop = periodically(
            work,
            every_s=every_s,
            jitter=jitter,
            nudge=nudge or asyncio.Event(),
            clock=self._clock,
            random=self._random,
        )
        self.start_restarting(stage, name, loop)

    def _spawn(self, stage: str, task: Running, loop: Awaitable[None]) -> asyncio.Task[None]:
        spawned = self._group.create_task(self._watch(task, loop), name=task.name)
        self._stages[stage].tasks.append(spawned)
        return spawned

    async def _watch(self, task: Running, loop: Awaitable[None]) -> None:
        structlog.contextvars.bind_contextvars(task=task.name)
        try:
            await loop
        except Exception as error:  # supervision: whatever it is, the daemon ends in order
            reason = str(error) or type(error).__name__
            if isinstance(error, OperatorError):
                self._fatal = self._fatal or error
            self._exit_code = 1
            self._health.component(task.name).failed(reason)
            known = isinstance(error, OperatorError)
            log.critical("daemon.task_failed", reason=reason, exc_info=None if known else error)
            self.stop(f"{task.name} failed")

    async def _start(self, start: Start) -> bool:
        """Whether `start` ran to its end; False when it was stopped before."""
        try:
            async with asyncio.timeout(None) as self._starting:
                if not self._stop.is_set():
                    await start(self)
        except Exception as error:  # noqa: BLE001 - supervision: raised again once all is closed
            cancelled = self._starting is not None and self._starting.expired()
            if not (cancelled and isinstance(error, TimeoutError)):
                self._start_error = error
                self._exit_code = 1
        finally:
            self._starting = None
        return self._start_error is None and not self._stop.is_set()

    async def _stop_stages(self) -> None:
        self._stop.set()
        stuck: set[asyncio.Task[None]] = set()
        for stage in self._stages.values():
            stage.stopping.set()
            stuck |= await self._end_tasks(stage)
            await self._close(stage)
        if stuck:
            # They heed no cancellation, so the group would wait for them for ever.
            os._exit(1)

    async def _end_tasks(self, stage: _OpenStage) -> set[asyncio.Task[None]]:
        """Waits for the stage's tasks, cancels the late; the result heeds neither."""
        late = await _not_done_after(stage.stage.timeout_s, set(stage.tasks))
        for task in late:
            log.warning("task.cancelled", task=task.get_name(), after_s=stage.stage.timeout_s)
            task.cancel()
        stuck = await _not_done_after(CANCEL_GRACE_S, late)
        for task in stuck:
            log.error("task.stuck", task=task.get_name())
        return stuck

    async def _close(self, stage: _OpenStage) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + stage.stage.timeout_s
        while stage.closing:
            close = stage.closing.pop()
            try:
                # Each gets a moment at least: the last to be closed were opened first.
                async with asyncio.timeout_at(max(deadline, loop.time() + CANCEL_GRACE_S)):
                    await close()
            except TimeoutError:
                self._exit_code = 1
                log.warning("stage.close_cancelled", stage=stage.stage.name)
            except Exception:  # supervision: the others must be closed too
                self._exit_code = 1
                log.exception("stage.close_failed", stage=stage.stage.name)

    async def _keep_systemd_informed(self) -> None:
        every_s = self._notifier.watchdog_every_s or STATUS_EVERY_S
        while self._notifier.enabled:
            if self._stop.is_set() or not any(task.done() for task in self._core):
                self._notifier.watchdog()
            self._notifier.status(self._health.snapshot().sentence())
            await asyncio.sleep(every_s)  # systemd's seconds are real ones

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (*_STOPPING, signal.SIGHUP)}
        for number in _STOPPING:
            loop.add_signal_handler(number, self._stopped_by, number)
        # A terminal that closes, or a habit of other daemons: neither is a reason to stop.
        loop.add_signal_handler(signal.SIGHUP, lambda: log.info("daemon.hangup_ignored"))
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _stopped_by(self, number: signal.Signals) -> None:
        # By the kernel's own hand from now on, so that a second signal ends the process at
        # once even if the loop should hang.
        for each in _STOPPING:
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        self.stop(number.name)


async def _not_done_after(
    seconds: float, tasks: set[asyncio.Task[None]]
) -> set[asyncio.Task[None]]:
    if not tasks:
        return set()
    _, late = await asyncio.wait(tasks, timeout=seconds)
    return late
