"""`scrobbled user`."""

from tests.unit.cli.home import Home
from tests.unit.query.conftest import closed


def test_users_are_listed(home: Home) -> None:
    """With their clocks and what they have heard."""
    assert home.run("user", "add", "ben").out == "Added ben.\n"
    home.record(closed(1), closed(2))

    assert home.run("user", "list").lines == [
        "Name  Time zone      Listens  Last",
        "anna  Europe/Berlin  2        2026-09-21 16:23",
        "ben   the system's   0        -",
    ]
    assert home.run("user", "list", "--json").json == [
        {
            "user_id": 1,
            "name": "anna",
            "timezone": "Europe/Berlin",
            "listens": 2,
            "last_listened_at": "2026-09-21T14:23:20Z",
        },
        {"user_id": 2, "name": "ben", "timezone": None, "listens": 0, "last_listened_at": None},
    ]


def test_before_the_first_start_there_are_none(home: Home) -> None:
    """Listing makes nothing."""
    assert home.run("user", "list").out == (
        "There are no users yet: the daemon makes those of the configuration.\n"
    )
    assert home.run("user", "list", "--json").json == []


def test_a_user_is_added_once(home: Home) -> None:
    """And only under a name that can be one."""
    home.run("user", "add", "ben")
    again = home.run("user", "add", "ben")
    odd = home.run("user", "add", " ben")

    assert (again.status, again.err) == (1, "scrobbled: There is a user 'ben' already.\n")
    assert odd.status == 1
    assert "' ben' cannot be a user's name: it must be printable" in odd.err


def test_a_running_daemon_adds_the_user(home: Home) -> None:
    """Only one process writes to the database."""
    with home.daemon(user_add={"id": 7}) as asked:
        assert home.run("user", "add", "ben").out == "Added ben.\n"

    assert asked == [("user-add", {"name": "ben"})]
    assert home.run("user", "list", "--json").json == []
