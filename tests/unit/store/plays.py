"""Plays to be recorded, and what is in the tables afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from tests.unit.store.conftest import NOW

from scrobbled.domain.listen_string import ListenString
from scrobbled.store import Database, Transaction
from scrobbled.store.listens.write import PlayRow, Recorded, record_play

START_S = 1_790_000_000
STRING = ListenString("First; Second", "Song", "Album", "First", 200, None, None)


def play(number: int, **changes: Any) -> PlayRow:
    """The `number`th play, five minutes after the one before; it counts."""
    row = PlayRow(
        play_uid=f"00000000-0000-4000-8000-{number:012d}",
        user="anna",
        source="mpd:test",
        source_track_id=f"album/{number}.flac",
        listened_at_s=START_S + 300 * number,
        utc_offset_min=60,
        counted=True,
        played_s=180.25,
        heard_s=200.5,
        payload={"track": {"uri": f"album/{number}.flac"}},
        payload_version=1,
        string=STRING,
    )
    return replace(row, **changes)


def record(database: Database, *rows: PlayRow) -> list[Recorded]:
    """Records plays, one after the other."""
    return [database.write(partial(record_play, play=row, now=NOW)).result() for row in rows]


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    """Everything in a table, by id."""

    def read(tx: Transaction) -> list[dict[str, Any]]:
        chosen: sa.Table = getattr(tx.tables, table)
        query = sa.select(chosen).order_by(*chosen.primary_key.columns)
        return [dict(row) for row in tx.connection.execute(query).mappings()]

    return database.read(read).result()


@contextmanager
def statements(tx: Transaction) -> Iterator[list[tuple[str, Any]]]:
    """The statements that the block runs, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    sa.event.listen(tx.connection, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        sa.event.remove(tx.connection, "before_cursor_execute", remember)


def plan(tx: Transaction, statement: str, values: Any) -> list[str]:
    """The steps by which SQLite answers a statement."""
    found = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row.detail for row in found]
