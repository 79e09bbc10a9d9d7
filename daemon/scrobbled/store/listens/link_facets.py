"""Writes whom a listen credits: artists and genres of its recording, or those that were told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.store.listens.link_rows import delete_of
from scrobbled.store.medialibrary.bulk import in_lists, insert_new
from scrobbled.store.medialibrary.match_read import CREDITED
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Facets:
    """Ids of the artists and genres of a listen."""

    artist_ids: tuple[int, ...] = ()
    genre_ids: tuple[int, ...] = ()


NO_FACETS = Facets()


def write_facets(tx: Transaction[Tables], told: Mapping[int, Facets]) -> None:
    """Replaces the facets of listens.

    Those that are linked get the primary and featuring artists of their recording and its genres.

    Args:
        tx: the transaction.
        told: the listens, and for those that are not linked what they get instead.
    """
    tables = tx.tables
    delete_of(tx, tables.listen_artists.c.listen_id, told)
    delete_of(tx, tables.listen_genres.c.listen_id, told)
    _of_recordings(tx, told)
    artists = [(listen, artist) for listen, of in told.items() for artist in of.artist_ids]
    genres = [(listen, genre) for listen, of in told.items() for genre in of.genre_ids]
    insert_new(tx, tables.listen_artists, ("listen_id", "artist_id"), artists)
    insert_new(tx, tables.listen_genres, ("listen_id", "genre_id"), genres)


def _of_recordings(tx: Transaction[Tables], listen_ids: Collection[int]) -> None:
    tables = tx.tables
    listens, credits_, genres = tables.listens, tables.track_artists, tables.track_genres
    for some in in_lists(listen_ids):
        theirs = listens.c.id.in_(some)
        tx.connection.execute(
            sa.insert(tables.listen_artists).from_select(
                ["listen_id", "artist_id"],
                sa.select(listens.c.id, credits_.c.artist_id)
                .distinct()
                .select_from(listens.join(credits_, credits_.c.track_id == listens.c.track_id))
                .where(theirs, credits_.c.role.in_(CREDITED)),
            )
        )
        tx.connection.execute(
            sa.insert(tables.listen_genres).from_select(
                ["listen_id", "genre_id"],
                sa.select(listens.c.id, genres.c.genre_id)
                .select_from(listens.join(genres, genres.c.track_id == listens.c.track_id))
                .where(theirs),
            )
        )
