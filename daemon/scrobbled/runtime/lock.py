"""The lock that keeps a second daemon away from the same state."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrobbled.errors import OperatorError

LOCK_FILE = "scrobbled.lock"


@contextmanager
def exclusive_lock(state_dir: Path) -> Iterator[None]:
    """Holds the state directory for this process alone, for as long as the block runs.

    The lock is the kernel's (flock(2)): it ends with the process, however that ends. The file
    stays, since removing it would let two processes lock two files of the same name; it holds
    the pid of its last holder for people to read.

    Args:
        state_dir: exists already.

    Raises:
        OperatorError: another process holds it, or the file cannot be opened.
    """
    path = state_dir / LOCK_FILE
    descriptor = _open(path)
    try:
        _lock(descriptor, path, state_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise OperatorError(
            f"Cannot open the lock {path}: {error.strerror}. "
            "Make the state directory exist and belong to the user that runs scrobbled."
        ) from error


def _lock(descriptor: int, path: Path, state_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise OperatorError(
                f"Cannot lock {path}: {error.strerror}. "
                "Put the state directory on a file system that has locks."
            ) from error
        pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        holder = f"process {pid}" if pid.isdecimal() else "another process"
        raise OperatorError(
            f"scrobbled already runs on {state_dir} ({holder}). "
            "Stop it first (systemctl stop scrobbled), or use another state_dir."
        ) from error
