"""The tables of the journal.

It holds what must survive a crash before the main database has it: what media servers posted,
observations, the sessions worked out from them, and closed plays on their way. SQLite only, in the
state directory.
"""

from dataclasses import dataclass

from sqlalchemy import (
    REAL,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

JOURNAL_VERSION = 1
"""Kept in SQLite's `user_version`; a newer one is refused."""


@dataclass(frozen=True, slots=True)
class JournalTables:
    """The journal's tables."""

    metadata: MetaData
    sessions: Table
    observations: Table
    outbox: Table
    dead_letters: Table
    receipts: Table


def journal_tables() -> JournalTables:
    """The tables, in a metadata of their own."""
    metadata = MetaData()
    sessions = Table(
        "sessions",
        metadata,
        Column("source", String, primary_key=True),
        Column("player", String, primary_key=True, comment="'' for the default player"),
        Column("session_json", Text, nullable=False),
        Column("saved_at", REAL, nullable=False, comment="epoch seconds"),
        sqlite_with_rowid=False,
    )
    observations = Table(
        "observations",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("play_uid", String, nullable=True, comment="a play that it tells of; null: of none"),
        Column("seen_at", REAL, nullable=False, comment="epoch seconds, the wall clock's"),
        Column("observation_json", Text, nullable=False),
        Index("ix_observations_play_uid", "play_uid"),
        Index("ix_observations_seen_at", "seen_at"),
    )
    outbox = Table(
        "outbox",
        metadata,
        Column("id", Integer, primary_key=True, comment="order of closing"),
        Column("play_uid", String, nullable=False, unique=True),
        Column("play_json", Text, nullable=False),
        Column("closed_at", REAL, nullable=False, comment="epoch seconds"),
        Column("delivered_at", REAL, nullable=True, comment="epoch seconds; null: waits"),
        Index("ix_outbox_waiting", "id", sqlite_where=Column("delivered_at").is_(None)),
        sqlite_autoincrement=True,
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("source", String, nullable=False),
        Column("received_at", REAL, nullable=False, comment="epoch seconds"),
        Column("reason", Text, nullable=False),
        Column("body", Text, nullable=False),
    )
    receipts = Table(
        "receipts",
        metadata,
        Column("id", Integer, primary_key=True, comment="order of arrival, the last one stays"),
        Column("source", String, nullable=False),
        Column("received_at", REAL, nullable=False, comment="epoch seconds, the wall clock's"),
        Column("monotonic_s", REAL, nullable=False, comment="the host's clock since its boot"),
        Column("host_boot_id", String, nullable=False),
        Column("body", Text, nullable=False),
        Column("done_at", REAL, nullable=True, comment="epoch seconds; null: to be interpreted"),
        Index("ix_receipts_waiting", "source", "id", sqlite_where=Column("done_at").is_(None)),
    )
    return JournalTables(metadata, sessions, observations, outbox, dead_letters, receipts)
