"""Writes the links of listens: with its neighbours `link_*` the analyzer's way into the history.

Of a listen they set the link columns, candidates and facets, and take away what was captured
twice; of a listen string what was found for it, and its keys. What a person linked is left alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scrobbled.domain.duplicates import Duplicate
from scrobbled.domain.matching import MATCHER_VERSION, Decision
from scrobbled.store.listens.link_duplicates import take_away
from scrobbled.store.listens.link_facets import NO_FACETS, Facets, write_facets
from scrobbled.store.listens.link_rows import delete_of, existing_tracks
from scrobbled.store.listens.link_strings import (
    StringKey,
    StringResult,
    write_string_keys,
    write_strings,
)
from scrobbled.store.medialibrary.bulk import in_lists
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What was decided for one listen.

    Attributes:
        listen_id: the listen.
        decision: its link or its candidates.
        facets: artists and genres if it is not linked; a linked one gets those of its recording.
    """

    listen_id: int
    decision: Decision
    facets: Facets = NO_FACETS


@dataclass(frozen=True, slots=True)
class Links:
    """Results that are written together.

    Attributes:
        listens: what was decided.
        strings: what was searched.
        duplicates: listens that others stand for; they need not be among `listens`.
        awaited: further keys by which `link_requeue` finds the listens of strings again.
    """

    listens: Sequence[LinkResult] = ()
    strings: Sequence[StringResult] = ()
    duplicates: Sequence[Duplicate] = ()
    awaited: Sequence[StringKey] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of results.

    Attributes:
        listens: those that were written.
        duplicates: those that were taken away.
    """

    listens: frozenset[int]
    duplicates: frozenset[int]


def write_links(tx: Transaction[Tables], links: Links, now: datetime) -> Written:
    """Writes results, as far as they are still of use.

    A listen that does not wait any more is passed over; one whose recording has gone since stays
    pending, to be looked at again.
    """
    write_strings(tx, links.strings, now)
    write_string_keys(tx, links.awaited)
    gone = take_away(tx, links.duplicates, now)
    linked_to = _waiting(tx, [result.listen_id for result in links.listens])
    there = existing_tracks(tx, {number for r in links.listens for number in _targets(r)})
    results = [
        result
        for result in links.listens
        if result.listen_id in linked_to
        and result.listen_id not in gone
        and _targets(result) <= there
    ]
    if results:
        _write_listens(tx, results, linked_to, now)
        _write_candidates(tx, results)
        write_facets(tx, {result.listen_id: result.facets for result in results})
    return Written(frozenset(result.listen_id for result in results), gone)


def _targets(result: LinkResult) -> set[int]:
    decision = result.decision
    candidates = {candidate.track_id for candidate in decision.candidates}
    return candidates if decision.track_id is None else candidates | {decision.track_id}


def _waiting(tx: Transaction[Tables], listen_ids: Collection[int]) -> dict[int, int | None]:
    """Those of the listens that wait, with the tracks that they were linked to before."""
    listens = tx.tables.listens
    found: dict[int, int | None] = {}
    for some in in_lists(listen_ids):
        rows = tx.connection.execute(
            sa.select(listens.c.id, listens.c.track_id).where(
                listens.c.id.in_(some), listens.c.enrich_status == "pending"
            )
        )
        found.update((number, value) for number, value in rows)
    return found


def _write_listens(
    tx: Transaction[Tables],
    results: Sequence[LinkResult],
    linked_to: dict[int, int | None],
    now: datetime,
) -> None:
    listens = tx.tables.listens
    moving = [
        result.listen_id
        for result in results
        if linked_to[result.listen_id] not in {None, result.decision.track_id}
    ]
    for some in in_lists(moving):
        # Two listens of one second may change places: neither may meet the other on the way.
        tx.connection.execute(
            sa.update(listens).where(listens.c.id.in_(some)).values(track_id=None)
        )
    statement = (
        sa.update(listens)
        .where(listens.c.id == sa.bindparam("number"))
        .values(last_enriched_at=now, matcher_version=MATCHER_VERSION)
    )
    tx.connection.execute(
        statement, [{"number": r.listen_id, **_columns(r.decision)} for r in results]
    )


def _columns(decision: Decision) -> dict[str, Any]:
    return {
        "track_id": decision.track_id,
        "enrich_status": decision.status.value,
        "match_confidence": decision.confidence,
        "match_reason": None if decision.reason is None else decision.reason.value,
    }


def _write_candidates(tx: Transaction[Tables], results: Sequence[LinkResult]) -> None:
    table = tx.tables.listen_match_candidates
    delete_of(tx, table.c.listen_id, [result.listen_id for result in results])
    rows = [
        {
            "listen_id": result.listen_id,
            "track_id": candidate.track_id,
            "confidence": candidate.confidence,
            "features_json": dict(candidate.features),
        }
        for result in results
        for candidate in result.decision.candidates
    ]
    if rows:
        tx.connection.execute(sa.insert(table), rows)
