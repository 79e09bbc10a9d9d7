"""In what condition a database is found: empty, ours, or none of our business."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from scrobbled.errors import DatabaseRefused
from scrobbled.store.migrations import HEAD, REVISIONS, VERSION_TABLE
from scrobbled.store.schema import Tables

_NAMED_IN_ERRORS = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found.

    Attributes:
        revision: the last revision applied to it; None when it is empty.
    """

    revision: str | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.revision is None

    @property
    def current(self) -> bool:
        """Whether it is up to date."""
        return self.revision == HEAD


def version_table(tables: Tables) -> sa.Table:
    """Where the revision is kept, in the very form that Alembic gives it."""
    return sa.Table(
        VERSION_TABLE,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
        schema=tables.schemas.listens,
    )


def look(connection: Connection, tables: Tables, place: str) -> Condition:
    """Looks at what is there, and changes nothing.

    Args:
        connection: to the database.
        tables: those that should be in it.
        place: what to call the database in errors.

    Raises:
        DatabaseRefused: it is of a newer version, or belongs to another program.
    """
    inspector = sa.inspect(connection)
    present = set(inspector.get_table_names(schema=tables.schemas.listens))
    if not present:
        return Condition(None)
    revision = None
    if VERSION_TABLE in present:
        revision = connection.execute(sa.select(version_table(tables))).scalar()
    if revision in REVISIONS:
        return Condition(revision)
    ours = {table.name for table in tables.metadata.sorted_tables} & present
    if revision is not None and ours:
        raise DatabaseRefused(
            f"{place} was written by a newer version of scrobbled (schema {revision}, this version "
            f"knows {HEAD}); install that version again, or use a backup from before.",
        )
    named = sorted(ours or present)
    listed = ", ".join(named[:_NAMED_IN_ERRORS]) + (", …" if named[_NAMED_IN_ERRORS:] else "")
    raise DatabaseRefused(
        f"{place} holds tables of another program ({listed}); "
        "choose another place in database.url.",
    )
