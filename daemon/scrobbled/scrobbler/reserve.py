"""Disk space set aside for the journal, given up when the disk is full."""

import os
import shutil
from pathlib import Path

from scrobbled.log import get_logger

RESERVE_FILE = "journal.reserve"
RESERVE_BYTES = 8 * 1024 * 1024
"""Room for thousands of closed plays."""
PIECE_BYTES = 1024 * 1024
"""Given up at a time, since others write to the same disk, and take what they find free."""
ROOM_BYTES = 4 * 1024 * 1024
"""Once given up, the space is only set aside again if this much is left to work with."""

log = get_logger(__name__)


class Reserve:
    """A file that only takes up room, so that there is some to give up."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / RESERVE_FILE
        self._missed = False
        self._giving_up = False

    @property
    def held_bytes(self) -> int:
        """How much is set aside now."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def take(self) -> bool:
        """Sets the space aside, unless the disk is too full for it; returns whether it is.

        It may be called as often as one likes: that it failed is logged once.
        """
        held_bytes = self.held_bytes
        missing_bytes = RESERVE_BYTES - held_bytes
        if missing_bytes <= 0:
            return True
        if self._giving_up and self._free_bytes() < missing_bytes + ROOM_BYTES:
            return False  # what is free is what was given up, and is needed now
        try:
            self._fill_up()
        except OSError as error:
            self._shrink(held_bytes)
            if not self._missed:
                log.warning("reserve.missed", path=str(self._path), reason=error.strerror)
            self._missed = True
            return False
        self._missed = self._giving_up = False
        return True

    def give_up_some(self) -> bool:
        """Gives up a piece of the space; returns whether there was any to give."""
        held_bytes = self.held_bytes
        if not held_bytes or not self._shrink(max(0, held_bytes - PIECE_BYTES)):
            return False
        if not self._giving_up:
            log.warning("reserve.released", path=str(self._path))
        self._giving_up = True
        return True

    def _shrink(self, to_bytes: int) -> bool:
        """Leaves so much set aside; returns whether that could be done."""
        try:
            if to_bytes:
                os.truncate(self._path, to_bytes)
            else:
                self._path.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _fill_up(self) -> None:
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._path.parent).free
        except OSError:
            return 0
