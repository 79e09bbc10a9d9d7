"""The people whose plays are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from scrobbled.domain.text import nfc_stripped
from scrobbled.errors import OperatorError
from scrobbled.store.schema import Tables
from scrobbled.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class UserRead:
    """One user.

    Attributes:
        timezone: an IANA name; None for the system's.
        listens: how many there are of them.
        last_listened_at: when the newest began, UTC; None without any.
    """

    user_id: int
    name: str
    timezone: str | None
    listens: int
    last_listened_at: datetime | None


def ensure_users(
    tx: Transaction[Tables], users: Sequence[tuple[str, str | None]], now: datetime
) -> None:
    """Makes rows for users of the configuration (name, time zone) that have none yet.

    Time zones are brought up to date; users that are no longer configured stay.
    """
    table = tx.tables.users
    found = tx.connection.execute(select(table.c.username, table.c.timezone))
    known: dict[str, str | None] = {row.username: row.timezone for row in found}
    for given, timezone in users:
        name = nfc_stripped(given)  # as the table has it
        if name not in known:
            tx.connection.execute(
                insert(table), {"username": name, "timezone": timezone, "created_at": now}
            )
            known[name] = timezone
        elif known[name] != timezone:
            tx.connection.execute(
                update(table).where(table.c.username == name).values(timezone=timezone)
            )


def add_user(tx: Transaction[Tables], name: str, now: datetime) -> int:
    """Makes a user; returns the id.

    Raises:
        OperatorError: there is one of this name.
    """
    users = tx.tables.users
    if tx.connection.execute(select(users.c.id).where(users.c.username == name)).first():
        raise OperatorError(f"There is a user {name!r} already.")
    key: Any = tx.connection.execute(
        insert(users).values(username=name, created_at=now)
    ).inserted_primary_key
    return int(key[0])


def all_users(tx: Transaction[Tables]) -> list[UserRead]:
    """Every user, by name."""
    users, listens = tx.tables.users, tx.tables.listens
    rows = tx.connection.execute(
        select(
            users.c.id,
            users.c.username,
            users.c.timezone,
            func.count(listens.c.id),
            func.max(listens.c.listened_at, type_=listens.c.listened_at.type),
        )
        .select_from(users.outerjoin(listens, listens.c.user_id == users.c.id))
        .group_by(users.c.id, users.c.username, users.c.timezone)
        .order_by(users.c.username)
    )
    return [UserRead(*row) for row in rows]
