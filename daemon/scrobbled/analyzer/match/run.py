"""Links what waits to be linked, some hundred listens at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scrobbled.analyzer.match.facets import facets_told
from scrobbled.analyzer.match.follow import follow_library
from scrobbled.analyzer.match.locate import Located, locate, new_places
from scrobbled.analyzer.match.places import Folder, resolve_folders
from scrobbled.analyzer.match.search import Found, MatchSettings, search
from scrobbled.domain.awaited import file_key, mbid_key, name_key
from scrobbled.domain.matching import Reason, Status
from scrobbled.runtime.clock import Clock
from scrobbled.store import Database
from scrobbled.store.listens.link import LinkResult, Links, write_links
from scrobbled.store.listens.link_facets import NO_FACETS, Facets
from scrobbled.store.listens.link_read import Pending, count_pending, pending
from scrobbled.store.medialibrary.match_write import write_places
from scrobbled.store.transaction import Lane

BATCH = 400
"""Listens that are looked at together: enough to ask the database in sets."""

FEW = 4
"""Listens that are written like plays: they are new, and no more work than those were."""

CHUNK = 80
"""Listens that are written together: some 10 ms, so that no play has to wait for longer."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did.

    Attributes:
        looked_at: listens that were decided about.
        linked: how many of them are linked now, by `match_reason`.
        ambiguous: how many wait for a person.
        unmatched: how many are of nothing in the library.
        duplicates: listens that were taken away, since others stand for them.
    """

    looked_at: int = 0
    linked: Mapping[str, int] = field(default_factory=dict)
    ambiguous: int = 0
    unmatched: int = 0
    duplicates: int = 0


async def match(
    database: Database,
    *,
    folders: Sequence[Path],
    settings: MatchSettings,
    clock: Clock,
    progress: Callable[[int, int], None] | None = None,
) -> MatchReport:
    """Links all listens that wait, oldest first.

    Listens that changes of the library may concern, since the last run, are looked at again.

    Args:
        database: the main database.
        folders: the music folders.
        settings: how listens are linked.
        clock: the present.
        progress: called with how many are done and how many there are, after each batch.
    """
    places = await asyncio.to_thread(resolve_folders, folders)
    now = datetime.fromtimestamp(clock.moment().wall_s, UTC)
    await follow_library(database, places, now)
    total = await asyncio.wrap_future(database.read(count_pending)) if progress else 0
    counts: Counter[Reason | Status | None] = Counter()
    looked_at = after = 0
    while True:
        page = partial(pending, after=after, limit=BATCH)
        if listens := await asyncio.wrap_future(database.read(page)):
            after = listens[-1].listen_id
            counts += await _match_batch(database, listens, places, settings, now)
            looked_at += len(listens)
            if progress is not None:
                progress(looked_at, max(total, looked_at))
        if len(listens) < BATCH:
            return _report(looked_at, counts)


def _report(looked_at: int, counts: Counter[Reason | Status | None]) -> MatchReport:
    return MatchReport(
        looked_at=looked_at,
        linked={reason.value: counts[reason] for reason in Reason if counts[reason]},
        ambiguous=counts[Status.AMBIGUOUS],
        unmatched=counts[Status.UNMATCHED],
        duplicates=counts[None],
    )


async def _match_batch(
    database: Database,
    listens: Sequence[Pending],
    folders: Sequence[Folder],
    settings: MatchSettings,
    now: datetime,
) -> Counter[Reason | Status | None]:
    """Counts what it wrote by reason, by status where there is no link, and None for duplicates."""
    lane = Lane.CAPTURE if len(listens) <= FEW else Lane.BULK
    located = await locate(database, listens, folders)
    found = await asyncio.wrap_future(
        database.read(partial(search, listens=listens, located=located, settings=settings))
    )
    facets = await facets_told(database, listens, located, found, lane)
    learned = partial(write_places, places=new_places(listens, located))
    noted = database.write(learned, lane)  # not awaited yet, so that it shares a commit
    counts: Counter[Reason | Status | None] = Counter()
    for links in _chunks(listens, located, found, facets):
        write_chunk = partial(write_links, links=links, now=now)
        written = await asyncio.wrap_future(database.write(write_chunk, lane))
        counts[None] += len(written.duplicates)
        for listen_id in written.listens:
            decision = found.decisions[listen_id]
            counts[decision.reason or decision.status] += 1
    await asyncio.wrap_future(noted)
    return counts


def _chunks(
    listens: Sequence[Pending],
    located: Mapping[int, Located],
    found: Found,
    facets: Mapping[int, Facets],
) -> Iterator[Links]:
    """The batch in parts that are each whole in themselves.

    Strings go with the first part that has a listen of theirs; duplicates all go first, since two
    listens of one second must not be linked to one recording.
    """
    strings = {result.string_id: result for result in found.strings}
    for start in range(0, len(listens), CHUNK):
        some = listens[start : start + CHUNK]
        here = {listen.string_id for listen in some if listen.string_id is not None}
        yield Links(
            listens=[
                LinkResult(
                    listen.listen_id,
                    found.decisions[listen.listen_id],
                    facets.get(listen.listen_id, NO_FACETS),
                )
                for listen in some
            ],
            strings=[strings.pop(number) for number in here & strings.keys()],
            duplicates=found.duplicates if start == 0 else (),
            awaited=_awaited(some, located, found),
        )


def _awaited(
    listens: Sequence[Pending], located: Mapping[int, Located], found: Found
) -> list[tuple[int, int, int]]:
    """By what the listens that are not linked by their file are found again."""
    keys: list[tuple[int, int, int]] = []
    for listen in listens:
        if listen.string_id is None or found.decisions[listen.listen_id].reason is Reason.FILE:
            continue
        places = located[listen.listen_id].places
        awaited = [file_key(path) for path in places.told]
        awaited += [name_key(name) for name in places.name]
        if listen.named.recording_mbid is not None:
            awaited.append(mbid_key(listen.named.recording_mbid))
        keys += [(listen.string_id, kind.value, key8) for kind, key8 in awaited]
    return keys
