"""`scrobbled demo`, from its first line to its last."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.programs import require_program
from tests.project.tree import ROOT
from tests.unit.cli.command import scrobbled

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
def odd_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for temporary files whose name YAML would take for something else."""
    directory = tmp_path_factory.getbasetemp().parent / f"a: b #{os.getpid()}"
    directory.mkdir()
    return directory


def test_the_demonstration_shows_what_was_heard(odd_directory: Path, tmp_path: Path) -> None:
    """Every song is told of, and the sum is right; the person's own database is left alone."""
    require_program("mpd")
    own = tmp_path / "own.db"
    shown = subprocess.run(
        [sys.executable, "-m", "scrobbled", "demo", "--keep"],
        cwd=ROOT,
        env={
            **os.environ,
            "TMPDIR": str(odd_directory),
            "SCROBBLER_DATABASE_URL": f"sqlite:///{own}",
            "SCROBBLER_CONFIG": str(tmp_path / "no-such.yaml"),
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert len(re.findall(r"^  playing   ", shown.stdout, re.MULTILINE)) >= 4
    assert "That is what was heard." in shown.stdout
    assert not own.exists()
    (directory,) = odd_directory.iterdir()
    configuration = directory / "scrobbled.yaml"
    assert f"try `scrobbled explain 1 -c {configuration}`" in shown.stdout
    explained = scrobbled("explain", "1", "-c", configuration)
    assert explained.stdout.startswith("1: Fog Signal by The Lighthouse Keepers\n")
    assert explained.stderr == ""
    with closing(sqlite3.connect(directory / "state" / "scrobbled.db")) as connection:
        assert connection.execute("SELECT count(*) FROM listens_raw").fetchone() == (5,)


def test_without_mpd_it_says_what_to_install(tmp_path: Path) -> None:
    """A machine without it gets one sentence, and nothing is left behind."""
    shown = subprocess.run(
        [
            *(sys.executable, "-c"),
            (
                "import shutil; shutil.which = lambda *_, **__: None;"
                "from scrobbled.cli.main import run; raise SystemExit(run(['demo']))"
            ),
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert shown.returncode == 1
    assert shown.stderr.endswith(
        "The demonstration needs mpd, which is not installed: `sudo apt install mpd`.\n"
    )
    assert list(tmp_path.iterdir()) == []
