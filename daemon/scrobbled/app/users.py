"""The people whose plays are kept: who they are, and adding one, by the daemon or beside it."""

from datetime import datetime
from functools import partial

from scrobbled.config.model import Settings
from scrobbled.config.sections import check_user_name
from scrobbled.errors import OperatorError
from scrobbled.query.users import users as users_of
from scrobbled.store import Database
from scrobbled.store.listens import users
from scrobbled.store.reading import Readable


def known_users(settings: Settings, database: Readable | None) -> set[str]:
    """The names of all users: those of the configuration, and those in the database if any."""
    added = [] if database is None else users_of(database)
    return {user.name for user in settings.users} | {user.name for user in added}


def add_user(database: Database, name: str, now: datetime) -> int:
    """Adds a user; returns the id.

    Raises:
        OperatorError: the name cannot be a user's, or is one already.
    """
    try:
        check_user_name(name)
    except ValueError as error:
        raise OperatorError(f"{name!r} cannot be a user's name: it {error}.") from error
    return database.write(partial(users.add_user, name=name, now=now)).result()
