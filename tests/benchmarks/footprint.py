"""Memory and processor time of an idle daemon that watches an idle mpd.

    python -m tests.benchmarks.footprint [--seconds 30]

Beside it, in the same run: a bare process that has imported aiohttp and SQLAlchemy and opened a
SQLite connection, which is the least that a daemon made of these takes. Prints one JSON line.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.mpd import Mpd

SETTLE_S = 5.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

BARE = """
import asyncio, sqlite3, sys
import aiohttp.web, sqlalchemy
connection = sqlalchemy.create_engine("sqlite://").connect()
connection.exec_driver_sql("SELECT 1")
async def serve():
    runner = aiohttp.web.AppRunner(aiohttp.web.Application())
    await runner.setup()
    await aiohttp.web.UnixSite(runner, sys.argv[1]).start()
    await asyncio.sleep(3600)
asyncio.run(serve())
"""

CONFIGURATION = """\
state_dir: {directory}/state
web: {{listen: {directory}/web.socket}}
users: [{{name: anna}}]
sources: [{{type: mpd, name: test, host: {host}}}]
library: {{folders: [{directory}/music]}}
log: {{level: warning}}
"""


def memory_kb(pid: int) -> tuple[int, int]:
    """Resident and proportional set size, kB (proc(5))."""
    fields: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, value = line.split(":")
        fields[name] = int(value.split()[0])
    return fields["Rss"], fields["Pss"]


def processor_s(pid: int) -> float:
    """Processor time used so far, user and system."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_S


def observe(process: subprocess.Popen[bytes], seconds: float) -> dict[str, float]:
    """Memory after, and processor time during, some seconds of doing nothing."""
    time.sleep(SETTLE_S)
    before_s = processor_s(process.pid)
    time.sleep(seconds)
    used_s = processor_s(process.pid) - before_s
    rss_kb, pss_kb = memory_kb(process.pid)
    return {
        "rss_mb": round(rss_kb / 1024, 1),
        "pss_mb": round(pss_kb / 1024, 1),
        "cpu_ms_per_minute": round(1000 * used_s * 60 / seconds, 1),
    }


def run(command: list[str], seconds: float) -> dict[str, float]:
    """Starts a process, observes it and ends it."""
    process = subprocess.Popen(command)
    try:
        return observe(process, seconds)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


async def main(seconds: float) -> None:
    """Measures both and prints the line."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "music").mkdir()
        async with Mpd(directory) as mpd:
            await mpd.add_song("a.flac", length_s=600)
            await mpd.play("a.flac")
            configuration = directory / "scrobbled.yaml"
            configuration.write_text(
                CONFIGURATION.format(directory=directory, host=mpd.socket_path), encoding="utf-8"
            )
            daemon = [sys.executable, "-m", "scrobbled", "run", "-c", str(configuration)]
            playing = await asyncio.to_thread(run, daemon, seconds)
            await mpd.command("stop")
            idle = await asyncio.to_thread(run, daemon, seconds)
        bare = await asyncio.to_thread(
            run, [sys.executable, "-c", BARE, str(directory / "bare.socket")], 1.0
        )
    print(
        json.dumps(
            {
                "benchmark": "footprint",
                "idle": idle,
                "playing": playing,
                "bare": bare,
                "ratio_rss": round(idle["rss_mb"] / bare["rss_mb"], 2),
                "ratio_pss": round(idle["pss_mb"] / bare["pss_mb"], 2),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    asyncio.run(main(parser.parse_args().seconds))
