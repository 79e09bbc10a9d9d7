"""Rows written and looked up by the hundred, past SQLAlchemy's types."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from scrobbled.errors import ItemRejected
from scrobbled.store import Database, Schemas, Transaction, build_tables, open_database
from scrobbled.store.medialibrary import bulk
from scrobbled.store.medialibrary.bulk import (
    Lookup,
    in_lists,
    insert_new,
    insert_numbered,
    insert_rows,
)

GENRE = ("name", "name_normalized")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with open_database(f"sqlite:///{tmp_path / 'main.db'}") as opened:
        yield opened


def genres(database: Database) -> list[tuple[int, str]]:
    """The ids and names of all genres."""

    def ask(tx: Transaction) -> list[tuple[int, str]]:
        table = tx.tables.genres
        rows = tx.connection.execute(sa.select(table.c.id, table.c.name).order_by(table.c.id))
        return [(row[0], row[1]) for row in rows]

    return database.read(ask).result()


def add(database: Database, *names: str) -> list[int]:
    """New genres."""
    rows: list[bulk.Row] = [(name, name.lower()) for name in names]
    return database.write(lambda tx: insert_numbered(tx, tx.tables.genres, GENRE, rows)).result()


def test_numbered_rows_have_their_ids_in_order(database: Database) -> None:
    """The ids that are told are those of the rows, whatever was there before."""
    first, second = add(database, "A", "B"), add(database, "C")

    assert genres(database) == [(first[0], "A"), (first[1], "B"), (second[0], "C")]


def test_numbers_are_never_given_out_twice(database: Database) -> None:
    """The id of a deleted row is not that of a new one."""
    add(database, "A", "B")
    database.write(lambda tx: tx.connection.execute(sa.delete(tx.tables.genres))).result()

    assert add(database, "C") == [3]


def test_nothing_is_written_for_nothing(database: Database) -> None:
    """No rows, no statement."""
    assert add(database) == []
    database.write(lambda tx: insert_rows(tx, tx.tables.genres, GENRE, [])).result()
    database.write(lambda tx: insert_new(tx, tx.tables.genres, GENRE, [])).result()

    assert genres(database) == []


def test_rows_that_are_there_are_left_as_they_are(database: Database) -> None:
    """Only what is new is written."""
    add(database, "A")

    database.write(
        lambda tx: insert_new(tx, tx.tables.genres, GENRE, [("A", "a"), ("B", "b")])
    ).result()

    assert [name for _, name in genres(database)] == ["A", "B"]


def test_columns_may_come_in_any_order(database: Database) -> None:
    """Values go where their column is."""
    rows: list[bulk.Row] = [("a", "A")]
    database.write(lambda tx: insert_rows(tx, tx.tables.genres, GENRE[::-1], rows)).result()

    assert [name for _, name in genres(database)] == ["A"]


def test_broken_references_are_refused(database: Database) -> None:
    """Leaving out what is there does not let through what must not be."""
    rows: list[bulk.Row] = [(1, 999, 1.0)]
    columns = ("track_id", "genre_id", "weight")

    with pytest.raises(ItemRejected):
        database.write(lambda tx: insert_new(tx, tx.tables.track_genres, columns, rows)).result()


@pytest.mark.parametrize("count", [0, 1, 8, 9, 511, 512, 513, 1_500])
def test_lookups_find_every_value(database: Database, count: int) -> None:
    """Lists of any length are asked for whole, and nothing is found twice."""
    names = [f"N{number}" for number in range(1_500)]
    add(database, *names)
    table = database.tables.genres
    lookup = Lookup(sa.select(table.c.name).where(table.c.id > 0), table.c.name_normalized)
    wanted = [name.lower() for name in names[:count]]

    found = database.write(lambda tx: lookup.rows(tx, wanted)).result()

    assert sorted(found) == sorted((name,) for name in names[:count])


def test_lists_are_short() -> None:
    """No statement has more values than every engine takes."""
    lists = list(in_lists(range(1_300)))

    assert [len(some) for some in lists] == [512, 512, 276]
    assert [value for some in lists for value in some] == list(range(1_300))


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        (mysql, "ON DUPLICATE KEY UPDATE"),
        (postgresql, "ON CONFLICT DO NOTHING"),
    ],
)
def test_servers_leave_what_is_there_as_well(engine: Any, expected: str) -> None:
    """Each server has its own words for it; none ignores errors."""
    table = build_tables(Schemas()).track_genres
    statement = bulk._insert_new(table, ("track_id", "genre_id"), engine.dialect())  # noqa: SLF001 - the text for a server that no unit test has

    assert expected in statement.text
    assert "IGNORE" not in statement.text
