"""Follows the library: listens that a scan's changes may concern are looked at again."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from scrobbled.analyzer.match.places import Folder, names_of
from scrobbled.domain.awaited import file_key, mbid_key, name_key
from scrobbled.store import Database
from scrobbled.store.listens.link_requeue import (
    concerned,
    files_of,
    followed_run,
    last_ended_run,
    listens_decided,
    listens_without_track,
    mbids_of,
    note_followed_run,
    refresh_facets,
    requeue,
)
from scrobbled.store.medialibrary.read import changed_tracks
from scrobbled.store.transaction import Lane, Transaction

_TRACKS_AT_A_TIME = 500
_LISTENS_AT_A_TIME = 200

T = TypeVar("T")


async def follow_library(database: Database, folders: Sequence[Folder], now: datetime) -> int:
    """Follows the scans since the last time; returns how many listens are to be looked at again.

    Until it is done nothing is noted of its progress: interrupted, it begins anew.
    """
    done, newest = await _read(database, _runs)
    if newest <= done:
        return 0
    count, after = 0, 0
    while True:
        page = partial(changed_tracks, since_run=done + 1, after=after, limit=_TRACKS_AT_A_TIME)
        tracks = await _read(database, page)
        if not tracks:
            break
        after = tracks[-1]
        count += await _follow(database, tracks, folders)
    count += await _requeue(database, await _read(database, listens_without_track))
    note = partial(note_followed_run, run=newest, now=now)
    await asyncio.wrap_future(database.write(note, Lane.BULK))
    return count


def _runs(tx: Transaction) -> tuple[int, int]:
    return followed_run(tx), last_ended_run(tx)


async def _follow(database: Database, tracks: list[int], folders: Sequence[Folder]) -> int:
    listens, decided = await _read(database, partial(_affected, tracks=tracks, folders=folders))
    for some in _chunks(decided):
        await asyncio.wrap_future(
            database.write(partial(refresh_facets, listen_ids=some), Lane.BULK)
        )
    return await _requeue(database, listens)


def _affected(
    tx: Transaction, tracks: list[int], folders: Sequence[Folder]
) -> tuple[list[int], list[int]]:
    """Listens to be looked at again, and those whose facets may have changed all the same."""
    awaited = {mbid_key(mbid)[1] for mbid in mbids_of(tx, tracks)}
    for path in files_of(tx, tracks):
        paths, names = names_of(path, folders)
        awaited.update(file_key(known_as)[1] for known_as in paths)
        awaited.update(name_key(name)[1] for name in names)
    return concerned(tx, tracks, awaited), listens_decided(tx, tracks)


async def _requeue(database: Database, listens: Sequence[int]) -> int:
    count = 0
    for some in _chunks(listens):
        count += await asyncio.wrap_future(
            database.write(partial(requeue, listen_ids=some), Lane.BULK)
        )
    return count


def _chunks(listens: Sequence[int]) -> list[Sequence[int]]:
    return [
        listens[start : start + _LISTENS_AT_A_TIME]
        for start in range(0, len(listens), _LISTENS_AT_A_TIME)
    ]


async def _read(database: Database, use_case: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.read(use_case))
