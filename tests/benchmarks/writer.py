"""What the writer's thread costs beside raw sqlite3, for the same rows in the same tables.

A listen is two rows: `listens_raw` with 400 bytes of payload, and `listens`. Prints one JSON line
with the CPU microseconds a listen of both and their ratio, for use cases of 100 listens, and for
use cases of one listen each that share commits.
"""

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from scrobbled.store import Database, SqliteFile, Transaction, open_database

BATCH = 100
PAYLOAD = {"title": "t" * 150, "artist": "a" * 150, "played_secs": 200.5, "closed_by": "finished"}
SECOND = timedelta(seconds=1)
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
RAW_INSERT = (
    "INSERT INTO listens_raw (play_uid, user_id, listened_at, ingested_at, source, source_track_id,"
    " counted, played_secs, payload_version, payload_json) VALUES (?,?,?,?,?,?,?,?,?,?)"
)
LISTEN_INSERT = (
    "INSERT INTO listens (raw_id, user_id, listened_at, duration_secs, enrich_status)"
    " VALUES (?,?,?,?,?)"
)


def record(tx: Transaction, first: int, count: int) -> None:
    """Records `count` listens, numbered from `first`."""
    raw, listens = tx.tables.listens_raw, tx.tables.listens
    plays = [play(number) for number in range(first, first + count)]
    inserting = raw.insert().returning(raw.c.id, sort_by_parameter_order=True)
    raw_ids = tx.connection.execute(inserting, plays).scalars()
    made = [
        {
            "raw_id": raw_id,
            "user_id": 1,
            "listened_at": each["listened_at"],
            "duration_secs": each["played_secs"],
        }
        for raw_id, each in zip(raw_ids, plays, strict=True)
    ]
    tx.connection.execute(listens.insert(), made)


def play(number: int) -> dict[str, Any]:
    """One row of `listens_raw`."""
    at = BEGIN + number * SECOND
    return {
        "play_uid": f"{number:036d}",
        "user_id": 1,
        "listened_at": at,
        "ingested_at": at,
        "source": "mpd:test",
        "source_track_id": f"some/folder/file-{number % 5000}.flac",
        "counted": True,
        "played_secs": 200.5,
        "payload_version": 1,
        "payload_json": PAYLOAD,
    }


def ours(database: Database, size: int, first: int, listens: int) -> None:
    """Writes with use cases of `size` listens each, and waits for all."""
    futures = [
        database.write(partial(record, first=number, count=size))
        for number in range(first, first + listens, size)
    ]
    for future in futures:
        future.result()


def raw(connection: sqlite3.Connection, first: int, listens: int) -> None:
    """Writes the same rows with the driver alone, BATCH of them a transaction."""
    epoch = int(BEGIN.timestamp())
    for start in range(first, first + listens, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for number in range(start, start + BATCH):
            at = epoch + number
            uri = f"some/folder/file-{number % 5000}.flac"
            payload = json.dumps(PAYLOAD, separators=(",", ":"))
            row = (f"{number:036d}", 1, at, at, "mpd:test", uri, True, 200.5, 1, payload)
            raw_id = connection.execute(RAW_INSERT, row).lastrowid
            connection.execute(LISTEN_INSERT, (raw_id, 1, at, 201, "pending"))
        connection.execute("COMMIT")


def cpu_us(work: Callable[[int, int], Any], first: int, listens: int) -> float:
    """CPU microseconds of this process a listen."""
    began = time.process_time()
    work(first, listens)
    return (time.process_time() - began) / listens * 1e6


def measure(folder: Path, listens: int, rounds: int) -> dict[str, Any]:
    """Runs all three in turn, `rounds` times; medians."""
    figures: dict[str, list[float]] = {"raw": [], "batches": [], "singly": []}
    with open_database(f"sqlite:///{folder}/ours.db") as database:
        open_database(f"sqlite:///{folder}/raw.db").close()
        connection = SqliteFile(folder / "raw.db").connect()
        user = {"username": "anna", "created_at": BEGIN}
        database.write(lambda tx: tx.connection.execute(tx.tables.users.insert(), user)).result()
        connection.execute("INSERT INTO users (id, username, created_at) VALUES (1, 'anna', 0)")
        for turn in range(rounds):
            first = turn * listens
            figures["raw"].append(cpu_us(partial(raw, connection), first, listens))
            figures["batches"].append(cpu_us(partial(ours, database, BATCH), 2 * first, listens))
            figures["singly"].append(
                cpu_us(partial(ours, database, 1), 2 * first + listens, listens)
            )
        connection.close()
    medians = {name: round(statistics.median(values), 1) for name, values in figures.items()}
    return {
        "benchmark": "writer",
        "listens": listens,
        "rounds": rounds,
        "cpu_us_a_listen": medians,
        "ratio_batches": round(medians["batches"] / medians["raw"], 2),
        "ratio_singly": round(medians["singly"] / medians["raw"], 2),
        "to_reach": 1.8,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listens", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), options.listens, options.rounds)))


if __name__ == "__main__":
    main()
