"""An empty database, open, for tests of the store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from scrobbled.store import Database, Transaction, open_database

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The main database in a new file."""
    with open_database(f"sqlite:///{tmp_path}/scrobbled.db") as opened:
        yield opened


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    """A transaction on it, rolled back in the end; for what needs none of the threads."""
    engine = sa.create_engine(f"sqlite:///{_path(database)}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        yield Transaction(connection, database.tables)
    engine.dispose()


def _path(database: Database) -> str:
    def main_file(tx: Transaction) -> str:
        path: str = tx.connection.exec_driver_sql("PRAGMA database_list").one()[2]
        return path

    return database.read(main_file).result()
