"""What receipts come to, without a journal: the same interpreter, the same machine."""

from collections.abc import Callable, Sequence

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.credit import CreditPolicy
from scrobbled.domain.lifecycle import advance, expire
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.session import Session, SessionRules
from scrobbled.sources import Interpreter, LastSeen, Receipt

SETTLED_AFTER_S = 60.0
"""So long after the last receipt and the longest pause, nothing is held or open any more."""


class Replay:
    """Plays receipts through a memory of its own."""

    def __init__(
        self,
        interpreter: Callable[[LastSeen], Interpreter],
        credit: CreditPolicy,
        counting: CountingRules,
    ) -> None:
        """Takes the rules.

        Args:
            interpreter: makes the source's interpreter.
            credit: its plugin's.
            counting: when a play counts.
        """
        self._interpreter = interpreter(self._last_seen)
        self._credit = credit
        self._counting = counting
        self._sessions: dict[str, Session] = {}
        self._uids = (f"{number:032x}" for number in range(1, 1 << 60))
        self._plays: list[ClosedPlay] = []

    def plays(self, receipts: Sequence[Receipt]) -> list[ClosedPlay]:
        """Every play that the receipts come to, in the order of closing.

        What is still open after the last is closed as if nothing came any more.

        Args:
            receipts: in the order of their arrival.
        """
        for receipt in receipts:
            self._take_in(receipt.received)
            self._interpreter.take(receipt)
        if receipts:
            end = receipts[-1].received
            self._take_in(end.earlier_by(-SETTLED_AFTER_S))
            self._sweep(end.earlier_by(-SETTLED_AFTER_S - self._counting.pause_limit_s))
        return self._plays

    def _take_in(self, at: Moment) -> None:
        for each in self._interpreter.due(at):
            seen = each.observation
            if seen is None:
                continue
            session = self._sessions.get(seen.player, Session())
            expired = expire(session, seen.at, self._rules(seen.user))
            step = advance(expired.session, seen, self._rules(seen.user))
            self._plays += expired.closed + step.closed
            self._sessions[seen.player] = step.session

    def _sweep(self, at: Moment) -> None:
        for session in self._sessions.values():
            self._plays += expire(session, at, self._rules(None)).closed

    def _last_seen(self, player: str) -> Observation | None:
        return self._sessions.get(player, Session()).last

    def _rules(self, user: str | None) -> SessionRules:
        return SessionRules(
            source="replay",
            user=user or "",
            counting=self._counting,
            credit=self._credit,
            new_play_uid=lambda: next(self._uids),
            utc_offset_min=lambda _wall_s: None,
        )
