"""Takes away listens that others stand for; the plays themselves stay in `listens_raw`."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from scrobbled.domain.duplicates import Duplicate
from scrobbled.store.listens.link_rows import delete_of
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


def take_away(
    tx: Transaction[Tables], duplicates: Sequence[Duplicate], now: datetime
) -> frozenset[int]:
    """Deletes duplicates, and notes what stands for each.

    What the duplicates themselves stood for passes to their successors.

    Returns:
        The listens that are gone; one that a person linked, or whose successor has gone, stays.
    """
    if not duplicates:
        return frozenset()
    tables = tx.tables
    listens, noted = tables.listens, tables.listen_duplicates
    concerned = {d.listen_id for d in duplicates} | {d.stands_for_it for d in duplicates}
    rows = tx.connection.execute(
        sa.select(listens.c.id, listens.c.enrich_status).where(listens.c.id.in_(concerned))
    )
    status: dict[int, str] = {}
    status.update((number, told) for number, told in rows)
    valid = [
        duplicate
        for duplicate in duplicates
        if status.get(duplicate.listen_id, "manual") != "manual"
        and duplicate.stands_for_it in status
    ]
    for duplicate in valid:
        tx.connection.execute(
            sa.update(noted)
            .where(noted.c.listen_id == duplicate.listen_id)
            .values(listen_id=duplicate.stands_for_it)
        )
    gone = frozenset(duplicate.listen_id for duplicate in valid)
    delete_of(tx, listens.c.id, gone)
    if valid:
        tx.connection.execute(
            sa.insert(noted),
            [
                {
                    "raw_id": duplicate.raw_id,
                    "listen_id": duplicate.stands_for_it,
                    "reason": duplicate.reason.value,
                    "at": now,
                }
                for duplicate in valid
            ],
        )
    return gone
