"""Run by Alembic: applies revisions on the connection and with the schemas that it is given.

`config.attributes` holds `connection`, in a transaction that belongs to who opened it, and
`tables`, those of today, for comparisons.
"""

from typing import TYPE_CHECKING

from alembic import context

from scrobbled.store.migrations import VERSION_TABLE

if TYPE_CHECKING:
    from scrobbled.store.schema import Tables


def _run() -> None:
    tables: Tables = context.config.attributes["tables"]
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=tables.metadata,
        version_table=VERSION_TABLE,
        version_table_schema=tables.schemas.listens,
        include_schemas=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
