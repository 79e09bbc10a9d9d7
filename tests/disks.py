"""Small disks that can really be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.programs import in_ci

CHUNK = 64 * 1024


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own of that size (tmpfs), mounted at `at` while the block runs.

    Only root can mount one: without root the test is skipped, in CI it fails.
    """
    at.mkdir(parents=True, exist_ok=True)
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "scrobbled-test", str(at)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounting.returncode != 0:
        message = f"no file system can be mounted here: {mounting.stderr.strip()}"
        if in_ci():
            pytest.fail(message)
        pytest.skip(message)
    try:
        yield at
    finally:
        # Lazily: a connection that is still being closed must not keep the test from ending.
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def fill(disk: Path) -> Path:
    """Fills the disk to the last byte; returns the file that does, to be removed again."""
    number = len(list(disk.glob("filler-*")))
    filler = disk / f"filler-{number}"
    descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for size in (CHUNK, 1):
            while _written(descriptor, size):
                pass
    finally:
        os.close(descriptor)
    return filler


def _written(descriptor: int, size: int) -> bool:
    try:
        return os.write(descriptor, b"\0" * size) > 0
    except OSError:
        return False
