"""The history of the data model ends where the data model is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from scrobbled.errors import DatabaseRefused
from scrobbled.store import Schemas, SqliteFile, build_tables
from scrobbled.store.bootstrap import prepare
from scrobbled.store.migrations import HEAD, REVISIONS
from scrobbled.store.upgrade import alembic_config, upgrade

TABLES = build_tables(Schemas())


@contextmanager
def connected(path: Path) -> Iterator[sa.Connection]:
    """A connection to the file, in a transaction."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def schema_of(path: Path) -> dict[str, str | None]:
    """The text of every statement that made something, by its name."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")
        return dict(rows.fetchall())


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A database made at once."""
    path = tmp_path / "made.db"
    prepare(SqliteFile(path), TABLES)
    return path


def test_the_list_of_revisions_is_true(tmp_path: Path) -> None:
    """What the daemon knows without Alembic is what Alembic finds: one line, one head."""
    with connected(tmp_path / "x.db") as connection:
        script = ScriptDirectory.from_config(alembic_config(connection, TABLES))
    history = [revision.revision for revision in script.walk_revisions()]

    assert tuple(reversed(history)) == REVISIONS
    assert script.get_heads() == [HEAD]
    assert all(
        Path(revision.path).name.startswith(f"v{revision.revision}_")
        for revision in script.walk_revisions()
    )


@pytest.mark.parametrize("start", [None, *REVISIONS[:-1]])
def test_upgrading_gives_the_very_same_tables(
    tmp_path: Path, made: Path, start: str | None
) -> None:
    """From any revision, the tables become letter by letter those of a new database."""
    path = tmp_path / "upgraded.db"
    with connected(path) as connection:
        upgrade(connection, TABLES, start or "head")
    done = prepare(SqliteFile(path), TABLES)

    assert schema_of(path) == schema_of(made)
    assert done.found.revision == (start or HEAD)
    assert done.revision == HEAD


def test_alembic_finds_no_difference(made: Path) -> None:
    """What is in the file is what the tables say, as far as Alembic can see."""
    with connected(made) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, TABLES.metadata) == []


def test_a_revision_may_be_run_again(tmp_path: Path, made: Path) -> None:
    """Where a server commits each statement by itself, a revision can be cut short anywhere."""
    path = tmp_path / "again.db"
    with connected(path) as connection:
        upgrade(connection, TABLES)
        connection.exec_driver_sql("DROP TABLE listen_genres")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    prepare(SqliteFile(path), TABLES)

    assert schema_of(path) == schema_of(made)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    """All revisions together are one transaction."""
    path = tmp_path / "failing.db"
    with connected(path) as connection:
        upgrade(connection, TABLES, "0001")
        # In the way of an index that is still to be made.
        connection.exec_driver_sql("CREATE INDEX ix_listens_track_id ON genres (id)")
    before = schema_of(path)
    with pytest.raises(sa.exc.OperationalError, match="ix_listens_track_id"):
        prepare(SqliteFile(path), TABLES)

    assert schema_of(path) == before


def test_rows_survive_an_upgrade(tmp_path: Path) -> None:
    """What an older version stored is there afterwards."""
    path = tmp_path / "old.db"
    with connected(path) as connection:
        upgrade(connection, TABLES, "0001")
        connection.exec_driver_sql("INSERT INTO genres (name, name_normalized) VALUES ('a', 'a')")
    prepare(SqliteFile(path), TABLES)

    with closing(sqlite3.connect(path)) as connection_after:
        assert connection_after.execute("SELECT name FROM genres").fetchall() == [("a",)]


def test_an_upgrade_that_leaves_references_open_is_undone(tmp_path: Path) -> None:
    """Rows that refer to nothing are found before the commit, and the file stays as it was."""
    path = tmp_path / "broken.db"
    with connected(path) as connection:
        upgrade(connection, TABLES, "0002")
        connection.exec_driver_sql(
            "INSERT INTO title_aliases (track_id, alias, alias_normalized) VALUES (7, 'a', 'a')"
        )
    before = schema_of(path)
    with pytest.raises(DatabaseRefused, match="rows of title_aliases would refer to rows of track"):
        prepare(SqliteFile(path), TABLES)

    assert schema_of(path) == before
