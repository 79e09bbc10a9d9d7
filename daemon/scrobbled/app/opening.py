"""Opening the stores as the configuration says, by the daemon and by commands."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError
from scrobbled.runtime.clock import Clock, SystemClock
from scrobbled.runtime.lock import exclusive_lock
from scrobbled.store import Database, Schemas, Tables, open_database
from scrobbled.store.listens.users import ensure_users
from scrobbled.store.reading import ReadOnly, open_database_to_read


def make_state_dir(settings: Settings) -> None:
    """Makes the state directory, readable by its owner and group only, unless it is there.

    Raises:
        OperatorError: it cannot be made.
    """
    try:
        settings.state_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OperatorError(
            f"{settings.state_dir} is no directory: move it away, or choose another as state_dir."
        ) from error
    except OSError as error:
        raise OperatorError(
            f"The state directory {settings.state_dir} cannot be made ({error.strerror}): "
            "make it and give it to this user, or choose another as state_dir."
        ) from error


def open_main_database(settings: Settings) -> Database[Tables]:
    """Opens the main database; see `store.open_database`."""
    database = settings.database
    return open_database(
        database.connection_url(),
        schemas=_schemas(settings),
        readers=min(database.pool.size, 4),
    )


def prepare_users(database: Database[Tables], settings: Settings, clock: Clock) -> None:
    """Makes rows for the users of the configuration."""
    users = [(user.name, user.timezone) for user in settings.users]
    now = datetime.fromtimestamp(clock.moment().wall_s, UTC)
    database.write(lambda tx: ensure_users(tx, users, now)).result()


@contextmanager
def open_to_read(settings: Settings) -> Iterator[ReadOnly[Tables] | None]:
    """The main database for a command that only reads; a daemon may run beside it.

    Yields:
        None when there is none yet.

    Raises:
        ScrobbledError: see `store.reading.open_database_to_read`.
    """
    database = open_database_to_read(settings.database.connection_url(), schemas=_schemas(settings))
    with database or nullcontext():
        yield database


@contextmanager
def open_to_write(settings: Settings) -> Iterator[Database[Tables]]:
    """The main database for a command that writes, while no daemon runs.

    Raises:
        OperatorError: a daemon, or another such command, runs.
    """
    make_state_dir(settings)
    with exclusive_lock(settings.state_dir), open_main_database(settings) as database:
        prepare_users(database, settings, SystemClock())
        yield database


def _schemas(settings: Settings) -> Schemas:
    return Schemas(settings.database.medialibrary_schema, settings.database.listens_schema)
