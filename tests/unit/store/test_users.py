"""Users: made of the configuration or by hand, never unmade, and counted."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from tests.unit.store.conftest import NOW
from tests.unit.store.plays import START_S, play, record, rows

from scrobbled.errors import OperatorError
from scrobbled.store import Database
from scrobbled.store.listens.users import UserRead, add_user, all_users, ensure_users


def ensure(database: Database, *users: tuple[str, str | None]) -> None:
    """As the daemon does at its start."""
    database.write(partial(ensure_users, users=users, now=NOW)).result()


def known(database: Database) -> list[UserRead]:
    """Everybody."""
    return database.read(all_users).result()


def test_users_of_the_configuration_are_made_once(database: Database) -> None:
    """Starting again with the same users changes nothing."""
    ensure(database, ("anna", "Europe/Berlin"), ("ben", None))
    ensure(database, ("anna", "Europe/Berlin"), ("ben", None))

    assert known(database) == [
        UserRead(1, "anna", "Europe/Berlin", 0, None),
        UserRead(2, "ben", None, 0, None),
    ]
    assert [row["created_at"] for row in rows(database, "users")] == [NOW, NOW]


def test_time_zones_follow_the_configuration(database: Database) -> None:
    """A user who moves keeps row and plays; who leaves the configuration stays."""
    ensure(database, ("anna", "Europe/Berlin"), ("ben", "Asia/Tokyo"))
    ensure(database, ("anna", None))

    assert [(each.name, each.timezone) for each in known(database)] == [
        ("anna", None),
        ("ben", "Asia/Tokyo"),
    ]


def test_a_name_is_one_user_however_it_is_composed(database: Database) -> None:
    """The same letters, with combining marks or without, also within one configuration."""
    ensure(database, ("Zoe\u0308", None), ("Zo\u00eb", "Europe/Paris"))
    ensure(database, ("Zoe\u0308", "Europe/Paris"))

    assert [(each.name, each.timezone) for each in known(database)] == [
        ("Zo\u00eb", "Europe/Paris")
    ]


def test_a_user_is_added_by_hand(database: Database) -> None:
    """The number of the new row is told; the name must be new."""
    ensure(database, ("anna", None))
    number = database.write(partial(add_user, name="ben", now=NOW)).result()

    assert [(each.user_id, each.name) for each in known(database)] == [(1, "anna"), (number, "ben")]
    with pytest.raises(OperatorError, match="There is a user 'ben' already"):
        database.write(partial(add_user, name="ben", now=NOW)).result()


def test_listens_are_counted_and_the_last_is_told(database: Database) -> None:
    """Skips are no listens; users without any are listed as well."""
    ensure(database, ("zed", None))
    record(database, play(2), play(1), play(3, counted=False), play(1, play_uid="x", user="ben"))

    anna, ben, zed = known(database)
    first = datetime.fromtimestamp(START_S, UTC)
    assert (anna.name, anna.listens) == ("anna", 2)
    assert anna.last_listened_at == first + timedelta(seconds=600)
    assert (ben.listens, zed.listens, zed.last_listened_at) == (1, 0, None)
