"""Finds or makes the rows of artists, genres and labels."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from scrobbled.domain.library_record import ArtistRecord
from scrobbled.store.medialibrary.bulk import Lookup, Row, insert_new, insert_numbered
from scrobbled.store.medialibrary.cache import Cache
from scrobbled.store.medialibrary.tables import LibraryTables
from scrobbled.store.transaction import Transaction

_ALIAS_LENGTH = 190


@dataclass(slots=True, eq=False)
class _Artist:
    """An artist's row as far as telling namesakes apart needs it; `number` 0 until it is made."""

    number: int
    name: str
    key: str
    mbid: str | None
    disambiguation: str
    record: ArtistRecord | None = None


@dataclass(slots=True)
class _Namesakes:
    """The rows that a few artists may be, those that have to be made included.

    Of one key the first artist has no disambiguation. An artist of that key with another
    MusicBrainz id is another one, told apart by that id; one without an id is the first.
    """

    by_mbid: dict[str, _Artist] = field(default_factory=dict)
    first: dict[str, _Artist] = field(default_factory=dict)
    made: list[_Artist] = field(default_factory=list)
    named: list[_Artist] = field(default_factory=list)
    """Rows that were there without a MusicBrainz id and now have one."""

    def add(self, row: _Artist) -> None:
        if row.mbid:
            self.by_mbid[row.mbid] = row
        if not row.disambiguation:
            self.first[row.key] = row

    def find_or_make(self, artist: ArtistRecord) -> _Artist:
        mbid = artist.mbid
        if mbid and (row := self.by_mbid.get(mbid)):
            return row
        row = self.first.get(artist.key)
        if row is None or (mbid and row.mbid):
            new = _Artist(0, artist.name, artist.key, mbid, (row and mbid) or "", artist)
            self.made.append(new)
            self.add(new)
            return new
        if mbid:
            row.mbid = mbid
            row.record = artist
            self.by_mbid[mbid] = row
            if row.number:
                self.named.append(row)
        return row


class Artists:
    """The artists that one scan meets."""

    def __init__(self, tables: LibraryTables, source_id: int, *, limit: int = 50_000) -> None:
        """Other spellings that are found are noted as from the tag source `source_id`."""
        table = tables.artists
        columns = (table.c.id, table.c.name, table.c.name_normalized, table.c.mbid)
        statement = sa.select(*columns, table.c.disambiguation)
        self._by_key = Lookup(statement, table.c.name_normalized)
        self._by_mbid = Lookup(statement, table.c.mbid)
        self._source_id = source_id
        self._ids: Cache[ArtistRecord, tuple[int, str]] = Cache(limit)
        self.begin, self.keep = self._ids.begin, self._ids.keep

    def number(self, artist: ArtistRecord) -> int:
        """The id of an artist that `resolve` was given in this transaction."""
        return self.row(artist)[0]

    def row(self, artist: ArtistRecord) -> tuple[int, str]:
        """The id and the display name of an artist that `resolve` was given likewise.

        Raises:
            LookupError: it was not given.
        """
        row = self._ids.get(artist)
        if row is None:
            raise LookupError(artist)
        return row

    def resolve(self, tx: Transaction, artists: Iterable[ArtistRecord]) -> None:
        """Finds or makes the row of each of `artists`."""
        wanted = [artist for artist in dict.fromkeys(artists) if self._ids.get(artist) is None]
        if not wanted:
            return
        known = self._namesakes(tx, wanted)
        found = [(artist, known.find_or_make(artist)) for artist in wanted]
        _make(tx, known.made)
        _name(tx, known.named)
        aliases: list[Row] = []
        ids: list[Row] = []
        for artist, row in found:
            self._ids.put(artist, (row.number, row.name))
            if artist.mbid:
                ids.append(("artist", row.number, "mbid", artist.mbid))
            if row.name != artist.name:
                alias = artist.name[:_ALIAS_LENGTH]
                aliases.append((row.number, alias, artist.key, self._source_id))
        columns = ("artist_id", "alias", "alias_normalized", "source_id")
        insert_new(tx, tx.tables.artist_aliases, columns, aliases)
        insert_new(tx, tx.tables.external_ids, EXTERNAL_ID, ids)

    def _namesakes(self, tx: Transaction, wanted: list[ArtistRecord]) -> _Namesakes:
        known = _Namesakes()
        for row in self._by_key.rows(tx, {artist.key for artist in wanted}):
            known.add(_Artist(*row))
        mbids = {artist.mbid for artist in wanted if artist.mbid} - known.by_mbid.keys()
        for row in self._by_mbid.rows(tx, mbids):
            known.add(_Artist(*row))
        return known


EXTERNAL_ID = ("entity_type", "entity_id", "scheme", "value")
"""The columns of `external_ids` in the order of the rows that are written."""


def _make(tx: Transaction, artists: list[_Artist]) -> None:
    columns = ("name", "name_normalized", "name_search", "sort_name", "mbid", "disambiguation")
    rows: list[Row] = []
    for artist in artists:
        record = artist.record
        if record is None:
            raise LookupError(artist)
        rows.append(
            (
                *(artist.name, artist.key, record.search, record.sort_name),
                *(artist.mbid, artist.disambiguation),
            )
        )
    for artist, number in zip(
        artists, insert_numbered(tx, tx.tables.artists, columns, rows), strict=True
    ):
        artist.number = number


def _name(tx: Transaction, artists: list[_Artist]) -> None:
    table = tx.tables.artists
    for artist in artists:
        sort_name = artist.record.sort_name if artist.record else None
        tx.connection.execute(
            sa.update(table)
            .where(table.c.id == artist.number)
            .values(mbid=artist.mbid, sort_name=sa.func.coalesce(table.c.sort_name, sort_name))
        )


class Names:
    """The rows of a table of mere names (genres, labels) that one scan meets."""

    def __init__(self, table: sa.Table, *, limit: int = 20_000) -> None:
        """Of `table`."""
        self._table = table
        statement = sa.select(table.c.name_normalized, table.c.id)
        self._by_key = Lookup(statement, table.c.name_normalized)
        self._ids: Cache[str, int] = Cache(limit)
        self.begin, self.keep = self._ids.begin, self._ids.keep

    def number(self, key: str) -> int:
        """The id of the name with this key; `resolve` was given it in this transaction.

        Raises:
            LookupError: it was not given.
        """
        number = self._ids.get(key)
        if number is None:
            raise LookupError(key)
        return number

    def resolve(self, tx: Transaction, names: Iterable[tuple[str, str]]) -> None:
        """Finds or makes the row of each of `names`, which are (name, key)."""
        wanted = {key: name for name, key in names if self._ids.get(key) is None}
        if not wanted:
            return
        missing = dict(wanted)
        for key, number in self._by_key.rows(tx, wanted):
            self._ids.put(key, number)
            missing.pop(key, None)
        rows: list[Row] = [(name, key) for key, name in missing.items()]
        numbers = insert_numbered(tx, self._table, ("name", "name_normalized"), rows)
        for key, number in zip(missing, numbers, strict=True):
            self._ids.put(key, number)
