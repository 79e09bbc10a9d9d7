"""From MPD's `next` to the committed row of the play that ended.

    python -m tests.benchmarks.latency [--skips 60] [--runs 3]

The limit beside it is the least that can be done with the same promises: a blocking client that
wakes from `idle`, asks for status and song, and commits a row to SQLite (WAL, FULL). Both skip
through songs of the same real mpd, in turn, in one run. Prints one JSON line; times in ms.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import mpd as driver
from tests.servers.mpd import Mpd

from scrobbled.domain.counting import CountingRules
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.clock import SystemClock
from scrobbled.runtime.health import Health
from scrobbled.runtime.tasks import Running
from scrobbled.scrobbler.context import RunningSource
from scrobbled.scrobbler.delivery import Delivery
from scrobbled.scrobbler.intake import Intake, SourceProfile
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import utc_offset
from scrobbled.scrobbler.reserve import Reserve
from scrobbled.store import open_database
from scrobbled.store.journal import open_journal
from scrobbled_mpd import PLUGIN
from scrobbled_mpd.config import MpdSettings

SONGS = 10
BETWEEN_SKIPS_S = 0.12
"""Real seconds; longer than `min_skip`, so that each skip leaves a row."""
ROW_WITHIN_S = 5.0


class Skipper:
    """Sends `next`, and measures until somebody says that the row is committed."""

    def __init__(self, socket: Path) -> None:
        self._client = driver.MPDClient()
        self._client.connect(str(socket))
        self.committed = threading.Event()

    def measure(self, skips: int) -> list[float]:
        """Milliseconds from each `next` to its row."""
        took: list[float] = []
        for _ in range(skips):
            time.sleep(BETWEEN_SKIPS_S)
            self.committed.clear()
            began = time.perf_counter()
            self._client.next()
            if not self.committed.wait(ROW_WITHIN_S):
                raise RuntimeError("no row was committed")
            took.append(1000 * (time.perf_counter() - began))
        return took


async def ours(mpd: Mpd, directory: Path, skips: int) -> list[float]:
    """Measures the daemon's own path, wired as the daemon wires it."""
    clock = SystemClock()
    journal = Journal(await asyncio.to_thread(open_journal, directory), Reserve(directory), clock)
    opening = partial(open_database, f"sqlite:///{directory / 'main.db'}")
    database = await asyncio.to_thread(opening)
    health = Health(clock)
    skipper = await asyncio.to_thread(Skipper, mpd.socket_path)

    async def opened() -> object:
        return database

    delivery = Delivery(
        journal,
        opened,  # type: ignore[arg-type]  # the one database there is
        clock,
        Backoff(0.5, 60, random=random.Random()),
        health.component("deliver"),
        on_recorded=skipper.committed.set,
    )
    intake = Intake(
        journal,
        CountingRules(min_skip_s=0.0),
        clock,
        new_play_uid=lambda: str(uuid.uuid4()),
        on_closed=delivery.hand_over,
    )
    await intake.load([SourceProfile("mpd:test", "anna", PLUGIN.credit, utc_offset("UTC"))])
    context = RunningSource(
        "mpd:test", clock, intake, health.component("mpd"), on_library_changed=lambda: None
    )
    stopping = asyncio.Event()
    settings = MpdSettings(name="test", host=str(mpd.socket_path))
    task = Running("deliver", stopping, health.component("deliver"))
    async with asyncio.TaskGroup() as group:
        group.create_task(PLUGIN.create(settings, context).run(stopping), name="source")
        group.create_task(delivery.run(task), name="deliver")
        await mpd.play(*(f"{number}.flac" for number in range(SONGS)))
        await asyncio.sleep(0.5)
        took = await asyncio.to_thread(skipper.measure, skips)
        stopping.set()
    await journal.close()
    await asyncio.to_thread(database.close)
    return took


def watch_barely(
    socket: Path, path: Path, on_row: Callable[[], None], stop: threading.Event
) -> None:
    """The limit: wakes, asks, commits a row."""
    client = driver.MPDClient()
    client.connect(str(socket))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE plays (id INTEGER PRIMARY KEY, payload TEXT)")
    last = client.currentsong().get("id")
    while not stop.is_set():
        client.idle("player", "message")
        client.status()
        song = client.currentsong()
        if song.get("id") != last:
            last = song.get("id")
            connection.execute("INSERT INTO plays (payload) VALUES (?)", (json.dumps(song),))
            on_row()
    connection.close()
    client.disconnect()


async def limit(mpd: Mpd, directory: Path, skips: int) -> list[float]:
    """Measures the limit."""
    skipper = await asyncio.to_thread(Skipper, mpd.socket_path)
    stop = threading.Event()
    await mpd.play(*(f"{number}.flac" for number in range(SONGS)))
    thread = threading.Thread(
        target=watch_barely,
        args=(mpd.socket_path, directory / "limit.db", skipper.committed.set, stop),
    )
    thread.start()
    await asyncio.sleep(0.5)
    took = await asyncio.to_thread(skipper.measure, skips)
    stop.set()
    await mpd.command("next")
    await asyncio.to_thread(thread.join)
    return took


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def main(skips: int, runs: int) -> None:
    """Runs both in turn and prints the medians over the runs."""
    figures: dict[str, list[float]] = {name: [] for name in ("p50", "p99", "limit50", "limit99")}
    with tempfile.TemporaryDirectory() as name:
        async with Mpd(Path(name)) as mpd:
            for number in range(SONGS):
                await mpd.add_song(f"{number}.flac", length_s=600)
            await mpd.command("repeat", 1)
            for run in range(runs):
                directory = Path(name) / f"run-{run}"
                directory.mkdir()
                lowest = await limit(mpd, directory, skips)
                took = await ours(mpd, directory, skips)
                figures["p50"].append(statistics.median(took))
                figures["p99"].append(percentile(took, 0.99))
                figures["limit50"].append(statistics.median(lowest))
                figures["limit99"].append(percentile(lowest, 0.99))
    middle = {name: statistics.median(values) for name, values in figures.items()}
    print(
        json.dumps(
            {
                "benchmark": "latency",
                "skips": skips,
                "runs": runs,
                "p50_ms": round(middle["p50"], 2),
                "p99_ms": round(middle["p99"], 2),
                "limit_p50_ms": round(middle["limit50"], 2),
                "limit_p99_ms": round(middle["limit99"], 2),
                "ratio_p50": round(middle["p50"] / middle["limit50"], 2),
                "ratio_p99": round(middle["p99"] / middle["limit99"], 2),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skips", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.skips, arguments.runs))
