"""What has to be done now and then for capture, and how the journal is doing."""

import asyncio

from scrobbled.errors import JournalDamaged, JournalUnavailable, OperatorError
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Component
from scrobbled.runtime.tasks import Running, first_of
from scrobbled.scrobbler.intake import Intake
from scrobbled.scrobbler.journal import Journal
from scrobbled.store.journal import JournalFile

SWEEP_EVERY_S = 30.0
"""How often plays that stand paused for too long are looked for, and the journal is checked."""
PRUNE_EVERY_S = 6 * 3600.0


class Housekeeping:
    """Closes plays that nobody goes on with, keeps the journal small, and watches over it."""

    def __init__(
        self,
        intake: Intake,
        journal: Journal,
        clock: Clock,
        health: Component,
        *,
        file: JournalFile,
    ) -> None:
        """Takes its collaborators.

        Args:
            intake: whose sessions are swept.
            journal: to be looked after.
            clock: for waits.
            health: where to say how the journal is doing.
            file: the journal's file.
        """
        self._intake = intake
        self._journal = journal
        self._clock = clock
        self._health = health
        self._file = file
        self._prune_at_s = clock.moment().monotonic_s

    async def run(self, task: Running) -> None:
        """Keeps house until the task is stopped, and a last time then.

        Raises:
            OperatorError: the journal's file is gone or broken; a new one has to be begun, which
                the daemon does when it starts.
        """
        stopping = False
        while not stopping:
            stopping = task.stopping.is_set()
            self._journal.condition_changed.clear()
            await self.tidy()
            await first_of(
                self._clock, SWEEP_EVERY_S, task.stopping, self._journal.condition_changed
            )

    async def tidy(self) -> None:
        """Does once what has to be done.

        Raises:
            OperatorError: see `run`.
        """
        if not await asyncio.to_thread(lambda: self._file.is_there):
            raise OperatorError(
                f"The journal {self._file.path} was moved or deleted while the daemon ran, which "
                "ends for that: a new one is begun when it is started again."
            )
        try:
            await self._work()
        except JournalUnavailable as error:
            self._health.failed(str(error))
            if isinstance(error, JournalDamaged):
                raise OperatorError(
                    f"{error} The daemon ends for that: when it is started again the file is "
                    "kept under another name, and a new one is begun."
                ) from error

    async def _work(self) -> None:
        await self._intake.sweep()
        await self._journal.set_space_aside()
        now_s = self._clock.moment().monotonic_s
        if now_s >= self._prune_at_s:
            await self._journal.prune()
            self._prune_at_s = now_s + PRUNE_EVERY_S
        backlog = await self._journal.backlog()
        self._health.measure("plays_waiting", backlog.waiting)
        self._health.measure("dead_letters", backlog.dead_letters)
        if self._journal.refusal is not None:
            self._health.failed(str(self._journal.refusal))
        elif self._journal.tight:
            self._health.degraded("the disk is full: plays are kept, single observations are not")
        else:
            self._health.ok(_waiting(backlog.waiting))


def _waiting(plays: int) -> str:
    if plays == 0:
        return "everything is in the database"
    return f"{plays} {'play waits' if plays == 1 else 'plays wait'} for the database"
