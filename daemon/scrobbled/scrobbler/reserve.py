"""Disk space set aside for the journal, given up when the disk is full."""

import os
import shutil
from pathlib import Path

from scrobbled.log import get_logger

RESERVE_FILE = "journal.reserve"
RESERVE_BYTES = 8 * 1024 * 1024
"""Room for tens of thousands of closed plays."""
ROOM_BYTES = 4 * 1024 * 1024
"""Once given up, the space is only set aside again if this much is left to work with."""

log = get_logger(__name__)


class Reserve:
    """A file that only takes up room, so that there is some to give up."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / RESERVE_FILE
        self._missed = False
        self._given_up = False

    @property
    def held(self) -> bool:
        """Whether the space is set aside now."""
        return self._path.exists()

    def take(self) -> bool:
        """Sets the space aside, unless the disk is too full for it; returns whether it is.

        It may be called as often as one likes: that it failed is logged once.
        """
        if self.held:
            return True
        if self._given_up and self._free_bytes() < RESERVE_BYTES + ROOM_BYTES:
            return False  # what is free is what was given up, and is needed now
        try:
            descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._path.unlink(missing_ok=True)
            if not self._missed:
                log.warning("reserve.missed", path=str(self._path), reason=error.strerror)
            self._missed = True
            return False
        self._missed = self._given_up = False
        return True

    def release(self) -> bool:
        """Gives the space up; returns whether there was any to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        self._given_up = True
        log.warning("reserve.released", path=str(self._path), bytes=RESERVE_BYTES)
        return True

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._path.parent).free
        except OSError:
            return 0
