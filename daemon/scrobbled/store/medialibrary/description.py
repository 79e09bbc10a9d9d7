"""The rows that describe recordings: credits, genres, labels, ids, keys, tags, track lists."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from scrobbled.domain.library_record import TrackRecord
from scrobbled.store.medialibrary.albums import Albums
from scrobbled.store.medialibrary.bulk import Row, in_lists, insert_new
from scrobbled.store.medialibrary.names import EXTERNAL_ID, Artists, Names
from scrobbled.store.medialibrary.tables import LibraryTables
from scrobbled.store.transaction import Transaction

_CREDIT = ("track_id", "artist_id", "role", "position", "credited_name", "join_phrase")
_ITEM = ("release_id", "disc_no", "track_no", "track_id")
_VALUE = ("track_id", "source_id", "key", "ordinal", "value")
_ATTRIBUTE = ("track_id", "key", "value", "source_id")
_GENRE = ("track_id", "genre_id", "weight")
_ALIAS = ("track_id", "alias", "alias_normalized", "source_id")


class Descriptions:
    """Describes recordings by what the tags of their files say.

    Several files may describe one recording: what the first says stands, what the others say
    besides is added.
    """

    def __init__(self, tables: LibraryTables, source_id: int) -> None:
        """Tags are noted as from the tag source `source_id`."""
        self._source_id = source_id
        self.artists = Artists(tables, source_id)
        self.labels = Names(tables.labels)
        self.genres = Names(tables.genres)
        self.albums = Albums(tables, self.artists, self.labels)
        self._caches = (self.artists, self.labels, self.genres, self.albums)

    def begin(self) -> None:
        """A transaction begins."""
        for cache in self._caches:
            cache.begin()

    def keep(self) -> None:
        """The transaction was committed."""
        for cache in self._caches:
            cache.keep()

    def resolve(self, tx: Transaction, tracks: Collection[TrackRecord]) -> None:
        """Finds or makes every row that `tracks` refer to."""
        albums = [track.album for track in tracks if track.album is not None]
        people = [credit.artist for track in tracks for credit in track.credits]
        people += [album.artist for album in albums if album.artist is not None]
        self.artists.resolve(tx, people)
        self.labels.resolve(tx, ((row.name, row.key) for album in albums for row in album.labels))
        self.genres.resolve(tx, (genre for track in tracks for genre in track.genres))
        self.albums.resolve(tx, albums)

    def primary_artist_id(self, track: TrackRecord) -> int | None:
        """The id of the first of its credits; None when it has none."""
        return self.artists.number(track.credits[0].artist) if track.credits else None

    def album_id(self, track: TrackRecord) -> int | None:
        """The id of its release group; None when it has none."""
        return self.albums.numbers(track.album)[0] if track.album else None

    def add(
        self,
        tx: Transaction,
        leading: Iterable[tuple[int, TrackRecord]],
        further: Iterable[tuple[int, TrackRecord]],
    ) -> None:
        """Adds the rows that describe tracks, each given with its id.

        Args:
            tx: the transaction.
            leading: the first description of a track, by which it is named and credited.
            further: what other files of it say: albums, ids and tags, but no other credits.
        """
        first, others = list(leading), list(further)
        every = first + others
        library = tx.tables
        insert_new(tx, library.track_artists, _CREDIT, self._credit_rows(first))
        insert_new(tx, library.track_genres, _GENRE, self._genre_rows(every))
        insert_new(tx, library.track_labels, ("track_id", "label_id"), self._label_rows(every))
        insert_new(tx, library.release_items, _ITEM, self._item_rows(every))
        insert_new(tx, library.external_ids, EXTERNAL_ID, _id_rows(every))
        keys: list[Row] = [(*key[::-1], number) for number, track in every for key in track.keys]
        insert_new(tx, library.track_key, ("key8", "kind", "track_id"), keys)
        values, attributes = self._tag_rows(every)
        insert_new(tx, library.track_tag_values, _VALUE, values)
        insert_new(tx, library.track_tag_attributes, _ATTRIBUTE, attributes)

    def add_aliases(self, tx: Transaction, aliases: Iterable[tuple[int, TrackRecord]]) -> None:
        """Notes titles that differ from those of the tracks, given by their ids."""
        rows: list[Row] = [
            (number, track.title, track.title_key, self._source_id) for number, track in aliases
        ]
        insert_new(tx, tx.tables.title_aliases, _ALIAS, rows)

    def clear(self, tx: Transaction, numbers: Collection[int]) -> None:
        """Takes away what files said of tracks, before it is said anew."""
        library = tx.tables
        described = (
            *(library.track_artists, library.track_genres, library.track_labels),
            *(library.release_items, library.track_key),
        )
        sourced = (library.title_aliases, library.track_tag_values, library.track_tag_attributes)
        ids = library.external_ids
        for some in in_lists(numbers):
            for table in described:
                tx.connection.execute(sa.delete(table).where(table.c.track_id.in_(some)))
            for table in sourced:
                # Plus 0, so that no index of sources is used: all files are of one source.
                of_files = table.c.source_id + 0 == self._source_id
                tx.connection.execute(sa.delete(table).where(table.c.track_id.in_(some), of_files))
            tx.connection.execute(
                sa.delete(ids).where(ids.c.entity_type == "track", ids.c.entity_id.in_(some))
            )

    def _credit_rows(self, tracks: Iterable[tuple[int, TrackRecord]]) -> list[Row]:
        artists = self.artists
        rows: list[Row] = []
        for number, track in tracks:
            for position, (artist, role, join) in enumerate(track.credits):
                artist_id, name = artists.row(artist)
                credited = None if name == artist.name else artist.name
                rows.append((number, artist_id, role, position, credited, join))
        return rows

    def _genre_rows(self, tracks: Iterable[tuple[int, TrackRecord]]) -> list[Row]:
        """Genres weigh 1, 1/2, 1/3, … in the order in which they were tagged."""
        return [
            (number, self.genres.number(key), 1.0 / (place + 1))
            for number, track in tracks
            for place, (_, key) in enumerate(track.genres)
        ]

    def _label_rows(self, tracks: Iterable[tuple[int, TrackRecord]]) -> list[Row]:
        return [
            (number, self.labels.number(label.key))
            for number, track in tracks
            if track.album is not None
            for label in track.album.labels
        ]

    def _item_rows(self, tracks: Iterable[tuple[int, TrackRecord]]) -> list[Row]:
        return [
            (self.albums.numbers(track.album)[1], track.disc_no, track.track_no, number)
            for number, track in tracks
            if track.album is not None
        ]

    def _tag_rows(self, tracks: Iterable[tuple[int, TrackRecord]]) -> tuple[list[Row], list[Row]]:
        """All values, and of each tag the first one, which stands until another source wins."""
        source_id = self._source_id
        values: list[Row] = []
        attributes: list[Row] = []
        for number, track in tracks:
            counts: dict[str, int] = {}
            for key, value in track.attributes:
                ordinal = counts.get(key, 0)
                counts[key] = ordinal + 1
                values.append((number, source_id, key, ordinal, value))
                if not ordinal:
                    attributes.append((number, key, value, source_id))
        return values, attributes


def _id_rows(tracks: Iterable[tuple[int, TrackRecord]]) -> list[Row]:
    rows: list[Row] = []
    for number, track in tracks:
        if track.recording_mbid:
            rows.append(("track", number, "mbid", track.recording_mbid))
        rows += [("track", number, scheme, value) for scheme, value in track.ids]
    return rows
