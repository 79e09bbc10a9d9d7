"""The history of the data model, as Alembic revisions, one line of them.

A revision touches one schema, may be run again after it was cut short, and is never changed once
released. It defines what it creates in its own words: the tables of today are not those of then.
"""

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision, oldest first; here, so that an up-to-date database is known without Alembic."""

HEAD = REVISIONS[-1]
"""The revision of the tables as `build_tables` defines them."""

VERSION_TABLE = "alembic_version"
"""Where the revision of a database is kept, in the schema of the listening history."""
