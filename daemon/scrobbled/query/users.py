"""Who listens."""

from scrobbled.store import Database
from scrobbled.store.listens.users import UserRead, all_users


def users(database: Database) -> list[UserRead]:
    """Every user, by name.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    return database.read(all_users).result()
