"""The loops that supervised tasks run in: what happens when their work fails."""

import asyncio
import random as random_numbers
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from scrobbled.errors import OperatorError, RetryLater
from scrobbled.log import get_logger
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Component

log = get_logger(__name__)

RETRY_FIRST_S = 5.0
RETRY_MOST_S = 240.0
SETTLED_AFTER_S = 30.0
"""A task that has run for this long without a word is taken to work again."""


class Running:
    """What a supervised task is given: how to know that it must end, and to say how it does.

    Attributes:
        name: the task's.
        stopping: set when the task shall end by itself, soon.
    """

    def __init__(self, name: str, stopping: asyncio.Event, component: Component) -> None:
        self.name = name
        self.stopping = stopping
        self._component = component
        self._away = False
        self._reported = False
        self._worked = False
        self._last_bug: str | None = None

    def working(self, detail: str = "") -> None:
        """It works: ends an outage, and the next one begins with short waits again."""
        if self._away:
            log.info("task.recovered")
        self._away = False
        self._reported = True
        self._worked = True
        self._last_bug = None
        self._component.ok(detail)

    def degraded(self, detail: str) -> None:
        """It runs, but something it needs is away; `detail` says what, in a sentence."""
        self._reported = True
        self._component.degraded(detail)

    def begin_attempt(self) -> None:
        """Notes that the work is begun anew."""
        self._reported = False

    def settle(self) -> None:
        """Takes it to be working, unless it has said itself how it does in this attempt."""
        if not self._reported:
            self.working()

    def took_up_work(self) -> bool:
        """Whether it worked since it was asked last."""
        worked, self._worked = self._worked, False
        return worked

    def is_away(self, error: Exception) -> None:
        """Notes an outage; logged when it begins."""
        reason = _sentence(error)
        if not self._away:
            log.warning("task.unavailable", reason=reason)
        self._away = True
        self._component.degraded(reason)

    def has_failed(self, error: Exception) -> None:
        """Notes a bug or a refusal; logged unless it is the same as last time."""
        self._away = True
        if isinstance(error, OperatorError):
            reason, traceback = str(error), None
        else:
            reason, traceback = f"{type(error).__name__}: {error}", error
        if reason != self._last_bug:
            log.error("task.failed", reason=reason, exc_info=traceback)
        self._last_bug = reason
        self._component.failed(reason if traceback is None else f"{reason} (a bug; see the log)")

    def has_ended(self) -> None:
        """Notes the end."""
        self._component.stopped()


Work: TypeAlias = Callable[[Running], Awaitable[None]]
"""What a task does; returns once `Running.stopping` is set."""


class EndedEarly(Exception):
    """A task that should run until it is stopped returned by itself."""


def is_outage(error: BaseException) -> bool:
    """Whether `error` says that something outside is away: worth trying again soon."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_outage(part) for part in error.exceptions)
    return isinstance(error, RetryLater | OSError)


async def run_core(work: Work, task: Running) -> None:
    """Runs what the daemon cannot do without, once.

    Raises:
        EndedEarly: it returned though nobody stopped it.
    """
    task.working()
    await work(task)
    if not task.stopping.is_set():
        raise EndedEarly(f"{task.name} ended by itself")
    task.has_ended()


async def run_restarting(
    work: Work,
    task: Running,
    *,
    clock: Clock,
    random: random_numbers.Random,
    fatal: tuple[type[OperatorError], ...] = (),
    may_end: bool = False,
) -> None:
    """Runs `work` until the task is stopped, again after each failure.

    After an outage (`RetryLater`, `OSError`) it waits 5 s at first and 240 s at most; after
    anything else the longest wait, since a bug does not go away by trying.

    Raises:
        OperatorError: one of `fatal`; it is not tried again.
    """
    backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S, random=random)
    while not task.stopping.is_set():
        task.begin_attempt()
        settled = asyncio.get_running_loop().call_later(SETTLED_AFTER_S / clock.rate, task.settle)
        try:
            await work(task)
            if may_end or task.stopping.is_set():
                break
            raise EndedEarly(f"{task.name} ended by itself")  # noqa: TRY301 - handled as the work's own errors
        except fatal:
            raise
        except Exception as error:  # noqa: BLE001 - supervision: whatever the work failed of is told, and it is tried again
            if task.took_up_work():
                backoff.reset()
            if is_outage(error) and task.stopping.is_set():
                break
            if is_outage(error):
                task.is_away(error)
                wait_s = backoff.next_s()
            else:
                task.has_failed(error)
                wait_s = backoff.longest_s()
        finally:
            settled.cancel()
        await first_of(clock, wait_s, task.stopping)
    task.has_ended()


def periodically(
    work: Work,
    *,
    every_s: float,
    jitter: float,
    nudge: asyncio.Event,
    clock: Clock,
    random: random_numbers.Random,
) -> Work:
    """Makes work that is done again and again out of work that is done once.

    A run begins `every_s` after the last one began, by the monotonic clock, or at a nudge, but
    never while one is under way: a nudge during a run leads to one more run. After a run that
    took longer than `every_s` there is a pause of a tenth of it, unless nudged.
    """

    async def loop(task: Running) -> None:
        while not task.stopping.is_set():
            began = clock.moment()
            # Cleared before the run: what is reported while it runs it may have missed.
            nudge.clear()
            task.begin_attempt()
            await work(task)
            task.settle()
            took_s = clock.moment().seconds_since(began)
            spread = 1 + jitter * (2 * random.random() - 1)
            await first_of(
                clock, max(every_s * spread - took_s, every_s / 10), nudge, task.stopping
            )

    return loop


async def first_of(clock: Clock, seconds: float, *events: asyncio.Event) -> None:
    """Waits `seconds` of `clock`, or until one of `events` is set, whichever is first."""
    waits = [
        asyncio.create_task(clock.sleep(seconds), name="wait"),
        *(asyncio.create_task(event.wait(), name="wait for event") for event in events),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _sentence(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(dict.fromkeys(_sentence(part) for part in error.exceptions))
    return str(error) or type(error).__name__
