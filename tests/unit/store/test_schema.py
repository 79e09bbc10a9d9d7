"""The data model: that every engine can have it, and that it keeps the promises it makes."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable
from tests.unit.store.conftest import NOW

from scrobbled.errors import DatabaseRefused
from scrobbled.store import Schemas, Transaction, build_tables

MODES = [
    Schemas(),
    Schemas("medialibrary", "listens"),
    Schemas("medialibrary", None),
    Schemas(None, "listens"),
    Schemas("music", "music"),
]


def mariadb() -> sa.Dialect:
    """The dialect of a `mariadb://` URL."""
    dialect: sa.Dialect = mysql.dialect()
    dialect.name = "mariadb"
    return dialect


DIALECTS: dict[str, Callable[[], sa.Dialect]] = {
    "sqlite": sqlite.dialect,
    "mysql": mysql.dialect,
    "mariadb": mariadb,
    "postgresql": postgresql.dialect,
}


def ddl(schemas: Schemas, engine: str) -> dict[str, str]:
    """The statements that create each table and its indexes."""
    tables = build_tables(schemas, engine)
    dialect = DIALECTS[engine]()
    statements = {}
    for table in tables.metadata.sorted_tables:
        parts = [CreateTable(table).compile(dialect=dialect)]
        parts += [CreateIndex(index).compile(dialect=dialect) for index in table.indexes]
        statements[table.name] = "\n".join(map(str, parts))
    return statements


@pytest.mark.parametrize("engine", DIALECTS)
@pytest.mark.parametrize("schemas", MODES, ids=str)
def test_every_table_can_be_written_for_every_engine(engine: str, schemas: Schemas) -> None:
    """Each engine's compiler takes each table, in the schema that it belongs to."""
    statements = ddl(schemas, engine)

    assert len(statements) == 54
    for name, schema in (("tracks", schemas.medialibrary), ("listens", schemas.listens)):
        qualified = name if schema is None else f"{schema}.{name}"
        assert f"CREATE TABLE {qualified} (" in statements[name]


@pytest.mark.parametrize("engine", ["mysql", "mariadb", "postgresql"])
def test_servers_keep_references_between_the_schemas(engine: str) -> None:
    """A listen refers to a track in the other schema, as far as the engine can."""
    statements = ddl(Schemas("medialibrary", "listens"), engine)

    assert "REFERENCES medialibrary.tracks (id) ON DELETE SET NULL" in statements["listens"]
    assert "REFERENCES listens.users (id)" in statements["listens"]


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_mariadb_compares_bytes_under_either_name(engine: str) -> None:
    """Key columns and tables have the binary collation whichever way the URL names the server."""
    statements = ddl(Schemas(), engine)

    assert "username VARCHAR(190) COLLATE utf8mb4_bin NOT NULL" in statements["users"]
    assert "play_uid CHAR(36) COLLATE utf8mb4_bin NOT NULL" in statements["listens_raw"]
    for text in statements.values():
        assert "ENGINE=InnoDB" in text
        assert "CHARSET=utf8mb4" in text
        assert "COLLATE utf8mb4_bin" in text


def test_generated_keys_are_kept_as_each_engine_can() -> None:
    """Virtual beside SET NULL where stored is refused, stored where there is no virtual."""
    mariadb_text = ddl(Schemas(), "mariadb")["release_groups"]
    postgresql_text = ddl(Schemas(), "postgresql")["release_groups"]

    assert "(coalesce(primary_artist_id, 0)) COMMENT" in mariadb_text
    assert "(coalesce(primary_artist_id, 0)) STORED" in postgresql_text


def test_every_table_and_constraint_has_a_name_that_fits() -> None:
    """PostgreSQL takes 63 characters and MariaDB 64; a constraint without a name stays for ever."""
    for text in ddl(Schemas("medialibrary", "listens"), "postgresql").values():
        for name in re.findall(r"(?:CONSTRAINT|INDEX) (\w+)", text):
            assert len(name) <= 63
        for line in text.splitlines():
            assert not re.match(r"\s*(UNIQUE|CHECK|FOREIGN KEY|PRIMARY KEY)", line), line


def test_every_table_is_an_attribute() -> None:
    """`Tables` names exactly the tables that are created."""
    tables = build_tables(Schemas())
    attributes = {name for name, value in vars(tables).items() if isinstance(value, sa.Table)}

    assert attributes == {table.name for table in tables.metadata.sorted_tables}
    assert all(getattr(tables, name).name == name for name in attributes)


def test_every_reference_has_an_index() -> None:
    """Deleting what is referred to must not scan the table that refers to it."""
    for table in build_tables(Schemas()).metadata.sorted_tables:
        keys = [list(table.primary_key.columns)]
        keys += [list(index.columns) for index in table.indexes]
        keys += [list(c.columns) for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
        leading = {key[0].name for key in keys if key}
        for reference in table.foreign_keys:
            column = reference.parent.name
            # Vocabularies, and users: their rows go only when nothing is left of them.
            if reference.column.table.name not in {"tag_sources", "users"}:
                assert column in leading, f"{table.name}.{column}"


@pytest.mark.parametrize("name", ["1st", "with space", "main", "TEMP", "a" * 64, "a;b", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """The names of schemas are put into statements, so they are held to letters and digits."""
    with pytest.raises(DatabaseRefused, match="cannot be the name of a schema"):
        Schemas(medialibrary=name)


def add(tx: Transaction, table: str, /, **values: Any) -> int:
    """Inserts one row and returns its id, 0 in a table without."""
    key = tx.connection.execute(getattr(tx.tables, table).insert(), values).inserted_primary_key
    assert key is not None
    return int(key[0]) if "id" in getattr(tx.tables, table).c else 0


def count(tx: Transaction, name: str) -> int:
    """How many rows a table has."""
    table = getattr(tx.tables, name)
    return tx.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def add_track(tx: Transaction, number: int = 1) -> int:
    """Inserts a track."""
    return add(tx, "tracks", track_uid=f"uid-{number}", title="T", title_normalized="t")


def add_play(tx: Transaction, number: int = 1, **values: Any) -> int:
    """Inserts a row of `listens_raw`, and user 1 if need be."""
    if not count(tx, "users"):
        add(tx, "users", username="anna", created_at=NOW)
    defaults = {
        "play_uid": f"play-{number}",
        "user_id": 1,
        "listened_at": NOW,
        "ingested_at": NOW,
        "source": "mpd:home",
        "counted": True,
        "played_secs": 200.0,
        "payload_version": 1,
        "payload_json": {},
    }
    return add(tx, "listens_raw", **(defaults | values))


def test_numbers_are_not_given_out_twice(tx: Transaction) -> None:
    """What refers to a deleted row by its number never meets another one."""
    first = add(tx, "genres", name="Rock", name_normalized="rock")
    tx.connection.execute(tx.tables.genres.delete())

    assert add(tx, "genres", name="Jazz", name_normalized="jazz") > first


@pytest.mark.parametrize("name", ["Bjork", "BJÖRK", "björk", "Björk 😀"])
def test_names_are_compared_letter_by_letter(tx: Transaction, name: str) -> None:
    """Names that differ in any letter are different names."""
    add(tx, "artists", name="Björk", name_normalized="Björk")

    assert add(tx, "artists", name=name, name_normalized=name) == 2


def test_namesakes_need_to_be_told_apart(tx: Transaction) -> None:
    """The same key stands once, unless something distinguishes the two."""
    add(tx, "artists", name="Nirvana", name_normalized="nirvana")
    add(tx, "artists", name="Nirvana", name_normalized="nirvana", disambiguation="UK, 1960s")

    with pytest.raises(IntegrityError):
        add(tx, "artists", name="NIRVANA", name_normalized="nirvana")


def test_groups_without_an_artist_are_unique_too(tx: Transaction) -> None:
    """A missing album artist counts as one value, and a single may be named as its album."""
    add(tx, "release_groups", title="Now", title_normalized="now", type="compilation")
    add(tx, "release_groups", title="Now", title_normalized="now", type="single")

    with pytest.raises(IntegrityError):
        add(tx, "release_groups", title="Now", title_normalized="now", type="single")


def test_a_play_is_unique_though_its_track_has_no_name(tx: Transaction) -> None:
    """Without a name of the track there is still one play a second and source."""
    add_play(tx, 1)
    add_play(tx, 2, source_track_id="a.mp3")
    add_play(tx, 3, source="mpd:office")

    with pytest.raises(IntegrityError):
        add_play(tx, 4)


def test_a_play_is_stored_once(tx: Transaction) -> None:
    """The play's own id is what makes recording it again harmless."""
    add_play(tx, 1)

    with pytest.raises(IntegrityError, match="play_uid"):
        add_play(tx, 1, source="mpd:office")


@pytest.mark.parametrize(("track", "release"), [(True, True), (False, False)])
def test_a_playlist_item_is_one_thing(tx: Transaction, *, track: bool, release: bool) -> None:
    """Neither both nor none of track and release."""
    playlist = add(tx, "playlists", platform="youtube", title="P", title_normalized="p")
    item = {
        "track_id": add_track(tx) if track else None,
        "release_id": add(tx, "releases", title="R", title_normalized="r") if release else None,
    }

    with pytest.raises(IntegrityError, match="one_target"):
        add(tx, "playlist_items", playlist_id=playlist, position=1, **item)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("release_groups", {"title": "A", "title_normalized": "a", "type": "opera"}),
        ("external_ids", {"entity_type": "person", "entity_id": 1, "scheme": "x", "value": "y"}),
        ("scan_runs", {"started_at": NOW, "kind": "full", "status": "lost"}),
        ("match_decisions", {"scope": "item", "verdict": "track", "decided_at": NOW}),
        ("listen_strings", {"key_hash": "h", "norm_version": 1, "match_confidence": 1.5}),
        ("listen_strings", {"key_hash": "h", "norm_version": 1, "match_reason": "luck"}),
    ],
)
def test_values_outside_closed_sets_are_refused(
    tx: Transaction, table: str, values: dict[str, Any]
) -> None:
    """A status or a kind that nothing knows is stopped by the database."""
    with pytest.raises(IntegrityError, match="CHECK"):
        add(tx, table, **values)


def test_a_deleted_track_leaves_its_listens(tx: Transaction) -> None:
    """Listens lose the link and keep everything else; what describes the track goes with it."""
    track, artist = add_track(tx), add(tx, "artists", name="A", name_normalized="a")
    add(tx, "track_artists", track_id=track, artist_id=artist, role="primary", position=0)
    add(tx, "track_key", key8=-(2**63), kind=1, track_id=track)
    listen = add(tx, "listens", raw_id=add_play(tx), user_id=1, listened_at=NOW, track_id=track)
    add(tx, "listen_match_candidates", listen_id=listen, track_id=track, confidence=0.5)
    add(tx, "listen_artists", listen_id=listen, artist_id=artist)

    tx.connection.execute(tx.tables.tracks.delete())

    assert tx.connection.execute(sa.select(tx.tables.listens.c.track_id)).scalars().all() == [None]
    assert [count(tx, name) for name in ("track_artists", "track_key", "listen_artists")] == [
        0,
        0,
        1,
    ]
    assert count(tx, "listen_match_candidates") == 0


@pytest.mark.parametrize("table", ["listens_raw", "users"])
def test_history_is_not_deleted_from_below(tx: Transaction, table: str) -> None:
    """Neither a play that is a listen nor a user who has plays can be deleted."""
    add(tx, "listens", raw_id=add_play(tx), user_id=1, listened_at=NOW)

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        tx.connection.execute(getattr(tx.tables, table).delete())


def test_tables_of_one_engine_do_not_load_the_others() -> None:
    """A daemon on SQLite spends no memory on the dialects of database servers."""
    program = (
        "import sys\n"
        "from scrobbled.store import Schemas, build_tables\n"
        "build_tables(Schemas())\n"
        "print([m for m in sys.modules if m.startswith('sqlalchemy.dialects.')"
        " and m.split('.')[2] in ('mysql', 'postgresql')])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert done.stdout == b"[]\n"
