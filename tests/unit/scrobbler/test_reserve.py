"""Space set aside while there is some, and given up bit by bit."""

import os
from pathlib import Path

from structlog.testing import capture_logs
from tests.disks import fill, small_disk

from scrobbled.scrobbler.reserve import PIECE_BYTES, RESERVE_BYTES, RESERVE_FILE, Reserve


def free_bytes(disk: Path) -> int:
    """What is free on the disk."""
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def test_space_is_really_taken(tmp_path: Path) -> None:
    """The file is as long as it says, and takes up room; taking it again changes nothing."""
    with small_disk(tmp_path / "disk", 16) as disk:
        before = free_bytes(disk)
        assert Reserve(disk).take()
        assert Reserve(disk).take()
        assert Reserve(disk).held_bytes == RESERVE_BYTES
        assert before - free_bytes(disk) >= RESERVE_BYTES


def test_space_is_given_up_in_pieces(tmp_path: Path) -> None:
    """Each time a piece becomes free, until none is left."""
    with small_disk(tmp_path / "disk", 16) as disk:
        reserve = Reserve(disk)
        reserve.take()
        fill(disk)
        pieces = RESERVE_BYTES // PIECE_BYTES
        for piece in range(1, pieces + 1):
            assert reserve.give_up_some()
            assert free_bytes(disk) == piece * PIECE_BYTES
        assert not reserve.give_up_some()
        assert not (disk / RESERVE_FILE).exists()


def test_space_that_is_needed_is_not_taken_back(tmp_path: Path) -> None:
    """What was given up is set aside again only when there is more than that."""
    with small_disk(tmp_path / "disk", 16) as disk:
        reserve = Reserve(disk)
        reserve.take()
        filler = fill(disk)
        reserve.give_up_some()
        assert not reserve.take()
        assert reserve.held_bytes == RESERVE_BYTES - PIECE_BYTES
        filler.unlink()
        assert reserve.take()
        assert reserve.held_bytes == RESERVE_BYTES


def test_a_disk_that_is_too_small_is_said_once(tmp_path: Path) -> None:
    """Without room there is no reserve, and nothing of it is left behind."""
    with small_disk(tmp_path / "disk", 4) as disk, capture_logs() as log:
        reserve = Reserve(disk)
        assert not reserve.take()
        assert not reserve.take()
        assert not (disk / RESERVE_FILE).exists()
        assert not reserve.give_up_some()
    assert [entry["event"] for entry in log] == ["reserve.missed"]


def test_what_is_left_of_a_reserve_stays_when_no_more_can_be_had(tmp_path: Path) -> None:
    """A daemon that starts on a full disk keeps what its predecessor had not given up."""
    with small_disk(tmp_path / "disk", 16) as disk:
        reserve = Reserve(disk)
        reserve.take()
        fill(disk)
        for _ in range(3):
            reserve.give_up_some()
        fill(disk)
        again = Reserve(disk)
        assert not again.take()
        assert again.held_bytes == RESERVE_BYTES - 3 * PIECE_BYTES
        assert again.give_up_some()


def test_a_reserve_that_cannot_be_touched_is_none(tmp_path: Path) -> None:
    """A directory in its place is no reserve: nothing is given up, and nothing breaks."""
    (tmp_path / RESERVE_FILE / "sub").mkdir(parents=True)
    reserve = Reserve(tmp_path)
    assert not reserve.take()
    assert not reserve.give_up_some()


def test_a_directory_that_is_gone_has_no_room(tmp_path: Path) -> None:
    """An unplugged disk is no reason to fail here: the journal says what is wrong."""
    with small_disk(tmp_path / "disk", 16) as disk:
        reserve = Reserve(disk)
        reserve.take()
        reserve.give_up_some()
    (tmp_path / "disk").rmdir()
    assert reserve.held_bytes == 0
    assert not reserve.take()
