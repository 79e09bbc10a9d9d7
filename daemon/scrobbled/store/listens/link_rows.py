"""What the writers of links share: statements over lists of ids."""

from collections.abc import Collection

import sqlalchemy as sa

from scrobbled.store.medialibrary.bulk import in_lists
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


def delete_of(tx: Transaction[Tables], column: sa.Column[int], values: Collection[int]) -> None:
    """Deletes the rows of the column's table in which it holds one of `values`."""
    for some in in_lists(values):
        tx.connection.execute(sa.delete(column.table).where(column.in_(some)))


def existing_tracks(tx: Transaction[Tables], track_ids: Collection[int]) -> set[int]:
    """Those of the tracks that are still there."""
    tracks = tx.tables.tracks
    found: set[int] = set()
    for some in in_lists(track_ids):
        found.update(
            tx.connection.execute(sa.select(tracks.c.id).where(tracks.c.id.in_(some))).scalars()
        )
    return found
