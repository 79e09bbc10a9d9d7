"""What people install is whole: command, plugins, data and types."""

import re
import zipfile

import pytest
from tests.installation import Installation
from tests.project.tree import ROOT, pyproject

pytestmark = pytest.mark.timeout(600)

PACKAGES = {
    "scrobbled": ROOT / "daemon",
    "scrobbled_mpd": ROOT / "plugins" / "mpd",
    "scrobbled_jellyfin": ROOT / "plugins" / "jellyfin",
}


def test_command_tells_its_version(installation: Installation) -> None:
    """`scrobbled --version` runs with nothing but the declared dependencies."""
    done = installation.run(installation.command, "--version")

    assert done.returncode == 0, done.stderr
    assert pyproject()["project"]["version"] in done.stdout


def test_module_is_the_command(installation: Installation) -> None:
    """`python -m scrobbled` explains itself as the command does."""
    command = installation.run(installation.command, "--help")
    module = installation.run(installation.python, "-m", "scrobbled", "--help")

    assert module.returncode == command.returncode == 0, module.stderr
    assert _without_program(module.stdout) == _without_program(command.stdout)


def _without_program(usage: str) -> str:
    return re.sub(r"^Usage: .*", "", usage)


def test_every_plugin_loads(installation: Installation) -> None:
    """Each entry point of the project leads to something that can be imported."""
    groups = pyproject()["project"]["entry-points"]
    program = (
        "from importlib.metadata import entry_points\n"
        f"for group in {sorted(groups)!r}:\n"
        "    for one in entry_points(group=group):\n"
        "        one.load(); print(group, one.name)\n"
    )
    done = installation.run(installation.python, "-c", program)

    assert done.returncode == 0, done.stderr
    expected = [f"{group} {name}" for group in sorted(groups) for name in groups[group]]
    assert sorted(done.stdout.splitlines()) == sorted(expected)


def test_declared_dependencies_suffice(installation: Installation) -> None:
    """Every module of both packages imports in the new environment."""
    program = (
        "import importlib, pkgutil\n"
        "for root in ('scrobbled', 'scrobbled_mpd'):\n"
        "    package = importlib.import_module(root)\n"
        "    for module in pkgutil.walk_packages(package.__path__, root + '.'):\n"
        "        if 'migrations' not in module.name and not module.name.endswith('__main__'):\n"
        "            importlib.import_module(module.name)\n"
    )
    done = installation.run(installation.python, "-c", program)

    assert done.returncode == 0, done.stderr


def test_wheel_holds_every_file_of_the_packages(installation: Installation) -> None:
    """Migrations, templates, type markers: what lies in the packages is in the wheel."""
    inside = {
        path.relative_to(folder).as_posix()
        for name, folder in PACKAGES.items()
        for path in (folder / name).rglob("*")
        if path.is_file() and not any(part.startswith(("__pycache__", ".")) for part in path.parts)
    }
    with zipfile.ZipFile(installation.wheel) as wheel:
        packed = set(wheel.namelist())

    assert inside - packed == set()
    assert {f"{name}/py.typed" for name in PACKAGES} <= packed


def test_wheel_holds_nothing_else(installation: Installation) -> None:
    """No tests, no scripts, no stray top-level package end up in people's environments."""
    with zipfile.ZipFile(installation.wheel) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}

    version = pyproject()["project"]["version"]
    assert tops == {*PACKAGES, f"scrobbled-{version}.dist-info"}


def test_wheel_carries_its_papers(installation: Installation) -> None:
    """Licence and readme go with the package."""
    info = f"scrobbled-{pyproject()['project']['version']}.dist-info"
    with zipfile.ZipFile(installation.wheel) as wheel:
        headers, _, readme = wheel.read(f"{info}/METADATA").decode().partition("\n\n")
        licence = wheel.read(f"{info}/licenses/LICENSE")

    assert licence == (ROOT / "LICENSE").read_bytes()
    assert "License-Expression: GPL-3.0-or-later" in headers.splitlines()
    assert readme == (ROOT / "README.md").read_text(encoding="utf-8")
