"""The built wheel, installed alone into a new environment, as a person would have it."""

import fcntl
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TREE = Path(__file__).parents[1]
_PIP_TIMEOUT_S = 400
_OURS = ("PYTHON", "COVERAGE_", "COV_CORE_")


@dataclass(frozen=True)
class Installation:
    """An environment with scrobbled and what it declares to need, and nothing else."""

    wheel: Path
    """The file that was installed."""

    environment: Path
    """The folder of the virtual environment."""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.environment / "bin" / "python"

    @property
    def command(self) -> Path:
        """Its `scrobbled`, as people start it."""
        return self.environment / "bin" / "scrobbled"

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command line far from the checkout and wait for its end, at most a minute."""
        with tempfile.TemporaryDirectory() as elsewhere:
            return subprocess.run(
                [str(word) for word in words],
                cwd=elsewhere,
                env=foreign_environment(),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )


def foreign_environment() -> dict[str, str]:
    """The variables for a process that must know neither this interpreter nor its coverage."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def install_wheel(folder: Path) -> Installation:
    """Build the wheel of this tree and install it below `folder`, once per folder.

    Processes that share the tests may call this at the same time; the first one does the work.
    Needs Python's package registry for what is not in pip's cache.
    """
    installation_folder = folder / "installation"
    with _locked(folder / "installation.lock"):
        if not (installation_folder / "wheel").exists():
            environment = installation_folder / "environment"
            built = installation_folder / "building"
            _pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(built), str(_TREE))
            venv.create(environment, with_pip=True)
            (wheel,) = built.glob("*.whl")
            _pip(str(environment / "bin" / "python"), "install", str(wheel))
            built.rename(installation_folder / "wheel")
    (wheel,) = (installation_folder / "wheel").glob("*.whl")
    return Installation(wheel, installation_folder / "environment")


def _pip(python: str, *words: str) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *words],
        env=foreign_environment(),
        capture_output=True,
        text=True,
        timeout=_PIP_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"pip {' '.join(words)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
