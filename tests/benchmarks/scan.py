"""How fast folders are scanned: first scan against raw mutagen, unchanged rescan against stat.

`python -m tests.benchmarks.scan [--files N] [--runs N]` prints one JSON line. Limits are measured
in turn with our own runs: mutagen alone, its class chosen by the ending of the name, on as many
processes; `os.scandir` with a stat for each file. Figures are medians.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

import structlog
from tests.benchmarks.raw_mutagen import cpu_time, walk
from tests.music import write_music

from scrobbled.analyzer.scan import ScanReport, scan
from scrobbled.runtime.clock import SystemClock
from scrobbled.store import Database, open_database

PROCESSES = 2
SECONDS = 2
ALBUM = 12
MIX = {".mp3": 38, ".flac": 28, ".m4a": 13, ".ogg": 10, ".opus": 7, ".wv": 4}
"""How many of a hundred files are of each format."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=5_000)
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = music(options.files)
    print(json.dumps({"benchmark": "scan", **measure(folder, options.runs)}))


def measure(folder: Path, runs: int) -> dict[str, object]:
    """Every figure, in turn so that a busy moment of the machine meets all alike."""
    raw, first, bare, again = [], [], [], []
    count = len(list(walk(str(folder))))
    for _ in range(runs):
        raw.append(read_raw(folder))
        with tempfile.TemporaryDirectory() as state, library(Path(state)) as database:
            first.append(timed(lambda: run(database, folder)))
            bare.append(timed(lambda: count_bare(folder)))
            again.append(timed(lambda: run(database, folder)))
    wall = [statistics.median(cost.wall_s for cost in costs) for costs in (raw, first, bare, again)]
    cpu = [statistics.median(cost.cpu_s for cost in costs) for costs in (raw, first, bare, again)]
    return {
        "files": count,
        "processes": PROCESSES,
        "runs": runs,
        "first_files_per_s": round(count / wall[1]),
        "raw_mutagen_files_per_s": round(count / wall[0]),
        "first_to_raw": round(wall[0] / wall[1], 3),
        "first_to_raw_cpu": round(cpu[0] / cpu[1], 3),
        "rescan_files_per_s": round(count / wall[3]),
        "scandir_stat_files_per_s": round(count / wall[2]),
        "rescan_to_bare_time": round(wall[3] / wall[2], 2),
        "rescan_to_bare_cpu": round(cpu[3] / cpu[2], 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_reader_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


class Cost(NamedTuple):
    """What something took; processor time tells more than the clock on a busy machine."""

    wall_s: float
    cpu_s: float


def timed(act: Callable[[], object]) -> Cost:
    """What `act` takes, its processes included."""
    begun, cpu_s = time.perf_counter(), cpu_time()
    act()
    return Cost(time.perf_counter() - begun, cpu_time() - cpu_s)


def library(folder: Path) -> Database:
    """A new database."""
    return open_database(f"sqlite:///{folder / 'library.db'}")


def run(database: Database, folder: Path) -> ScanReport:
    """Scan as the daemon does."""
    report = asyncio.run(scan(database, [folder], clock=SystemClock(), processes=PROCESSES))
    if report.failed_count:
        sys.exit(f"{report.failed_count} files failed: {report.failed[0]}")
    return report


def count_bare(folder: Path) -> int:
    """The limit of a rescan: every file is listed and looked at once."""
    return sum(1 for entry in walk(str(folder)) if entry.stat().st_size)


def read_raw(folder: Path) -> Cost:
    """The limit of a first scan: mutagen reads every file, and nothing is done with it."""
    command = [sys.executable, "-m", "tests.benchmarks.raw_mutagen", str(folder), str(PROCESSES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall_s, cpu_s = map(float, done.stdout.split())
    return Cost(wall_s, cpu_s)


def music(count: int) -> Path:
    """A folder of `count` tagged files, made once."""
    folder = Path(tempfile.gettempdir()) / f"scrobbled-benchmark-music-{count}"
    if not folder.exists():
        making = folder.with_suffix(".making")
        endings = [ending for ending, share in MIX.items() for _ in range(share)]
        for number in range(count):
            album, place = divmod(number, ALBUM)
            # 37 shares no factor with 100: the formats alternate in their proportions.
            ending = endings[number * 37 % len(endings)]
            write_music(
                making / f"Artist {album // 5}" / f"Album {album}" / f"{place:02} Title{ending}",
                tags_of(number),
                seconds=SECONDS,
            )
        making.rename(folder)
    return folder


def tags_of(number: int) -> dict[str, str]:
    """Fourteen tags, as MusicBrainz Picard writes them."""
    album = number // ALBUM
    artist = album // 5
    return {
        "title": f"The Title of Track {number}",
        "artist": f"The Artist {artist}",
        "albumartist": f"The Artist {artist}",
        "album": f"An Album {album}",
        "date": f"{1960 + album % 60}-05-17",
        "genre": ("Rock", "Jazz", "Electronic", "Ambient")[artist % 4],
        "tracknumber": f"{number % ALBUM + 1}/{ALBUM}",
        "discnumber": "1/1",
        "label": f"Label {artist % 50}",
        "isrc": f"GBAAA{number:07}",
        "musicbrainz_recordingid": mbid("recording", number),
        "musicbrainz_artistid": mbid("artist", artist),
        "musicbrainz_albumid": mbid("release", album),
        "musicbrainz_releasegroupid": mbid("group", album),
    }


def mbid(kind: str, number: int) -> str:
    """A made-up MusicBrainz id."""
    return str(uuid5(NAMESPACE_URL, f"{kind}/{number}"))


if __name__ == "__main__":
    main()
