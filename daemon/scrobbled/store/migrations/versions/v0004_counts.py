"""Counts of listens by month and in total."""

from collections.abc import Iterator

import sqlalchemy as sa

from scrobbled.store.definition import Definition
from scrobbled.store.migrations import steps
from scrobbled.store.types import Id

revision = "0004"
down_revision = "0003"

_ENTITIES = ("artist", "track", "genre", "release_group")


def upgrade() -> None:
    """Creates these tables."""
    define = steps.listening_history(known_of_library=())
    steps.create(define, _tables(define))


def _tables(define: Definition) -> Iterator[sa.Table]:
    yield define.relation(
        "roll_month",
        _number("user_id", "users.id"),
        _month(),
        sa.Column("hour", sa.SmallInteger, nullable=False, comment="0 to 23, the user's time."),
        *_counts(),
        key=("user_id", "month", "hour"),
        comment="Listens by month and hour of the day.",
    )
    for entity in _ENTITIES:
        yield _by_month(define, entity)
        yield _total(define, entity)
    yield define.relation(
        "roll_dirty",
        _number("user_id", "users.id"),
        _month(),
        key=("user_id", "month"),
        comment="Months whose counts have to be made again.",
    )


def _by_month(define: Definition, entity: str) -> sa.Table:
    return define.relation(
        f"roll_{entity}_month",
        _number("user_id", "users.id"),
        _month(),
        _number(f"{entity}_id", f"{entity}s.id"),
        *_counts(),
        key=("user_id", "month", f"{entity}_id"),
        comment=f"Listens by month and {entity}.",
    )


def _total(define: Definition, entity: str) -> sa.Table:
    return define.relation(
        f"roll_{entity}_total",
        _number("user_id", "users.id"),
        _number(f"{entity}_id", f"{entity}s.id"),
        *_counts(),
        sa.Index(f"ix_roll_{entity}_total_n", "user_id", "n"),
        key=("user_id", f"{entity}_id"),
        comment=f"Listens by {entity}, of all time.",
    )


def _number(column: str, target: str) -> sa.Column[int]:
    return sa.Column(column, Id, nullable=False, autoincrement=False, comment=target)


def _month() -> sa.Column[int]:
    return sa.Column("month", sa.Integer, nullable=False, comment="yyyymm, the user's time.")


def _counts() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("n", sa.Integer, nullable=False, comment="Listens."),
        sa.Column("secs", sa.BigInteger, nullable=False, comment="Seconds heard."),
    )
