"""Brings an older database up to date; the only module of the daemon that loads Alembic.

It is imported when there is something to upgrade, since Alembic costs time and memory that a
daemon on an up-to-date database need not spend.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from scrobbled.store.schema import Tables

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, tables: Tables, to: str = "head") -> None:
    """Applies the revisions that the database lacks, in the transaction of `connection`."""
    command.upgrade(alembic_config(connection, tables), to)


def alembic_config(connection: Connection, tables: Tables) -> Config:
    """What Alembic needs to know, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["tables"] = tables
    return config
