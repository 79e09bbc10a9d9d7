"""Scans that are stopped, killed or run twice at once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.music import write_music
from tests.unit.analyzer.shelf import Shelf

from scrobbled.analyzer.report import Progress
from scrobbled.analyzer.scan import ScanRunning

COUNT = 60

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from scrobbled.analyzer import reading, scan
from scrobbled.runtime.clock import SystemClock
from scrobbled.store import open_database

reading.BATCH = scan.BATCH = 4
scan._CHUNKS = (4, 4)
database = open_database(f"sqlite:///{sys.argv[1]}")
def die(progress):
    if progress.read >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(scan.scan(
    database, [Path(sys.argv[2])], clock=SystemClock(), progress=die, processes=2
))
"""


def fill(folder: Path) -> None:
    """An album after the other, some songs of which are on several."""
    for number in range(COUNT):
        album, place = divmod(number, 10)
        song = number if number % 7 else 0
        write_music(
            folder / f"album {album}" / f"{place}.flac",
            {
                "title": f"Song {song}",
                "artist": [f"Artist {song % 3}", "Guest"],
                "album": f"Album {album}",
                "tracknumber": str(place),
                "genre": "Rock",
            },
            seconds=1,
        )


@pytest.mark.parametrize("after", [1, 30, 50])
async def test_a_killed_scan_is_finished_by_the_next(
    after: int, killed_shelf: Shelf, fresh_shelf: Shelf, tmp_path: Path
) -> None:
    """What a kill leaves and the next scan adds is what one scan would have made."""
    fill(killed_shelf.folder)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, tmp_path / "killed.db", killed_shelf.folder, str(after))
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL

    written = await killed_shelf.value("SELECT count(*) FROM media_files")
    report = await killed_shelf.scan()
    await fresh_shelf.scan()

    assert 0 < written < COUNT
    assert (report.read, report.unchanged) == (COUNT - written, written)
    assert await killed_shelf.contents() == await fresh_shelf.contents()
    assert await killed_shelf.rows("SELECT status, message FROM scan_runs ORDER BY id") == [
        ("failed", "It was interrupted."),
        ("finished", None),
    ]


async def test_a_cancelled_scan_ends_and_is_finished_by_the_next(
    shelf: Shelf, fresh_shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling takes effect between two transactions and leaves no process behind."""
    monkeypatch.setattr("scrobbled.analyzer.reading.BATCH", 4)
    monkeypatch.setattr("scrobbled.analyzer.scan.BATCH", 4)
    monkeypatch.setattr("scrobbled.analyzer.scan._CHUNKS", (4, 4))
    fill(shelf.folder)
    half_way = asyncio.Event()

    def watch(progress: Progress) -> None:
        if progress.read >= COUNT // 2:
            half_way.set()

    task = asyncio.create_task(shelf.scan(progress=watch), name="scan")
    await half_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert children() == []
    report = await shelf.scan()
    await fresh_shelf.scan()
    assert 0 < report.read < COUNT
    assert await shelf.contents() == await fresh_shelf.contents()
    assert await shelf.rows("SELECT status FROM scan_runs ORDER BY id") == [
        ("cancelled",),
        ("finished",),
    ]


async def test_a_walk_is_cancelled_as_well(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking through folders ends when the scan is told to."""
    fill(shelf.folder)
    monkeypatch.setattr("scrobbled.analyzer.survey._REPORT_EVERY", 1)

    def stop(_progress: Progress) -> None:
        task.cancel()

    task = asyncio.create_task(shelf.scan(progress=stop), name="scan")

    with pytest.raises(asyncio.CancelledError):
        await task

    assert await shelf.rows("SELECT count(*) FROM media_files") == [(0,)]


async def test_two_scans_do_not_run_at_once(shelf: Shelf) -> None:
    """The second one is refused; after the first, scans are welcome again."""
    fill(shelf.folder)
    first = asyncio.create_task(shelf.scan(), name="first")
    await asyncio.sleep(0)

    with pytest.raises(ScanRunning, match="wait until it has finished"):
        await shelf.scan()

    assert (await first).added == COUNT
    assert (await shelf.scan()).unchanged == COUNT


async def test_no_process_is_left_after_a_scan(shelf: Shelf) -> None:
    """The memory of readers is given back."""
    fill(shelf.folder)

    await shelf.scan()

    assert children() == []


def children() -> list[str]:
    """The command lines of the reading processes that this process has."""
    listed = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in listed.stdout.splitlines() if "scrobbled.analyzer.worker" in line]
