"""What Jellyfin waits for: from a post to the answer, with fifty sessions ticking.

    python -m tests.benchmarks.hook [--sessions 50] [--seconds 60]

Each session's server posts once a second, on a connection of its own; every tenth body is the
client's own report, the others are the server's guesses. The limit beside it is a bare commit of
the same body to SQLite (WAL, FULL), in the same run and at the same pace as bodies are kept.
Prints one JSON line; times in ms. `bytes_per_hour` is what the daemon's process wrote to disk,
journal and database together, as /proc says it.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from tests.benchmarks.latency import percentile
from tests.servers.daemon import Daemon
from tests.unit.jellyfin.bodies import BEGAN_S, body, stamp, ticks

TOKEN = "a token that nobody guesses"  # noqa: S105 - made up for the benchmark
REPORT_EVERY = 10
LENGTH_S = 3600.0
HOST = "127.0.0.1"
PORT = 18427


@dataclass
class Took:
    """Milliseconds of each answer, by what was posted."""

    reports: list[float] = field(default_factory=list)
    guesses: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


def made(session: int, second: int, kind: str) -> bytes:
    """A body of a session, now."""
    now_s = time.time() - BEGAN_S
    changes = {
        "Id": f"{session:032x}",
        "ItemId": f"{session + 4096:032x}",
        "RunTimeTicks": ticks(LENGTH_S),
        "PlaybackPositionTicks": ticks(second),
        "LastPlaybackCheckIn": stamp(time.time()),
        "IsAutomated": kind == "PlaybackProgress" and second % REPORT_EVERY != 0,
    }
    return body(kind, now_s, **changes).encode()


async def session_ticks(session: int, sessions: int, seconds: int, took: Took) -> None:
    """One session: starts, ticks, stops."""
    await asyncio.sleep(session / sessions)
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/plain; charset=utf-8"}
    url = f"http://{HOST}:{PORT}/hooks/jellyfin/home"
    connector = aiohttp.TCPConnector(force_close=True)  # the plugin keeps no connection
    async with aiohttp.ClientSession(connector=connector, headers=headers) as client:
        for second in range(seconds):
            kind = "PlaybackStart" if second == 0 else "PlaybackProgress"
            kind = "PlaybackStop" if second == seconds - 1 else kind
            text = made(session, second, kind)
            at = time.perf_counter()
            async with client.post(url, data=text) as answer:
                took.statuses.add(answer.status)
                await answer.read()
            spent = 1000 * (time.perf_counter() - at)
            guessed = kind == "PlaybackProgress" and second % REPORT_EVERY
            (took.guesses if guessed else took.reports).append(spent)
            await asyncio.sleep(max(0.0, began + second + 1 - time.monotonic()))


def commit_barely(path: Path, pause_s: float, stop: threading.Event, took: list[float]) -> None:
    """The limit: one row, one commit, at the pace at which bodies are kept."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE receipts (id INTEGER PRIMARY KEY, body TEXT)")
    text = made(0, 0, "PlaybackProgress").decode()
    while not stop.wait(pause_s):
        at = time.perf_counter()
        connection.execute("INSERT INTO receipts (body) VALUES (?)", (text,))
        took.append(1000 * (time.perf_counter() - at))
    connection.close()


def written_bytes(pid: int) -> int:
    """What a process has had written to disk (proc(5), `write_bytes`)."""
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])


def configuration(directory: Path) -> dict[str, object]:
    """A daemon with one Jellyfin source and nothing else."""
    token = directory / "token"
    token.write_text(TOKEN, encoding="utf-8")
    source = {
        "type": "jellyfin",
        "name": "home",
        "webhook_token_file": str(token),
        "users": {"ann": "anna"},
    }
    return {"web": {"listen": f"{HOST}:{PORT}"}, "sources": [source]}


async def main(sessions: int, seconds: int) -> None:
    """Runs the daemon, the limit and the sessions side by side."""
    took, limit, stop = Took(), list[float](), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        daemon = Daemon(directory, configuration=configuration(directory))
        await daemon.start("database", "jellyfin:home")
        pause_s = REPORT_EVERY / sessions
        thread = threading.Thread(
            target=commit_barely, args=(directory / "limit.db", pause_s, stop, limit)
        )
        thread.start()
        before, began = written_bytes(daemon.pid), time.monotonic()
        await asyncio.gather(
            *(session_ticks(number, sessions, seconds, took) for number in range(sessions))
        )
        await asyncio.sleep(5.0)  # what is held is read behind the answers
        written, passed_s = written_bytes(daemon.pid) - before, time.monotonic() - began
        stop.set()
        await asyncio.to_thread(thread.join)
        plays = await daemon.history(sessions) if seconds >= 240 else []
        await daemon.stop()
    every = took.reports + took.guesses
    print(
        json.dumps(
            {
                "benchmark": "hook",
                "sessions": sessions,
                "seconds": seconds,
                "posts": len(every),
                "statuses": sorted(took.statuses),
                "p50_ms": round(statistics.median(every), 2),
                "p99_ms": round(percentile(every, 0.99), 2),
                "kept_p50_ms": round(statistics.median(took.reports), 2),
                "kept_p99_ms": round(percentile(took.reports, 0.99), 2),
                "limit_p50_ms": round(statistics.median(limit), 2),
                "limit_p99_ms": round(percentile(limit, 0.99), 2),
                "bytes_per_hour": round(written / passed_s * 3600),
                "bytes_per_post": round(written / len(every)),
                "listens": len(plays),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.sessions, arguments.seconds))
