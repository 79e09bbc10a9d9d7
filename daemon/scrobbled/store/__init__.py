"""The store: the only package that knows SQLAlchemy; synchronous, on threads of its own."""

from scrobbled.store.bootstrap import open_database
from scrobbled.store.database import Database, open_sqlite_file
from scrobbled.store.schema import Schemas, Tables, build_tables
from scrobbled.store.sqlite import SqliteFile
from scrobbled.store.transaction import Lane, Transaction

__all__ = [
    "Database",
    "Lane",
    "Schemas",
    "SqliteFile",
    "Tables",
    "Transaction",
    "build_tables",
    "open_database",
    "open_sqlite_file",
]
