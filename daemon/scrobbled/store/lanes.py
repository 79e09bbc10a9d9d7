"""Where use cases wait for the writer, and who goes first."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic

from scrobbled.store.transaction import Lane, TablesT, Transaction


@dataclass(slots=True, eq=False)
class Job(Generic[TablesT]):
    """A use case that waits, and its outcome as far as it is known.

    Attributes:
        use_case: what to run.
        future: what is told once the outcome is final.
        since_s: since when it waits, by `time.monotonic`.
        result: what the use case returned, while its transaction is not committed yet.
        error: what it raised, likewise.
    """

    use_case: Callable[[Transaction[TablesT]], Any]
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
    """Two queues for one consumer: all of CAPTURE goes before any of BULK."""

    def __init__(self, gap_s: float) -> None:
        """Makes empty lanes; between two turns of BULK lie at least `gap_s` seconds."""
        self._gap_s = gap_s
        self._bulk_from_s = 0.0
        self._waiting: dict[Lane, deque[Job[TablesT]]] = {lane: deque() for lane in Lane}
        self._closed = False
        self._changed = threading.Condition()

    def put(self, lane: Lane, job: Job[TablesT]) -> bool:
        """Adds `job` at the end of its lane; False when the lanes are closed."""
        with self._changed:
            if self._closed:
                return False
            self._waiting[lane].append(job)
            self._changed.notify()
            return True

    def turn(self) -> Lane | None:
        """Waits until it is a lane's turn; None once they are closed and empty."""
        capture, bulk = self._waiting[Lane.CAPTURE], self._waiting[Lane.BULK]
        with self._changed:
            while not capture:
                if bulk:
                    gap_left_s = self._bulk_from_s - time.monotonic()
                    if gap_left_s <= 0 or self._closed:
                        return Lane.BULK
                    self._changed.wait(gap_left_s)
                elif self._closed:
                    return None
                else:
                    self._changed.wait()
            return Lane.CAPTURE

    def take(self, lane: Lane) -> Job[TablesT] | None:
        """The first job of `lane`; None when nobody waits there."""
        with self._changed:
            waiting = self._waiting[lane]
            return waiting.popleft() if waiting else None

    def waits(self, lane: Lane) -> bool:
        """Whether anybody waits in `lane`."""
        return bool(self._waiting[lane])

    def begin_gap(self) -> None:
        """Lets BULK have its next turn only after the gap."""
        self._bulk_from_s = time.monotonic() + self._gap_s

    def take_all(self, waiting_since_s: float) -> list[Job[TablesT]]:
        """All jobs that have waited since then or longer, by `time.monotonic`."""
        with self._changed:
            old = []
            for waiting in self._waiting.values():
                while waiting and waiting[0].since_s <= waiting_since_s:
                    old.append(waiting.popleft())
            return old

    def close(self) -> None:
        """Takes no more jobs; those that wait still get their turn, without gaps."""
        with self._changed:
            self._closed = True
            self._changed.notify()
