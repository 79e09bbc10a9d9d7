"""What commands look like on a terminal."""

import asyncio
import os
import pty
import re
import subprocess
import sys
from typing import Any

from tests.unit.cli.home import Home
from tests.unit.cli.test_scan import MATCH, SCAN
from tests.unit.query.conftest import closed

_COMMANDS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(home: Home, *words: str, columns: int = 80) -> str:
    """What `scrobbled WORDS` writes to a terminal, without the terminal's own commands."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scrobbled", *words, "-c", str(home.file)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns)},
    )
    os.close(theirs)
    told = b""
    try:
        while chunk := os.read(ours, 65_536):
            told += chunk
    except OSError:
        pass  # the other end was closed: Linux says EIO
    finally:
        os.close(ours)
        process.wait(30)
    return _COMMANDS.sub("", told.decode()).replace("\r\n", "\n")


def test_a_table_fits_the_terminal(home: Home) -> None:
    """Long titles are wrapped within their column, so that no line is longer than the terminal."""
    home.record(closed(1), closed(2))
    lines = on_terminal(home, "history").splitlines()

    assert lines[0].startswith("ID")
    assert len(lines) > 3
    assert max(map(len, lines)) <= 80


def test_long_work_shows_a_bar(home: Home) -> None:
    """With figures that move, and gone when the work is done."""

    async def scan(report: Any) -> dict[str, Any]:
        for seen in (100, 200, 300):
            report({"seen": seen, "read": seen // 2, "failed": 1, "to_read": 150})
            await asyncio.sleep(0.15)  # the bar is drawn ten times a second
        return {"scan": SCAN, "match": MATCH}

    with home.daemon(scan=scan):
        told = on_terminal(home, "scan", columns=120)

    assert "Scanning" in told
    assert "300 seen, 150 read, 1 failed" in told
    assert told.endswith("No listen waits to be linked.\n")
