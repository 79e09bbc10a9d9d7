"""Adding users, by the daemon or beside it."""

from datetime import datetime
from functools import partial

from scrobbled.config.sections import check_user_name
from scrobbled.errors import OperatorError
from scrobbled.store import Database
from scrobbled.store.listens import users


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
