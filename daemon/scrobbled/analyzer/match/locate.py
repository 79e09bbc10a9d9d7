"""Finds the files that players named: by what is known already, by path, by where links lead."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scrobbled.analyzer.known import path_hash
from scrobbled.analyzer.match.places import (
    NOWHERE,
    Folder,
    Places,
    possible_places,
    real_places,
)
from scrobbled.domain.text import KEY_LENGTH
from scrobbled.store import Database
from scrobbled.store.listens.link_read import Pending, Told, told
from scrobbled.store.medialibrary.match_read import FileAt, files_at
from scrobbled.store.medialibrary.match_write import Place


@dataclass(frozen=True, slots=True)
class Located:
    """What is known of the file of a listen.

    Attributes:
        file: the file; None when the library has none that it could be.
        places: where it was looked for; nowhere if it was known already.
        told: what the player said; None if it was not needed.
    """

    file: FileAt | None
    places: Places = NOWHERE
    told: Told | None = None


async def locate(
    database: Database, listens: Sequence[Pending], folders: Sequence[Folder]
) -> dict[int, Located]:
    """The files of listens, by listen."""
    unknown = [listen for listen in listens if not _is_known(listen)]
    located = {
        listen.listen_id: Located(_known_file(listen)) for listen in listens if _is_known(listen)
    }
    if not unknown:
        return located
    raw_ids = [listen.raw_id for listen in unknown]
    said = await asyncio.wrap_future(database.read(partial(told, raw_ids=raw_ids)))
    places = {listen.listen_id: possible_places(said[listen.raw_id], folders) for listen in unknown}
    files = await _files_in(database, places.values(), folders)
    for listen in unknown:
        where = places[listen.listen_id]
        file = _file_among(where, files) or _known_file(listen)
        located[listen.listen_id] = Located(file, where, said[listen.raw_id])
    return located


def new_places(listens: Iterable[Pending], located: Mapping[int, Located]) -> list[Place]:
    """What was learned about the names of sources."""
    found: dict[tuple[str, str], Place] = {}
    for listen in listens:
        file = located[listen.listen_id].file
        if file is not None and file.file_id != listen.file_id and listen.name_key:
            anew = listen.file_id is not None
            place = Place(listen.source, listen.name_key, file.file_id, anew)
            found[place.source, place.uri] = place
    return list(found.values())


def _is_known(listen: Pending) -> bool:
    """Whether the file is known, and nothing more has to be asked of the payload.

    A part of a file has a range in its name, which the key of a long name does not show.
    """
    return (
        listen.file_track_id is not None
        and listen.file_told
        and "#" not in listen.name_key
        and len(listen.name_key) < KEY_LENGTH
    )


def _known_file(listen: Pending) -> FileAt | None:
    return None if listen.file_id is None else FileAt(listen.file_id, listen.file_track_id)


async def _files_in(
    database: Database, places: Iterable[Places], folders: Sequence[Folder]
) -> dict[bytes, FileAt]:
    """The files at any of the paths; links are followed only where no file is known else."""
    several = list(places)
    files = await _files_at(database, {path for p in several for path in (*p.told, *p.guessed)})
    missed = {
        path
        for where in several
        if _file_among(where, files) is None
        for path in (*where.told, *where.guessed)
    }
    if not missed:
        return files
    real = await asyncio.to_thread(real_places, sorted(missed), folders)
    found = await _files_at(database, {path for paths in real.values() for path in paths})
    for path, variants in real.items():
        for variant in variants:
            if variant in found:
                files.setdefault(path, found[variant])
    return files


async def _files_at(database: Database, paths: Iterable[bytes]) -> dict[bytes, FileAt]:
    by_hash = {path_hash(path): path for path in paths}
    if not by_hash:
        return {}
    found = await asyncio.wrap_future(database.read(partial(files_at, path_hashes=by_hash.keys())))
    return {by_hash[hashed]: file for hashed, file in found.items()}


def _file_among(places: Places, files: Mapping[bytes, FileAt]) -> FileAt | None:
    """The file that was told; of guesses, one only if no other recording could be meant."""
    for path in places.told:
        if path in files:
            return files[path]
    guesses = [files[path] for path in places.guessed if path in files]
    return guesses[0] if len({file.track_id for file in guesses}) == 1 else None
