"""Artists and genres of listens that are not linked: rows for what the players told."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from scrobbled.analyzer.match.locate import Located
from scrobbled.analyzer.match.search import Found
from scrobbled.domain.match_evidence import artist_names
from scrobbled.store import Database
from scrobbled.store.listens.link_facets import Facets
from scrobbled.store.listens.link_read import Pending
from scrobbled.store.medialibrary.match_write import (
    artists_named,
    genres_named,
    make_artists,
    make_genres,
    name_key,
)
from scrobbled.store.transaction import Lane, Transaction

_Ids = tuple[Mapping[str, int], Mapping[str, int]]


async def facets_told(
    database: Database,
    listens: Sequence[Pending],
    located: Mapping[int, Located],
    found: Found,
    lane: Lane,
) -> dict[int, Facets]:
    """The facets of those of the listens that are not linked; missing rows are made, in `lane`."""
    artists: dict[int, tuple[str, ...]] = {}
    genres: dict[int, tuple[str, ...]] = {}
    for listen in listens:
        if found.decisions[listen.listen_id].track_id is None:
            said = located[listen.listen_id].told
            artists[listen.listen_id] = artist_names(listen.named.artists)
            genres[listen.listen_id] = _parted(said.genres if said else ())
    if not artists:
        return {}
    of_artists = {name: name_key(name) for names in artists.values() for name in names}
    of_genres = {name: name_key(name) for names in genres.values() for name in names}
    look = partial(_known, artists=set(of_artists.values()), genres=set(of_genres.values()))
    known = await asyncio.wrap_future(database.read(look))
    new_artists = [name for name, key in of_artists.items() if key not in known[0]]
    new_genres = [name for name, key in of_genres.items() if key not in known[1]]
    if new_artists or new_genres:
        make = partial(_make, artists=new_artists, genres=new_genres)
        await asyncio.wrap_future(database.write(make, lane))
        known = await asyncio.wrap_future(database.read(look))
    return {
        listen_id: Facets(
            _numbers(names, of_artists, known[0]),
            _numbers(genres[listen_id], of_genres, known[1]),
        )
        for listen_id, names in artists.items()
    }


def _parted(genres: Sequence[str]) -> tuple[str, ...]:
    """Genres parted at ";" as those of files are."""
    return tuple(part for genre in genres for part in map(str.strip, genre.split(";")) if part)


def _numbers(
    names: Sequence[str], keys: Mapping[str, str], known: Mapping[str, int]
) -> tuple[int, ...]:
    return tuple(dict.fromkeys(known[keys[name]] for name in names if keys[name] in known))


def _known(tx: Transaction, artists: set[str], genres: set[str]) -> _Ids:
    return artists_named(tx, artists - {""}), genres_named(tx, genres - {""})


def _make(tx: Transaction, artists: list[str], genres: list[str]) -> None:
    make_artists(tx, artists)
    make_genres(tx, genres)
