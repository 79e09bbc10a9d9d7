"""Writes what was found for listen strings, and the keys by which they are found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scrobbled.domain.matching import MATCHER_VERSION, Decision
from scrobbled.domain.matchkeys import KeyKind
from scrobbled.domain.text import NORM_VERSION
from scrobbled.store.listens.link_rows import existing_tracks
from scrobbled.store.medialibrary.bulk import in_lists, insert_new
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction

_NAME_KINDS = [kind.value for kind in KeyKind]
_COLUMNS = ("string_id", "kind", "key8")

StringKey = tuple[int, int, int]
"""(string, kind, key8), a row of `listen_string_keys`."""


@dataclass(frozen=True, slots=True)
class StringResult:
    """What was found for one listen string by searching.

    Attributes:
        string_id: the string.
        decision: what it means.
        keys: its keys as (kind, key8), to be stored in place of older ones; None if they are.
    """

    string_id: int
    decision: Decision
    keys: tuple[tuple[int, int], ...] | None = None


def write_strings(tx: Transaction[Tables], results: Sequence[StringResult], now: datetime) -> None:
    """Writes what was found; what was found but has gone since is written as nothing found."""
    if not results:
        return
    keys, strings = tx.tables.listen_string_keys, tx.tables.listen_strings
    keyed = [result for result in results if result.keys is not None]
    for some in in_lists([result.string_id for result in keyed]):
        tx.connection.execute(
            sa.delete(keys).where(keys.c.string_id.in_(some), keys.c.kind.in_(_NAME_KINDS))
        )
    write_string_keys(tx, [(r.string_id, *key) for r in keyed for key in r.keys or ()])
    linked = [r.decision.track_id for r in results if r.decision.track_id is not None]
    there = existing_tracks(tx, set(linked))
    statement = (
        sa.update(strings)
        .where(strings.c.id == sa.bindparam("number"))
        .values(norm_version=NORM_VERSION, matcher_version=MATCHER_VERSION, last_searched_at=now)
    )
    tx.connection.execute(
        statement, [{"number": r.string_id, **_columns(r.decision, there)} for r in results]
    )


def write_string_keys(tx: Transaction[Tables], rows: Sequence[StringKey]) -> None:
    """Stores keys that are not stored yet."""
    insert_new(tx, tx.tables.listen_string_keys, _COLUMNS, list(dict.fromkeys(rows)))


def _columns(decision: Decision, tracks: set[int]) -> dict[str, object]:
    if decision.track_id is None or decision.track_id not in tracks:
        return {"track_id": None, "match_confidence": None, "match_reason": None}
    return {
        "track_id": decision.track_id,
        "match_confidence": decision.confidence,
        "match_reason": None if decision.reason is None else decision.reason.value,
    }
