"""Reads from the journal."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from scrobbled.store.journal.tables import JournalTables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as it was last kept."""

    source: str
    player: str
    session_json: str


@dataclass(frozen=True, slots=True)
class WaitingPlay:
    """A closed play that is not in the main database yet."""

    play_uid: str
    play_json: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What lies in the journal.

    Attributes:
        waiting: closed plays on their way to the main database.
        oldest_closed_at_s: when the oldest of them was closed, seconds since the epoch; None
            when nothing waits.
        dead_letters: what could not be processed.
    """

    waiting: int
    oldest_closed_at_s: float | None
    dead_letters: int


def kept_sessions(tx: Transaction[JournalTables]) -> list[KeptSession]:
    """Every session, in no order."""
    sessions = tx.tables.sessions
    rows = tx.connection.execute(
        select(sessions.c.source, sessions.c.player, sessions.c.session_json)
    )
    return [KeptSession(*row) for row in rows]


def waiting_plays(tx: Transaction[JournalTables], limit: int) -> list[WaitingPlay]:
    """Plays on their way to the main database, oldest first, at most `limit`."""
    outbox = tx.tables.outbox
    rows = tx.connection.execute(
        select(outbox.c.play_uid, outbox.c.play_json)
        .where(outbox.c.delivered_at.is_(None))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [WaitingPlay(*row) for row in rows]


def observations_of(tx: Transaction[JournalTables], play_uid: str) -> list[str]:
    """The observations (JSON) during the play, in order; empty once they are pruned."""
    observations = tx.tables.observations
    rows = tx.connection.execute(
        select(observations.c.observation_json)
        .where(observations.c.play_uid == play_uid)
        .order_by(observations.c.id)
    )
    return list(rows.scalars())


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """One body that was posted; see `ReceiptRow`."""

    number: int
    received_at_s: float
    monotonic_s: float
    host_boot_id: str
    body: str


def waiting_receipts(
    tx: Transaction[JournalTables], source: str, after: int, limit: int
) -> list[KeptReceipt]:
    """Receipts that are not done, by number, from the one after `after` on."""
    receipts = tx.tables.receipts
    wanted = (receipts.c.source == source, receipts.c.done_at.is_(None), receipts.c.id > after)
    return _receipts(tx, wanted, limit)


def finished_receipts(tx: Transaction[JournalTables], source: str, limit: int) -> list[KeptReceipt]:
    """The last receipts of a source that are done, by number, at most `limit`."""
    receipts = tx.tables.receipts
    last = (
        select(receipts.c.id)
        .where(receipts.c.source == source, receipts.c.done_at.is_not(None))
        .order_by(receipts.c.id.desc())
        .limit(limit)
    )
    return _receipts(tx, (receipts.c.id.in_(last),), limit)


def receipts_since(
    tx: Transaction[JournalTables], source: str, since_s: float, after: int, limit: int
) -> list[KeptReceipt]:
    """Receipts that came since then, done or not, by number, from the one after `after` on."""
    receipts = tx.tables.receipts
    wanted = (
        receipts.c.source == source,
        receipts.c.received_at >= since_s,
        receipts.c.id > after,
    )
    return _receipts(tx, wanted, limit)


def _receipts(
    tx: Transaction[JournalTables], wanted: tuple[ColumnElement[bool], ...], limit: int
) -> list[KeptReceipt]:
    receipts = tx.tables.receipts
    rows = tx.connection.execute(
        select(
            receipts.c.id,
            receipts.c.received_at,
            receipts.c.monotonic_s,
            receipts.c.host_boot_id,
            receipts.c.body,
        )
        .where(*wanted)
        .order_by(receipts.c.id)
        .limit(limit)
    )
    return [KeptReceipt(*row) for row in rows]


def backlog(tx: Transaction[JournalTables]) -> Backlog:
    """What waits and what failed."""
    outbox, dead_letters = tx.tables.outbox, tx.tables.dead_letters
    waiting, oldest = tx.connection.execute(
        select(func.count(), func.min(outbox.c.closed_at)).where(outbox.c.delivered_at.is_(None))
    ).one()
    dead = tx.connection.execute(select(func.count()).select_from(dead_letters)).scalar_one()
    return Backlog(waiting, oldest, dead)
