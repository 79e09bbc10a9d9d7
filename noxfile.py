"""The checks of scripts/test one by one, on other Pythons, and of the built wheel.

`scripts/test` is what decides; nox is for what it leaves out: `nox -s tests-3.13`, `nox -s wheel`.
"""

from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests"]

_PYPROJECT = nox.project.load_toml("pyproject.toml")


def _install(session: nox.Session, *groups: str) -> None:
    session.install(*nox.project.dependency_groups(_PYPROJECT, *groups))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, layers, and that the list of packages is the one in use."""
    _install(session, "check")
    session.install("--editable", ".")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")
    session.run("deptry", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types of the daemon, the plugins and the tests."""
    _install(session, "check", "test")
    session.install("--editable", ".")
    session.run("mypy")


@nox.session(python=["3.11", "3.13"])
def tests(session: nox.Session) -> None:
    """All tests, or those that follow `--`."""
    _install(session, "test")
    session.install("--editable", ".")
    session.run("pytest", *session.posargs or ["--numprocesses=2", "--dist=worksteal"])


@nox.session
def wheel(session: nox.Session) -> None:
    """The unit tests and those of the package, against the built wheel instead of the tree."""
    _install(session, "test")
    session.install("build")
    folder = Path(session.create_tmp())
    for old in folder.glob("*.whl"):
        old.unlink()
    session.run("python", "-m", "build", "--wheel", "--outdir", str(folder))
    session.install(*map(str, folder.glob("*.whl")))
    session.run("pytest", *session.posargs or ["tests/unit", "tests/project/test_wheel.py"])
