"""Finds or makes the rows of release groups and of their editions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

import sqlalchemy as sa

from scrobbled.domain.library_record import AlbumRecord
from scrobbled.domain.text import shorten_key
from scrobbled.store.medialibrary.bulk import Lookup, Row, insert_new, insert_numbered
from scrobbled.store.medialibrary.cache import Cache
from scrobbled.store.medialibrary.identity import mbid_lookup
from scrobbled.store.medialibrary.names import EXTERNAL_ID, Artists, Names
from scrobbled.store.medialibrary.tables import LibraryTables
from scrobbled.store.transaction import Transaction

_DEFAULT_TYPE = "album"


@dataclass(slots=True, eq=False)
class _Group:
    """A release group's row as far as finding it needs it; `number` 0 until it is made."""

    number: int
    key: str
    artist_id: int
    type: str
    mbid: str | None
    year: int | None
    album: AlbumRecord | None = None


@dataclass(slots=True)
class _Groups:
    """The rows that a few albums may be, those that have to be made included."""

    by_mbid: dict[str, _Group] = field(default_factory=dict)
    by_name: dict[tuple[int, str], list[_Group]] = field(default_factory=dict)
    made: list[_Group] = field(default_factory=list)
    changed: dict[int, _Group] = field(default_factory=dict)

    def add(self, row: _Group) -> None:
        if row.mbid:
            self.by_mbid[row.mbid] = row
        self.by_name.setdefault((row.artist_id, row.key), []).append(row)

    def find_or_make(self, album: AlbumRecord, artist_id: int) -> _Group:
        """By MusicBrainz id, else by album artist, title and type, if a type is told."""
        row = self.by_mbid.get(album.group_mbid) if album.group_mbid else None
        if row is None:
            row = self._of_that_name(album, artist_id)
        if row is None:
            row = self._made(album, artist_id)
        self._complete(row, album)
        return row

    def _of_that_name(self, album: AlbumRecord, artist_id: int) -> _Group | None:
        for row in self.by_name.get((artist_id, album.key), ()):
            same_type = album.type is None or album.type == row.type
            if same_type and (row.mbid is None or album.group_mbid in {None, row.mbid}):
                return row
        return None

    def _made(self, album: AlbumRecord, artist_id: int) -> _Group:
        kind = album.type or _DEFAULT_TYPE
        key = album.key
        if any(row.type == kind for row in self.by_name.get((artist_id, key), ())):
            # Another album of that name by the same artist (Weezer has six "Weezer").
            key = shorten_key(f"{key} {album.group_mbid}")
        row = _Group(0, key, artist_id, kind, album.group_mbid, album.year, album)
        self.made.append(row)
        self.add(row)
        return row

    def _complete(self, row: _Group, album: AlbumRecord) -> None:
        mbid = row.mbid or album.group_mbid
        years = [year for year in (row.year, album.year) if year]
        year = min(years) if years else None
        if (mbid, year) == (row.mbid, row.year):
            return
        row.mbid, row.year = mbid, year
        if mbid:
            self.by_mbid[mbid] = row
        if row.number:
            self.changed[row.number] = row


_ReleaseKey = tuple[int, str, str, str]


class _Lookups:
    """The queries for known groups and releases."""

    def __init__(self, tables: LibraryTables) -> None:
        groups, releases, ids = tables.release_groups, tables.releases, tables.external_ids
        columns = (
            *(groups.c.id, groups.c.title_normalized),
            *(sa.func.coalesce(groups.c.primary_artist_id, 0), groups.c.type),
            *(groups.c.mbid, groups.c.year),
        )
        self._by_key = Lookup(sa.select(*columns), groups.c.title_normalized)
        self._by_mbid = Lookup(sa.select(*columns), groups.c.mbid)
        self._by_release_mbid = mbid_lookup(ids)
        self._releases_of = Lookup(
            sa.select(
                *(releases.c.release_group_id, releases.c.title_normalized),
                *(releases.c.release_date, releases.c.edition_key, releases.c.id),
            ),
            releases.c.release_group_id,
        )

    def groups(self, tx: Transaction, wanted: list[AlbumRecord]) -> _Groups:
        """The groups that `wanted` may be of, the oldest first."""
        rows = self._by_key.rows(tx, {album.key for album in wanted})
        mbids = {album.group_mbid for album in wanted if album.group_mbid}
        rows += self._by_mbid.rows(tx, mbids - {row[4] for row in rows})
        known = _Groups()
        for row in sorted(set(rows), key=itemgetter(0)):
            known.add(_Group(*row))
        return known

    def releases(
        self, tx: Transaction, wanted: list[tuple[AlbumRecord, _Group]]
    ) -> tuple[dict[str, int], dict[_ReleaseKey, int]]:
        """The editions that `wanted` may be, by MusicBrainz id and by what tells them apart."""
        mbids = {album.release_mbid for album, _ in wanted if album.release_mbid}
        by_mbid: dict[str, int] = {
            value: number
            for value, number, kind in self._by_release_mbid.rows(tx, mbids)
            if kind == "release"
        }
        rows = self._releases_of.rows(tx, {group.number for _, group in wanted})
        return by_mbid, {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


class Albums:
    """The albums that one scan meets: for each the ids of its release group and its release."""

    def __init__(
        self, tables: LibraryTables, artists: Artists, labels: Names, *, limit: int = 20_000
    ) -> None:
        """Album artists and labels are those of `artists` and `labels`."""
        self._lookups = _Lookups(tables)
        self._artists = artists
        self._labels = labels
        self._ids: Cache[AlbumRecord, tuple[int, int]] = Cache(limit)
        self.begin, self.keep = self._ids.begin, self._ids.keep

    def numbers(self, album: AlbumRecord) -> tuple[int, int]:
        """The ids of release group and release of an album that `resolve` was given.

        Raises:
            LookupError: it was not given in this transaction.
        """
        numbers = self._ids.get(album)
        if numbers is None:
            raise LookupError(album)
        return numbers

    def resolve(self, tx: Transaction, albums: Iterable[AlbumRecord]) -> None:
        """Finds or makes the rows of `albums`, whose artists and labels are resolved."""
        wanted = [album for album in dict.fromkeys(albums) if self._ids.get(album) is None]
        if not wanted:
            return
        known = self._lookups.groups(tx, wanted)
        groups = [
            known.find_or_make(album, self._artists.number(album.artist) if album.artist else 0)
            for album in wanted
        ]
        _make_groups(tx, known.made)
        _change_groups(tx, known.changed.values())
        _note_ids(tx, "release_group", [(row.number, row.mbid) for row in groups])
        pairs = list(zip(wanted, groups, strict=True))
        releases = _releases(tx, pairs, self._lookups.releases(tx, pairs))
        _describe_releases(tx, zip(wanted, releases, strict=True), self._labels)
        for album, group, release_id in zip(wanted, groups, releases, strict=True):
            self._ids.put(album, (group.number, release_id))


def _note_ids(tx: Transaction, kind: str, pairs: Iterable[tuple[int, str | None]]) -> None:
    rows: list[Row] = [(kind, number, "mbid", mbid) for number, mbid in pairs if mbid]
    insert_new(tx, tx.tables.external_ids, EXTERNAL_ID, rows)


def _make_groups(tx: Transaction, groups: list[_Group]) -> None:
    rows: list[Row] = []
    for group in groups:
        album = group.album
        if album is None:
            raise LookupError(group)
        rows.append(
            (
                *(album.title, group.key, album.search, group.type, group.mbid),
                *(group.artist_id or None, group.year),
            )
        )
    columns = (
        *("title", "title_normalized", "title_search", "type", "mbid"),
        *("primary_artist_id", "year"),
    )
    for group, number in zip(
        groups, insert_numbered(tx, tx.tables.release_groups, columns, rows), strict=True
    ):
        group.number = number


def _change_groups(tx: Transaction, groups: Iterable[_Group]) -> None:
    table = tx.tables.release_groups
    for group in groups:
        tx.connection.execute(
            sa.update(table)
            .where(table.c.id == group.number)
            .values(mbid=group.mbid, year=group.year)
        )


def _releases(
    tx: Transaction,
    wanted: list[tuple[AlbumRecord, _Group]],
    known: tuple[dict[str, int], dict[_ReleaseKey, int]],
) -> list[int]:
    """The ids of the editions of `wanted`, found among the known ones or made."""
    by_mbid, by_key = known
    made: dict[_ReleaseKey, AlbumRecord] = {}
    keys: list[_ReleaseKey] = []
    for album, group in wanted:
        key = (group.number, album.key, album.date, album.edition_key)
        keys.append(key)
        if key not in by_key and (album.release_mbid or "") not in by_mbid:
            made.setdefault(key, album)
    columns = (
        *("title", "title_normalized", "release_date", "release_group_id"),
        *("edition_key", "country", "format"),
    )
    rows: list[Row] = [
        (album.title, title_key, date, group_id, edition, album.country, album.format)
        for (group_id, title_key, date, edition), album in made.items()
    ]
    by_key.update(zip(made, insert_numbered(tx, tx.tables.releases, columns, rows), strict=True))
    return [
        by_mbid.get(album.release_mbid or "") or by_key[key]
        for (album, _), key in zip(wanted, keys, strict=True)
    ]


def _describe_releases(
    tx: Transaction, albums: Iterable[tuple[AlbumRecord, int]], labels: Names
) -> None:
    """Notes the ids, labels and catalogue numbers of editions."""
    ids: list[Row] = []
    label_rows: list[Row] = []
    for album, number in albums:
        if album.release_mbid:
            ids.append(("release", number, "mbid", album.release_mbid))
        if album.barcode:
            ids.append(("release", number, "barcode", album.barcode))
        label_rows += [
            (number, labels.number(label.key), label.catalogue_number) for label in album.labels
        ]
    insert_new(tx, tx.tables.external_ids, EXTERNAL_ID, ids)
    insert_new(tx, tx.tables.release_labels, ("release_id", "label_id", "cat_id"), label_rows)
