"""A home for commands."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.unit.cli.home import Home


@pytest.fixture
def home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    """A household in Berlin, with nobody's settings in the environment."""
    for name in ("SCROBBLER_CONFIG", "SCROBBLER_DATABASE_URL", "MPD_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    root = logging.getLogger()
    level, handlers, events = root.level, list(root.handlers), structlog.get_config()
    yield Home(tmp_path, capsys)
    # Commands set up the log of the process, which they are alone in.
    structlog.configure(**events)
    root.setLevel(level)
    root.handlers[:] = handlers
    monkeypatch.undo()
    time.tzset()
