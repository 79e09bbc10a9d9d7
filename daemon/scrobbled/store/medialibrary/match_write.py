"""Writes of the media library that linking needs: where files are, and names that nobody had."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.domain.text import normalise, romanise, shorten_key
from scrobbled.store.medialibrary.bulk import in_lists, insert_new, insert_numbered
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction
from scrobbled.store.types import DISPLAY_LENGTH


@dataclass(frozen=True, slots=True)
class Place:
    """A source's name of a file.

    Attributes:
        source: as in `listens_raw`.
        uri: the source's name of the track, as keys hold it.
        file_id: the file.
        anew: whether that name meant another file before.
    """

    source: str
    uri: str
    file_id: int
    anew: bool


def write_places(tx: Transaction[Tables], places: Collection[Place]) -> None:
    """Notes what sources mean by their names."""
    table = tx.tables.media_file_locations
    insert_new(
        tx,
        table,
        ("source", "uri", "media_file_id"),
        [(place.source, place.uri, place.file_id) for place in places],
    )
    for place in places:
        if place.anew:
            tx.connection.execute(
                sa.update(table)
                .where(table.c.source == place.source, table.c.uri == place.uri)
                .values(media_file_id=place.file_id)
            )


def name_key(name: str) -> str:
    """A name as `name_normalized` columns hold it; "" names nobody."""
    return shorten_key(normalise(name))


def artists_named(tx: Transaction[Tables], keys: Collection[str]) -> dict[str, int]:
    """Artists by their normalised names, or if there is none by another spelling of theirs.

    Of namesakes it is the one that needs no disambiguation, else the one known longest.
    """
    artists, aliases = tx.tables.artists, tx.tables.artist_aliases
    found: dict[str, int] = {}
    for some in in_lists(keys):
        rows = tx.connection.execute(
            sa.select(artists.c.name_normalized, artists.c.id)
            .where(artists.c.name_normalized.in_(some))
            .order_by(artists.c.disambiguation != "", artists.c.id)
        )
        for key, number in rows:
            found.setdefault(key, number)
    for some in in_lists(set(keys) - found.keys()):
        rows = tx.connection.execute(
            sa.select(aliases.c.alias_normalized, aliases.c.artist_id)
            .where(aliases.c.alias_normalized.in_(some))
            .order_by(aliases.c.artist_id)
        )
        for key, number in rows:
            found.setdefault(key, number)
    return found


def genres_named(tx: Transaction[Tables], keys: Collection[str]) -> dict[str, int]:
    """Genres by their normalised names."""
    genres = tx.tables.genres
    found: dict[str, int] = {}
    for some in in_lists(keys):
        rows = tx.connection.execute(
            sa.select(genres.c.name_normalized, genres.c.id).where(
                genres.c.name_normalized.in_(some)
            )
        )
        found.update((key, number) for key, number in rows)
    return found


def make_artists(tx: Transaction[Tables], names: Iterable[str]) -> None:
    """Makes artists of names that no artist has yet, in any spelling."""
    keyed = _keyed(names)
    missing = sorted(keyed.keys() - artists_named(tx, keyed.keys()).keys())
    insert_numbered(
        tx,
        tx.tables.artists,
        ("name", "name_normalized", "name_search", "disambiguation"),
        [(keyed[key], key, _shown(romanise(keyed[key])), "") for key in missing],
    )


def make_genres(tx: Transaction[Tables], names: Iterable[str]) -> None:
    """Makes genres of names that no genre has yet."""
    keyed = _keyed(names)
    missing = sorted(keyed.keys() - genres_named(tx, keyed.keys()).keys())
    insert_numbered(
        tx,
        tx.tables.genres,
        ("name", "name_normalized"),
        [(shorten_key(keyed[key]), key) for key in missing],
    )


def _keyed(names: Iterable[str]) -> Mapping[str, str]:
    """The names by their keys, of several spellings the first; those that name nobody left out."""
    keyed: dict[str, str] = {}
    for name in names:
        if key := name_key(name):
            keyed.setdefault(key, _shown(name))
    return keyed


def _shown(name: str) -> str:
    return name if len(name) <= DISPLAY_LENGTH else f"{name[: DISPLAY_LENGTH - 1]}…"
