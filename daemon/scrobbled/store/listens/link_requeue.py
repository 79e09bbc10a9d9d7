"""Finds the listens that a change of the library may concern, and has them looked at again.

Found by keys, never by going through the listens: the cost is that of what is concerned. The one
exception is `listens_without_track`, which goes through those that are not linked.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scrobbled.store.listens.link_facets import NO_FACETS, write_facets
from scrobbled.store.medialibrary.bulk import in_lists
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction

_SCAN_RUN = "analyzer.match.scan_run"
"""In `config`: the newest scan whose changes have been followed up."""

_SETTLED = ("matched", "ambiguous", "unmatched")


def followed_run(tx: Transaction[Tables]) -> int:
    """The newest scan whose changes have been followed up; 0 for none."""
    config = tx.tables.config
    found = tx.connection.execute(
        sa.select(config.c.value).where(config.c.key == _SCAN_RUN)
    ).scalar()
    return int(found or 0)


def last_ended_run(tx: Transaction[Tables]) -> int:
    """The newest scan that has ended, and before which none still runs; 0 for none.

    One that was killed counts as running until the next one begins.
    """
    runs = tx.tables.scan_runs
    running = sa.select(sa.func.min(runs.c.id)).where(runs.c.status == "running")
    first = tx.connection.execute(running).scalar()
    newest = sa.select(sa.func.max(runs.c.id))
    if first is not None:
        newest = newest.where(runs.c.id < first)
    return int(tx.connection.execute(newest).scalar() or 0)


def note_followed_run(tx: Transaction[Tables], run: int, now: datetime) -> None:
    """Notes that the changes of all scans up to `run` have been followed up."""
    config = tx.tables.config
    values = {"value": run, "updated_at": now}
    changed = tx.connection.execute(
        sa.update(config).where(config.c.key == _SCAN_RUN).values(values)
    )
    if changed.rowcount == 0:
        tx.connection.execute(sa.insert(config).values(key=_SCAN_RUN, **values))


def files_of(tx: Transaction[Tables], track_ids: Collection[int]) -> list[bytes]:
    """The paths of all files of tracks."""
    files = tx.tables.media_files
    found: list[bytes] = []
    for some in in_lists(track_ids):
        rows = tx.connection.execute(
            sa.select(files.c.file_path, files.c.file_path_bytes).where(files.c.track_id.in_(some))
        )
        found += [raw or path.encode() for path, raw in rows]
    return found


def mbids_of(tx: Transaction[Tables], track_ids: Collection[int]) -> list[str]:
    """The MusicBrainz recording ids of tracks."""
    ids = tx.tables.external_ids
    found: list[str] = []
    for some in in_lists(track_ids):
        found += tx.connection.execute(
            sa.select(ids.c.value).where(
                ids.c.entity_type == "track", ids.c.entity_id.in_(some), ids.c.scheme == "mbid"
            )
        ).scalars()
    return found


def concerned(
    tx: Transaction[Tables], track_ids: Collection[int], awaited: Collection[int]
) -> list[int]:
    """The listens that new or changed tracks may concern.

    Those that are linked to them, that have them as candidates, or that were named with one of
    their keys and are not linked by their file; never those that a person linked.

    Args:
        tx: the transaction.
        track_ids: the tracks.
        awaited: key8 of `awaited` keys of the tracks and their files.
    """
    listens = tx.tables.listens
    settled = listens.c.enrich_status.in_(_SETTLED)
    by_other_than_file = sa.func.coalesce(listens.c.match_reason, "") != "file"
    found: set[int] = set()
    for some in in_lists(_strings_concerned(tx, track_ids, awaited)):
        query = sa.select(listens.c.id).where(listens.c.string_id.in_(some), by_other_than_file)
        found.update(tx.connection.execute(query.where(settled)).scalars())
    candidates = tx.tables.listen_match_candidates
    for some in in_lists(track_ids):
        linked = sa.select(listens.c.id).where(listens.c.track_id.in_(some), settled)
        found.update(tx.connection.execute(linked).scalars())
        possible = (
            sa.select(listens.c.id)
            .join(candidates, candidates.c.listen_id == listens.c.id)
            .where(candidates.c.track_id.in_(some), settled)
        )
        found.update(tx.connection.execute(possible).scalars())
    return sorted(found)


def _strings_concerned(
    tx: Transaction[Tables], track_ids: Collection[int], awaited: Collection[int]
) -> set[int]:
    keys, own, strings = tx.tables.track_key, tx.tables.listen_string_keys, tx.tables.listen_strings
    queries: list[sa.Select[Any]] = []
    for some in in_lists(track_ids):
        joined = own.join(keys, keys.c.key8 == own.c.key8)
        queries += [
            sa.select(own.c.string_id).select_from(joined).where(keys.c.track_id.in_(some)),
            sa.select(strings.c.id).where(strings.c.track_id.in_(some)),
        ]
    queries += [
        sa.select(own.c.string_id).where(own.c.key8.in_(some)) for some in in_lists(awaited)
    ]
    found: set[int] = set()
    for query in queries:
        found.update(tx.connection.execute(query).scalars())
    return found


def listens_without_track(tx: Transaction[Tables]) -> list[int]:
    """Listens whose track was deleted; goes through all that are not linked."""
    listens = tx.tables.listens
    query = sa.select(listens.c.id).where(
        listens.c.track_id.is_(None), listens.c.enrich_status == "matched"
    )
    return list(tx.connection.execute(query).scalars())


def listens_decided(tx: Transaction[Tables], track_ids: Collection[int]) -> list[int]:
    """The listens that people linked to tracks."""
    listens = tx.tables.listens
    found: list[int] = []
    for some in in_lists(track_ids):
        query = sa.select(listens.c.id).where(
            listens.c.track_id.in_(some), listens.c.enrich_status == "manual"
        )
        found += tx.connection.execute(query).scalars()
    return found


def requeue(tx: Transaction[Tables], listen_ids: Iterable[int]) -> int:
    """Has listens looked at again, but for those that a person linked; returns how many.

    Until then they keep the links that they have.
    """
    listens = tx.tables.listens
    changed = 0
    for some in in_lists(list(listen_ids)):
        changed += tx.connection.execute(
            sa.update(listens)
            .where(listens.c.id.in_(some), listens.c.enrich_status.in_(_SETTLED))
            .values(enrich_status="pending")
        ).rowcount
    return changed


def refresh_facets(tx: Transaction[Tables], listen_ids: Iterable[int]) -> None:
    """Gives linked listens the artists and genres that their tracks have now."""
    write_facets(tx, dict.fromkeys(listen_ids, NO_FACETS))
