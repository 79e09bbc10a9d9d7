"""Where use cases wait for the writer, and who goes first."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic

from scrobbled.store.transaction import Lane, TablesT, Transaction


@dataclass(slots=True, eq=False)
class Job(Generic[TablesT]):
    """A use case that waits, and its outcome as far as it is known.

    Attributes:
        use_case: what to run.
        lane: where it waits.
        future: what is told once the outcome is final.
        since_s: since when it waits, by `time.monotonic`.
        result: what the use case returned, while its transaction is not committed yet.
        error: what it raised, likewise.
    """

    use_case: Callable[[Transaction[TablesT]], Any]
    lane: Lane
    future: Future[Any]
    since_s: float = field(default_factory=time.monotonic)
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tells the outcome."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Lanes(Generic[TablesT]):
    """Two queues for one consumer: all of CAPTURE goes before any of BULK.

    `put` takes no lock that anybody could hold, so an event loop may call it.
    """

    def __init__(self, gap_s: float) -> None:
        """Makes empty lanes; between two turns of BULK lie at least `gap_s` seconds."""
        self._gap_s = gap_s
        self._bulk_from_s = 0.0
        self._arrived: SimpleQueue[Job[TablesT] | None] = SimpleQueue()
        self._waiting: dict[Lane, deque[Job[TablesT]]] = {lane: deque() for lane in Lane}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether jobs are no longer welcome."""
        return self._closed

    def put(self, job: Job[TablesT]) -> None:
        """Adds `job` at the end of its lane."""
        self._arrived.put(job)

    def close(self) -> None:
        """Asks for no more jobs; those that wait still get their turn, without gaps."""
        self._closed = True
        self._arrived.put(None)  # wakes the consumer

    def turn(self) -> Lane | None:
        """Waits until it is a lane's turn; None once they are closed and empty."""
        while True:
            self._sort_in()
            if self._waiting[Lane.CAPTURE]:
                return Lane.CAPTURE
            if self._waiting[Lane.BULK]:
                gap_left_s = self._bulk_from_s - time.monotonic()
                if gap_left_s <= 0 or self._closed:
                    return Lane.BULK
                self._wait(gap_left_s)
            elif self._closed:
                return None
            else:
                self._wait(None)

    def take(self, lane: Lane) -> Job[TablesT] | None:
        """The first job of `lane`; None when nobody waits there."""
        self._sort_in()
        try:
            return self._waiting[lane].popleft()
        except IndexError:  # nobody there, or `take_all` was faster
            return None

    def waits(self, lane: Lane) -> bool:
        """Whether anybody waits in `lane`."""
        self._sort_in()
        return bool(self._waiting[lane])

    def begin_gap(self) -> None:
        """Lets BULK have its next turn only after the gap."""
        self._bulk_from_s = time.monotonic() + self._gap_s

    def take_all(self, waiting_since_s: float) -> list[Job[TablesT]]:
        """All jobs that have waited since then or longer, by `time.monotonic`."""
        taken = []
        for lane in Lane:
            while (job := self.take(lane)) is not None:
                if job.since_s > waiting_since_s:
                    self._waiting[lane].appendleft(job)
                    break
                taken.append(job)
        return taken

    def _wait(self, seconds: float | None) -> None:
        """Waits for a job to come, or to be closed, at most `seconds`."""
        try:
            self._sort(self._arrived.get(timeout=seconds))
        except Empty:
            return

    def _sort_in(self) -> None:
        while not self._arrived.empty():
            try:
                self._sort(self._arrived.get_nowait())
            except Empty:  # `take_all` of another thread was faster
                return

    def _sort(self, job: Job[TablesT] | None) -> None:
        if job is not None:
            self._waiting[job.lane].append(job)
