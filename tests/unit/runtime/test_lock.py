"""One daemon for each state directory."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scrobbled.errors import OperatorError
from scrobbled.runtime.lock import LOCK_FILE, exclusive_lock

HOLDER = """
import sys, pathlib
from scrobbled.runtime.lock import exclusive_lock
with exclusive_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(state_dir: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the lock until its stdin is closed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_the_lock_names_its_holder(tmp_path: Path) -> None:
    """A person finds the pid of the running daemon in the file, and no trace of older ones."""
    (tmp_path / LOCK_FILE).write_text("123456789 and more\n")
    with exclusive_lock(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_a_second_daemon_is_told_who_holds_it(tmp_path: Path) -> None:
    """The error is a sentence with the pid and what to do."""
    with start_holder(tmp_path) as holder:
        with (
            pytest.raises(OperatorError, match=rf"process {holder.pid}\).*Stop it first"),
            exclusive_lock(tmp_path),
        ):
            pytest.fail("the lock was given twice")
        holder.communicate(b"")


@pytest.mark.parametrize("how", [signal.SIGKILL, None])
def test_the_lock_ends_with_its_process(tmp_path: Path, how: signal.Signals | None) -> None:
    """Neither a killed daemon nor one that ended leaves a lock behind."""
    with start_holder(tmp_path) as holder:
        if how is not None:
            holder.send_signal(how)
        holder.communicate(b"")
    with exclusive_lock(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_children_do_not_keep_it(tmp_path: Path) -> None:
    """A process that the daemon started does not hold the lock after the daemon."""
    with exclusive_lock(tmp_path):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    with exclusive_lock(tmp_path):
        pass
    child.communicate(b"")


def test_a_missing_directory_is_a_clear_error(tmp_path: Path) -> None:
    """Without the state directory the sentence says what must exist."""
    with (
        pytest.raises(OperatorError, match=r"state directory exist"),
        exclusive_lock(tmp_path / "missing"),
    ):
        pytest.fail("there is nothing to lock")


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    """A symbolic link planted as the lock file does not have its target emptied."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / LOCK_FILE).symlink_to(victim)
    with pytest.raises(OperatorError, match="Cannot open"), exclusive_lock(tmp_path):
        pytest.fail("the link was followed")

    assert victim.read_text() == "precious"
