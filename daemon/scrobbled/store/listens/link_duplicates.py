"""Takes away listens that others stand for; the plays themselves stay in `listens_raw`."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from scrobbled.domain.duplicates import Duplicate
from scrobbled.store.listens.link_rows import delete_of
from scrobbled.store.medialibrary.bulk import in_lists
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
    status = _status_of(tx, duplicates)
    valid = [
        duplicate
        for duplicate in duplicates
        if duplicate.kept in status
        and (duplicate.listen_id is None or status.get(duplicate.listen_id, "manual") != "manual")
    ]
    listens, noted = tx.tables.listens, tx.tables.listen_duplicates
    for duplicate in valid:
        earlier = (
            noted.c.raw_id == duplicate.raw_id
            if duplicate.listen_id is None
            else noted.c.listen_id == duplicate.listen_id
        )
        tx.connection.execute(sa.update(noted).where(earlier).values(listen_id=duplicate.kept))
    gone = [duplicate for duplicate in valid if duplicate.listen_id is not None]
    numbers = frozenset(d.listen_id for d in gone if d.listen_id is not None)
    delete_of(tx, listens.c.id, numbers)
    if gone:
        rows = [
            {"raw_id": d.raw_id, "listen_id": d.kept, "reason": d.reason.value, "at": now}
            for d in gone
        ]
        tx.connection.execute(sa.insert(noted), rows)
    return numbers


def _status_of(tx: Transaction[Tables], duplicates: Sequence[Duplicate]) -> dict[int, str]:
    """The states of those of the listens concerned that are there."""
    listens = tx.tables.listens
    numbers = {number for d in duplicates for number in (d.listen_id, d.kept) if number is not None}
    found: dict[int, str] = {}
    for some in in_lists(numbers):
        rows = tx.connection.execute(
            sa.select(listens.c.id, listens.c.enrich_status).where(listens.c.id.in_(some))
        )
        found.update((number, status) for number, status in rows)
    return found
