"""Who listens."""

from scrobbled.store.listens.users import UserRead, all_users
from scrobbled.store.reading import Readable


def users(database: Readable) -> list[UserRead]:
    """Every user, by name.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    return database.read(all_users).result()
