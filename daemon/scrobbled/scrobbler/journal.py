"""The journal as the daemon uses it: what it acknowledges is on disk."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.session import Session
from scrobbled.errors import DatabaseUnavailable, JournalFull, JournalUnavailable
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.scrobbler.codec import (
    dump_observation,
    dump_play,
    dump_session,
    load_play,
    load_session,
)
from scrobbled.scrobbler.reserve import Reserve
from scrobbled.sources import Receipt
from scrobbled.store import Lane
from scrobbled.store.journal import JournalStore, JournalTransaction, journal_trouble
from scrobbled.store.journal import read as reads
from scrobbled.store.journal import write as writes

KEEP_S = 14 * 24 * 3600.0
"""Delivered plays and observations stay this long for `explain`, seconds."""
KEEP_RECEIPTS_S = 2 * 24 * 3600.0
"""What was posted stays this long for reports of errors, seconds."""
PRUNED_AT_ONCE = 500

T = TypeVar("T")
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The session of one player, as the journal holds it."""

    source: str
    player: str
    session: Session


class Journal:
    """Keeps observations, sessions and closed plays until the main database has them.

    Everything that waits for it raises `JournalUnavailable` while it cannot be read or written.

    Attributes:
        condition_changed: set when `tight` or `refusal` changed, for who shows them.
    """

    def __init__(self, store: JournalStore, reserve: Reserve, clock: Clock) -> None:
        self._store = store
        self._reserve = reserve
        self._clock = clock
        self._tight = False
        self._refusal: JournalUnavailable | None = None
        self.condition_changed = asyncio.Event()

    @property
    def tight(self) -> bool:
        """Whether the disk was full lately, so that single observations are not kept."""
        return self._tight

    @property
    def refusal(self) -> JournalUnavailable | None:
        """Why nothing can be kept at all; None as long as the last write succeeded."""
        return self._refusal

    async def keep(
        self,
        source: str,
        player: str,
        session: Session,
        observation: Observation | None,
        closed: Sequence[ClosedPlay],
        *,
        tells_of: Sequence[str] = (),
        receipt: int | None = None,
    ) -> None:
        """Keeps a session, the observation that led to it, and the plays that it closed.

        Args:
            source: the source's name.
            player: the player's name in it.
            session: as it is now.
            observation: what led to it; None if nothing was seen.
            closed: the plays to be delivered.
            tells_of: the plays (`play_uid`) that the observation tells of.
            receipt: what the observation was read from, which is done with it.

        Raises:
            JournalUnavailable: they could not be kept, not even in the reserved space.
        """
        row = writes.SessionRow(
            source=source,
            player=player,
            session_json=dump_session(session),
            saved_at_s=self._clock.moment().wall_s,
            observation_json=None if observation is None else dump_observation(observation),
            seen_at_s=0.0 if observation is None else observation.at.wall_s,
            play_uids=tuple(tells_of),
            closed=tuple((play.play_uid, dump_play(play)) for play in closed),
            receipt=receipt,
        )
        bare = partial(writes.keep_session, row=replace(row, observation_json=None))
        try:
            whole = partial(writes.keep_session, row=row)
            await self._attempt(bare if self._tight else whole)
        except JournalFull:
            self._set_tight(tight=True)
            await self._squeeze_in(bare)

    async def keep_receipt(self, source: str, received: Moment, body: str) -> int:
        """Keeps what a media server posted; returns its number.

        Raises:
            JournalUnavailable: it could not be kept, not even in the reserved space.
        """
        row = writes.ReceiptRow(
            source=source,
            received_at_s=received.wall_s,
            monotonic_s=received.monotonic_s,
            host_boot_id=received.host_boot_id,
            body=body,
        )
        use_case = partial(writes.keep_receipt, row=row)
        try:
            return await self._attempt(use_case)
        except JournalFull:
            self._set_tight(tight=True)
            return await self._squeeze_in(use_case)

    async def finish_receipts(self, numbers: Sequence[int]) -> None:
        """Marks receipts as done."""
        at_s = self._clock.moment().wall_s
        await self._write(partial(writes.finish_receipts, numbers=numbers, at_s=at_s))

    async def waiting_receipts(self, source: str, after: int, limit: int) -> list[Receipt]:
        """Receipts of a source that are not done, from the one after `after` on."""
        use_case = partial(reads.waiting_receipts, source=source, after=after, limit=limit)
        return [_receipt(row) for row in await self._read(use_case)]

    async def finished_receipts(self, source: str, limit: int) -> list[Receipt]:
        """The last receipts of a source that are done, in the order of arrival."""
        use_case = partial(reads.finished_receipts, source=source, limit=limit)
        return [_receipt(row) for row in await self._read(use_case)]

    async def receipts_since(
        self, source: str, since_s: float, after: int, limit: int
    ) -> list[Receipt]:
        """Receipts of a source that came since then, from the one after `after` on."""
        use_case = partial(
            reads.receipts_since, source=source, since_s=since_s, after=after, limit=limit
        )
        return [_receipt(row) for row in await self._read(use_case)]

    async def bury_receipt(self, number: int, reason: str) -> None:
        """Puts a receipt that makes no sense among the dead letters."""
        log.error("receipt.buried", receipt=number, reason=reason)
        at_s = self._clock.moment().wall_s
        await self._write(partial(writes.bury_receipt, number=number, at_s=at_s, reason=reason))

    async def _squeeze_in(self, use_case: Callable[[JournalTransaction], T]) -> T:
        """Writes into the reserved space, of which no more is given up than is needed."""
        while await asyncio.to_thread(self._reserve.give_up_some):
            with suppress(JournalFull):
                return await self._attempt(use_case)
        return await self._write(use_case)

    async def sessions(self) -> list[Kept]:
        """Every session that was kept; one that cannot be read goes to the dead letters."""
        kept: list[Kept] = []
        for row in await self._read(reads.kept_sessions):
            try:
                session = load_session(row.session_json)
            except ValueError as error:
                await self.bury(
                    row.source, f"the session cannot be read: {error}", row.session_json
                )
                await self.forget(row.source, row.player)
            else:
                kept.append(Kept(row.source, row.player, session))
        return kept

    async def forget(self, source: str, player: str) -> None:
        """Forgets the session of a player that is no longer watched."""
        await self._write(partial(writes.forget_session, source=source, player=player))

    async def waiting(self, limit: int) -> list[ClosedPlay]:
        """Closed plays on their way, oldest first; empty only when none is left.

        Those that cannot be read go to the dead letters.
        """
        while rows := await self._read(partial(reads.waiting_plays, limit=limit)):
            waiting: list[ClosedPlay] = []
            for row in rows:
                try:
                    waiting.append(load_play(row.play_json))
                except ValueError as error:
                    await self.bury_play(row.play_uid, f"the play cannot be read: {error}")
            if waiting:
                return waiting
        return []

    async def mark_delivered(self, play_uids: Sequence[str]) -> None:
        """Marks plays as safely in the main database."""
        at_s = self._clock.moment().wall_s
        await self._write(partial(writes.mark_delivered, play_uids=play_uids, at_s=at_s))

    async def bury(self, source: str, reason: str, body: str) -> None:
        """Keeps what cannot be processed among the dead letters."""
        log.error("letter.buried", source=source, reason=reason)
        at_s = self._clock.moment().wall_s
        await self._write(partial(writes.bury, source=source, at_s=at_s, reason=reason, body=body))

    async def bury_play(self, play_uid: str, reason: str) -> None:
        """Moves a play that can never be delivered to the dead letters."""
        log.error("play.buried", play_uid=play_uid, reason=reason)
        at_s = self._clock.moment().wall_s
        await self._write(partial(writes.bury_play, play_uid=play_uid, at_s=at_s, reason=reason))

    async def prune(self) -> int:
        """Drops what was delivered long ago, bit by bit; returns rows dropped."""
        now_s = self._clock.moment().wall_s
        receipts = partial(writes.prune_receipts, before_s=now_s - KEEP_RECEIPTS_S)
        others = partial(writes.prune, before_s=now_s - KEEP_S)
        dropped = 0
        for use_case in (receipts, others):
            while some := await self._write(partial(use_case, limit=PRUNED_AT_ONCE), Lane.BULK):
                dropped += some
        return dropped

    async def set_space_aside(self) -> None:
        """Takes the reserve if there is room for it; then everything is kept again."""
        if await asyncio.to_thread(self._reserve.take):
            self._set_tight(tight=False)

    async def backlog(self) -> reads.Backlog:
        """What waits and what failed."""
        return await self._read(reads.backlog)

    async def close(self) -> None:
        """Closes the file, after everything that was begun."""
        await asyncio.to_thread(self._store.close)

    async def _write(
        self, use_case: Callable[[JournalTransaction], T], lane: Lane = Lane.CAPTURE
    ) -> T:
        """Writes; an outage is logged when it begins and when it ends."""
        try:
            return await self._attempt(use_case, lane)
        except JournalUnavailable as error:
            self._note_refusal(error)
            raise

    async def _attempt(
        self, use_case: Callable[[JournalTransaction], T], lane: Lane = Lane.CAPTURE
    ) -> T:
        """Writes, where lack of space is not the last word.

        Waits even if the waiter is cancelled meanwhile: the write is under way.
        """
        try:
            result = await asyncio.shield(asyncio.wrap_future(self._store.write(use_case, lane)))
        except DatabaseUnavailable as error:
            trouble = journal_trouble(error)
            if not isinstance(trouble, JournalFull):
                self._note_refusal(trouble)
            raise trouble from error
        self._note_success()
        return result

    async def _read(self, use_case: Callable[[JournalTransaction], T]) -> T:
        try:
            return await asyncio.wrap_future(self._store.read(use_case))
        except DatabaseUnavailable as error:
            raise journal_trouble(error) from error

    def _set_tight(self, *, tight: bool) -> None:
        if tight != self._tight:
            self._tight = tight
            self.condition_changed.set()

    def _note_success(self) -> None:
        if self._refusal is not None:
            log.info("journal.recovered")
            self._refusal = None
            self.condition_changed.set()

    def _note_refusal(self, error: JournalUnavailable) -> None:
        if self._refusal is None:
            log.error("journal.refused", reason=str(error))
            self.condition_changed.set()
        self._refusal = error


def _receipt(row: reads.KeptReceipt) -> Receipt:
    received = Moment(row.monotonic_s, row.received_at_s, row.host_boot_id)
    return Receipt(row.number, received, row.body)
