"""What media servers post: kept at once, interpreted behind their backs, each exactly once."""

import asyncio
from collections.abc import Callable, Sequence

from scrobbled.domain.observation import Observation
from scrobbled.errors import ItemRejected
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Component
from scrobbled.runtime.tasks import Running, first_of
from scrobbled.scrobbler.intake import Intake
from scrobbled.scrobbler.journal import Journal
from scrobbled.sources import Interpreted, Interpreter

READ_AT_ONCE = 500
RECALLED = 64
"""So many of what was read before a restart are shown to the interpreter again."""
MOST_BURIED = 20
"""In one `BURY_WITHIN_S`; a wrong template would bury one a second for ever."""
BURY_WITHIN_S = 3600.0
PACE_S = 1.0
"""What is due within this is read together: nobody waits for it, and it makes fewer commits."""
LOOK_EVERY_S = 60.0
"""The journal is looked into this often even if nothing arrives."""

log = get_logger(__name__)


class Mailbox:
    """Where one source's webhook puts what it is sent (`scrobbled.sources.Inbox`).

    Attributes:
        arrived: set when something was kept.
    """

    def __init__(self, name: str, journal: Journal, clock: Clock, health: Component) -> None:
        """Takes its collaborators.

        Args:
            name: of the source.
            journal: where bodies are kept.
            clock: says when they arrive.
            health: where to count them.
        """
        self._name = name
        self._journal = journal
        self._clock = clock
        self._health = health
        self._buried_since_s = 0.0
        self._buried = 0
        self.arrived = asyncio.Event()

    @property
    def name(self) -> str:
        """`<type>:<name>` of the source."""
        return self._name

    @property
    def clock(self) -> Clock:
        """The present."""
        return self._clock

    async def keep(self, body: str) -> None:
        """Keeps a body; see `Inbox.keep`."""
        await self._journal.keep_receipt(self._name, self._clock.moment(), body)
        self._health.count("receipts")
        self.arrived.set()

    async def bury(self, body: str, reason: str) -> None:
        """Keeps what cannot be understood; see `Inbox.bury`."""
        self._health.count("unreadable")
        now_s = self._clock.moment().monotonic_s
        if now_s - self._buried_since_s > BURY_WITHIN_S or self._buried == 0:
            self._buried_since_s, self._buried = now_s, 0
        self._buried += 1
        if self._buried <= MOST_BURIED:
            await self._journal.bury(self._name, reason, body)


class MailReader:
    """Reads one source's mail in the order that its interpreter finds."""

    def __init__(
        self,
        mailbox: Mailbox,
        interpreter: Callable[[], Interpreter],
        intake: Intake,
        journal: Journal,
        clock: Clock,
    ) -> None:
        """Takes its collaborators.

        Args:
            mailbox: of the source.
            interpreter: makes one; what an earlier one had not given back is given to it again.
            intake: where observations go.
            journal: where receipts are.
            clock: for waits.
        """
        self._mailbox = mailbox
        self._make_interpreter = interpreter
        self._intake = intake
        self._journal = journal
        self._clock = clock

    async def run(self, task: Running) -> None:
        """Reads until the task is stopped; what is not done then is done at the next start.

        Raises:
            JournalUnavailable: nothing can be read or kept now; to be tried again.
        """
        interpreter = self._make_interpreter()
        self._intake.hold(self._mailbox.name)
        for receipt in await self._journal.finished_receipts(self._mailbox.name, RECALLED):
            interpreter.recall(receipt)
        late = set(await self._hand_over(interpreter, 0))
        last = max(late, default=0)
        while not task.stopping.is_set():
            late -= await self._finish(interpreter.due(self._clock.moment()))
            if not late:
                self._intake.release(self._mailbox.name)
                task.working("everything that was posted is read")
            await self._wait(interpreter, task)
            self._mailbox.arrived.clear()
            arrived = await self._hand_over(interpreter, last)
            last = max(arrived, default=last)

    async def _hand_over(self, interpreter: Interpreter, last: int) -> list[int]:
        """Gives the interpreter all that arrived after `last`; returns the numbers."""
        numbers: list[int] = []
        while True:
            after = numbers[-1] if numbers else last
            receipts = await self._journal.waiting_receipts(self._mailbox.name, after, READ_AT_ONCE)
            for receipt in receipts:
                interpreter.take(receipt)
                numbers.append(receipt.number)
            if len(receipts) < READ_AT_ONCE:
                return numbers

    async def _finish(self, ready: Sequence[Interpreted]) -> set[int]:
        """Takes in what the interpreter gave back; returns the numbers."""
        void = [each.receipt for each in ready if each.observation is None]
        if void:
            await self._journal.finish_receipts(void)
        players: dict[str, list[tuple[int, Observation]]] = {}
        for each in ready:
            if each.observation is not None:
                mine = players.setdefault(each.observation.player, [])
                mine.append((each.receipt, each.observation))
        # Together, so that they share a commit; each player's in order.
        async with asyncio.TaskGroup() as group:
            for player, told in players.items():
                group.create_task(self._observe(told), name=f"{self._mailbox.name} {player}")
        return {each.receipt for each in ready}

    async def _observe(self, told: Sequence[tuple[int, Observation]]) -> None:
        """Takes in what one player's receipts tell."""
        for receipt, observation in told:
            try:
                await self._intake.observe(self._mailbox.name, observation, receipt=receipt)
            except ItemRejected as error:
                await self._journal.bury_receipt(receipt, str(error))

    async def _wait(self, interpreter: Interpreter, task: Running) -> None:
        """Waits until there may be something to do.

        While something is held, what arrives need not be looked at before that is due.
        """
        wait_s = interpreter.wait_s(self._clock.moment())
        if wait_s is not None:
            await first_of(self._clock, max(wait_s, PACE_S), task.stopping)
        else:
            await first_of(self._clock, LOOK_EVERY_S, task.stopping, self._mailbox.arrived)
