"""The store: the only package that knows SQLAlchemy; synchronous, on threads of its own."""

from scrobbled.store.bootstrap import open_database, upgrade_database
from scrobbled.store.check import Finding, check_database
from scrobbled.store.database import Database, open_sqlite_file
from scrobbled.store.schema import Schemas, Tables, build_tables
from scrobbled.store.sqlite import SqliteFile
from scrobbled.store.transaction import Lane, Transaction

__all__ = [
    "Database",
    "Finding",
    "Lane",
    "Schemas",
    "SqliteFile",
    "Tables",
    "Transaction",
    "build_tables",
    "check_database",
    "open_database",
    "open_sqlite_file",
    "upgrade_database",
]
