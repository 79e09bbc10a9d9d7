"""Writes to the journal: each function is one use case in a transaction of the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scrobbled.store.journal.tables import JournalTables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session to be kept, with what led to it.

    Attributes:
        source: the source's name.
        player: the player's name in it.
        session_json: the session as it is now.
        saved_at_s: now, seconds since the epoch.
        observation_json: the observation that led to it; None to keep the session alone.
        seen_at_s: when that was seen, seconds since the epoch.
        play_uids: the plays that the observation tells of: the one that was open before it, and
            the one that is open after it; it is kept for each.
        closed: (play_uid, JSON) of the plays that were closed.
        receipt: what the observation was read from, which is done with it; None for none.
    """

    source: str
    player: str
    session_json: str
    saved_at_s: float
    observation_json: str | None
    seen_at_s: float
    play_uids: tuple[str, ...]
    closed: tuple[tuple[str, str], ...]
    receipt: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One body that was posted.

    Attributes:
        source: the source's name.
        received_at_s: seconds since the epoch, UTC, by the wall clock.
        monotonic_s: seconds of the host's monotonic clock.
        host_boot_id: of that clock.
        body: as it came.
    """

    source: str
    received_at_s: float
    monotonic_s: float
    host_boot_id: str
    body: str


def keep_session(tx: Transaction[JournalTables], row: SessionRow) -> None:
    """Keeps a session, the observation that led to it and the plays that it closed."""
    tables = tx.tables
    statement = upsert(tables.sessions).values(
        source=row.source,
        player=row.player,
        session_json=row.session_json,
        saved_at=row.saved_at_s,
    )
    tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "player"],
            set_={
                "session_json": statement.excluded.session_json,
                "saved_at": statement.excluded.saved_at,
            },
        )
    )
    if row.observation_json is not None:
        tx.connection.execute(
            insert(tables.observations),
            [
                {
                    "play_uid": play_uid,
                    "seen_at": row.seen_at_s,
                    "observation_json": row.observation_json,
                }
                for play_uid in row.play_uids or (None,)
            ],
        )
    if row.receipt is not None:
        finish_receipts(tx, [row.receipt], row.saved_at_s)
    if row.closed:
        tx.connection.execute(
            upsert(tables.outbox).on_conflict_do_nothing(index_elements=["play_uid"]),
            [
                {"play_uid": play_uid, "play_json": play_json, "closed_at": row.saved_at_s}
                for play_uid, play_json in row.closed
            ],
        )


def forget_session(tx: Transaction[JournalTables], source: str, player: str) -> None:
    """Forgets the session of a player that is no longer watched."""
    sessions = tx.tables.sessions
    tx.connection.execute(
        delete(sessions).where(sessions.c.source == source, sessions.c.player == player)
    )


def mark_delivered(tx: Transaction[JournalTables], play_uids: Sequence[str], at_s: float) -> None:
    """Marks plays as safely in the main database."""
    outbox = tx.tables.outbox
    tx.connection.execute(
        update(outbox).where(outbox.c.play_uid == bindparam("uid")).values(delivered_at=at_s),
        [{"uid": play_uid} for play_uid in play_uids],
    )


def bury(
    tx: Transaction[JournalTables], *, source: str, at_s: float, reason: str, body: str
) -> None:
    """Keeps what cannot be processed, with the reason."""
    tx.connection.execute(
        insert(tx.tables.dead_letters),
        {"source": source, "received_at": at_s, "reason": reason, "body": body},
    )


def bury_play(tx: Transaction[JournalTables], play_uid: str, *, at_s: float, reason: str) -> None:
    """Moves a play that the main database rejects from the outbox to the dead letters."""
    outbox = tx.tables.outbox
    row = tx.connection.execute(
        delete(outbox).where(outbox.c.play_uid == play_uid).returning(outbox.c.play_json)
    ).one_or_none()
    if row is not None:
        bury(tx, source="outbox", at_s=at_s, reason=reason, body=row.play_json)


def keep_receipt(tx: Transaction[JournalTables], row: ReceiptRow) -> int:
    """Keeps what was posted; returns its number."""
    kept = tx.connection.execute(
        insert(tx.tables.receipts),
        {
            "source": row.source,
            "received_at": row.received_at_s,
            "monotonic_s": row.monotonic_s,
            "host_boot_id": row.host_boot_id,
            "body": row.body,
        },
    )
    key = kept.inserted_primary_key
    return int(key[0]) if key else 0


def finish_receipts(tx: Transaction[JournalTables], numbers: Sequence[int], at_s: float) -> None:
    """Marks receipts as done: what they tell is kept otherwise, or is nothing."""
    receipts = tx.tables.receipts
    tx.connection.execute(
        update(receipts).where(receipts.c.id == bindparam("number")).values(done_at=at_s),
        [{"number": number} for number in numbers],
    )


def bury_receipt(tx: Transaction[JournalTables], number: int, *, at_s: float, reason: str) -> None:
    """Puts a copy of a receipt that makes no sense among the dead letters; it is done."""
    receipts = tx.tables.receipts
    row = tx.connection.execute(
        select(receipts.c.source, receipts.c.body).where(receipts.c.id == number)
    ).one_or_none()
    finish_receipts(tx, [number], at_s)
    if row is not None:
        bury(tx, source=row.source, at_s=at_s, reason=reason, body=row.body)


def prune_receipts(tx: Transaction[JournalTables], before_s: float, limit: int) -> int:
    """Deletes receipts that were done before then; returns how many.

    Looks at the `limit` oldest alone. The very last one stays, so that no number is given twice.
    """
    receipts = tx.tables.receipts
    last = select(func.max(receipts.c.id)).scalar_subquery()
    oldest = select(receipts.c.id).order_by(receipts.c.id).limit(limit)
    return tx.connection.execute(
        delete(receipts).where(
            receipts.c.id.in_(oldest),
            receipts.c.id < last,
            receipts.c.received_at < before_s,
            receipts.c.done_at.is_not(None),
        )
    ).rowcount


def prune(tx: Transaction[JournalTables], before_s: float, limit: int) -> int:
    """Deletes delivered plays and observations older than `before_s`; returns how many.

    At most `limit` of each, so that what is to be kept need not wait for long.
    """
    outbox, observations = tx.tables.outbox, tx.tables.observations
    plays = select(outbox.c.id).where(outbox.c.delivered_at < before_s).limit(limit)
    seen = select(observations.c.id).where(observations.c.seen_at < before_s).limit(limit)
    dropped = tx.connection.execute(delete(outbox).where(outbox.c.id.in_(plays))).rowcount
    dropped += tx.connection.execute(
        delete(observations).where(observations.c.id.in_(seen))
    ).rowcount
    return dropped
