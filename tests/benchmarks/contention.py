"""How long recording a play takes while a scan writes into the same database.

    python -m tests.benchmarks.contention [--files 5000] [--every-ms 10]

A real scan of real files runs on its processes and the database's one writer; beside it a play is
recorded every few milliseconds, as the delivery does. In the same run: the same plays without a
scan, and the writing of a scan without lanes and gaps (everything in the lane of captures, in
transactions of 500 files), which is what a naive scanner does. Prints one JSON line; times in ms.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import insert
from tests.benchmarks.scan import music

from scrobbled.analyzer.scan import scan
from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import ClosedBy, ClosedPlay, Verdict
from scrobbled.runtime.clock import SystemClock
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database, Lane, Tables, Transaction, open_database
from scrobbled.store.listens.write import record_play

START_S = 1_790_000_000.0
QUIET_PLAYS = 500
NAIVE_ROWS = 4_500
"""Some nine rows for each of 500 files."""

PLAY = ClosedPlay(
    play_uid="",
    source="mpd:test",
    user="anna",
    track=TrackInfo(uri="a/b.flac", title="Title", artists=("Artist",), duration_s=200.0),
    started_at_s=START_S,
    ended_at_s=START_S + 200,
    utc_offset_min=0,
    played_s=200.0,
    paused_s=0.0,
    seeks=0,
    closed_by=ClosedBy.FINISHED,
    verdict=Verdict(counts=True, reason="it sounded", required_s=100.0),
)


class Captures:
    """Records one play after the other and keeps how long each took, in ms."""

    def __init__(self, database: Database[Tables], every_s: float) -> None:
        self._database = database
        self._every_s = every_s
        self._number = 0

    async def record(self) -> float:
        """Records one play."""
        self._number += 1
        play = replace(PLAY, play_uid=str(uuid.uuid4()), started_at_s=START_S + 300 * self._number)
        began = time.perf_counter()
        use_case = partial(record_play, play=play_row(play), now=datetime.now(UTC))
        await asyncio.wrap_future(self._database.write(use_case))
        return 1000 * (time.perf_counter() - began)

    async def while_running(self, work: "asyncio.Task[object]") -> list[float]:
        """Records plays at the given pace until `work` is done."""
        took: list[float] = []
        while not work.done():
            took.append(await self.record())
            await asyncio.sleep(self._every_s)
        await work
        return took

    async def some(self, count: int) -> list[float]:
        """Records `count` plays at the given pace."""
        took: list[float] = []
        for _ in range(count):
            took.append(await self.record())
            await asyncio.sleep(self._every_s)
        return took


def figures(took: list[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum, ms."""
    ordered = sorted(took)
    return {
        "plays": len(ordered),
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 2),
        "max_ms": round(ordered[-1], 2),
    }


async def write_naively(database: Database[Tables], files: int) -> None:
    """Writes what a scan of `files` writes, in large transactions without gaps."""

    def chunk(tx: Transaction[Tables], first: int) -> None:
        tx.connection.execute(
            insert(tx.tables.genres),
            [
                {"name": f"g{first + n}", "name_normalized": f"g{first + n}"}
                for n in range(NAIVE_ROWS)
            ],
        )

    for part in range(max(1, files // 500)):
        use_case = partial(chunk, first=part * NAIVE_ROWS)
        await asyncio.wrap_future(database.write(use_case, Lane.CAPTURE))


async def measure(folder: Path, files: int, every_s: float, database: Database[Tables]) -> None:
    """Measures the three and prints the line."""
    captures = Captures(database, every_s)
    quiet = await captures.some(QUIET_PLAYS)
    began = time.perf_counter()
    scanning = asyncio.create_task(
        scan(database, [folder], clock=SystemClock(), processes=2), name="scan"
    )
    beside = await captures.while_running(scanning)
    scan_s = time.perf_counter() - began
    naive = await captures.while_running(
        asyncio.create_task(write_naively(database, files), name="naive")
    )
    shown = {"quiet": figures(quiet), "scan": figures(beside), "naive": figures(naive)}
    print(
        json.dumps(
            {
                "benchmark": "contention",
                "files": files,
                "files_per_s": round(files / scan_s),
                **shown,
                "ratio_p99_to_quiet": round(shown["scan"]["p99_ms"] / shown["quiet"]["p99_ms"], 2),
                "ratio_p99_to_naive": round(shown["scan"]["p99_ms"] / shown["naive"]["p99_ms"], 3),
            }
        )
    )


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--every-ms", type=float, default=10.0)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = music(options.files)
    with (
        tempfile.TemporaryDirectory() as name,
        open_database(f"sqlite:///{Path(name) / 'main.db'}") as database,
    ):
        asyncio.run(measure(folder, options.files, options.every_ms / 1000, database))


if __name__ == "__main__":
    main()
