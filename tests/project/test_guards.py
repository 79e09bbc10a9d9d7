"""The guards of the other tests work."""

import time

import pytest
from blockbuster import BlockingError
from hypothesis import settings
from tests.programs import in_ci, require_program

import scrobbled


def _sleep_within_the_daemon() -> None:
    """Sleep in a frame that claims to belong to the daemon's package."""
    exec(compile("time.sleep(0)", scrobbled.__file__, "exec"), {"time": time})  # noqa: S102 - own text


async def test_blocking_the_loop_from_the_daemon_is_an_error() -> None:
    """A blocking call below the daemon's code raises while a loop runs."""
    with pytest.raises(BlockingError, match=r"time\.sleep"):
        _sleep_within_the_daemon()


async def test_blocking_the_loop_from_a_test_is_allowed() -> None:
    """A test itself may block for a moment."""
    time.sleep(0)  # noqa: ASYNC251 - the point of this test


def test_blocking_without_a_loop_is_allowed() -> None:
    """The daemon's threads may block."""
    _sleep_within_the_daemon()


def test_a_program_that_is_there_is_found() -> None:
    """A required program comes back as its path."""
    assert require_program("sh").name == "sh"


def test_a_missing_program_leaves_the_test_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a person's machine the test is skipped with the program's name."""
    monkeypatch.setenv("CI", "")

    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        require_program("no-such-program")


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI nothing may be left out."""
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        require_program("no-such-program")


def test_ci_tries_the_same_examples_each_time() -> None:
    """Hypothesis runs by a fixed seed in CI and by chance elsewhere."""
    assert settings().derandomize == in_ci()
