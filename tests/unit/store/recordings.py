"""A few recordings in the library, put there row by row; and links to them."""

import hashlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from tests.unit.store.conftest import NOW

from scrobbled.store import Transaction


def insert(tx: Transaction, table: str, **values: Any) -> int:
    """Inserts a row; returns its id."""
    chosen: sa.Table = getattr(tx.tables, table)
    key: Any = tx.connection.execute(sa.insert(chosen).values(**values)).inserted_primary_key
    return int(key[0])


def add_artist(tx: Transaction, name: str) -> int:
    """An artist; returns the id."""
    return insert(tx, "artists", name=name, name_normalized=name.lower())


def add_file(tx: Transaction, path: str, track_id: int | None = None, **values: Any) -> int:
    """A music file; returns the id."""
    return insert(
        tx,
        "media_files",
        track_id=track_id,
        file_path=path,
        file_path_hash=hashlib.sha256(path.encode()).hexdigest(),
        mtime_ns=1,
        size_bytes=1,
        scanned_at=NOW,
        **values,
    )


def add_track(tx: Transaction, title: str, artists: Sequence[str] = (), path: str = "") -> int:
    """A recording by `artists` in order, with a file at `path` if there is one; the id."""
    uid = hashlib.sha256(f"{title}{artists}".encode()).hexdigest()[:36]
    track_id = insert(
        tx, "tracks", track_uid=uid, title=title, title_normalized=title.lower(), duration_secs=200
    )
    for position, artist in enumerate(artists):
        credit(tx, track_id, add_artist(tx, artist), position=position)
    if path:
        add_file(tx, path, track_id)
    return track_id


def credit(tx: Transaction, track_id: int, artist_id: int, **values: Any) -> None:
    """Credits an artist with a recording."""
    row = {"role": "primary", "track_id": track_id, "artist_id": artist_id, **values}
    tx.connection.execute(sa.insert(tx.tables.track_artists), row)


def link(tx: Transaction, listen_id: int, track_id: int | None, **values: Any) -> None:
    """Links a listen, as the matcher would."""
    listens = tx.tables.listens
    linked = {"enrich_status": "matched", "match_confidence": 1.0, "match_reason": "file"}
    tx.connection.execute(
        sa.update(listens)
        .where(listens.c.id == listen_id)
        .values(track_id=track_id, last_enriched_at=NOW, **{**linked, **values})
    )


def suggest(tx: Transaction, listen_id: int, track_id: int, confidence: float) -> None:
    """Makes a recording a candidate for a listen."""
    row = {"listen_id": listen_id, "track_id": track_id, "confidence": confidence}
    tx.connection.execute(sa.insert(tx.tables.listen_match_candidates), row)


def duplicate(tx: Transaction, raw_id: int, of_listen_id: int) -> None:
    """Makes a play one that another listen stands for; its own listen goes."""
    tables = tx.tables
    tx.connection.execute(sa.delete(tables.listens).where(tables.listens.c.raw_id == raw_id))
    row = {"raw_id": raw_id, "listen_id": of_listen_id, "reason": "near", "at": NOW}
    tx.connection.execute(sa.insert(tables.listen_duplicates), row)
