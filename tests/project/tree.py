"""The files of this project, for the tests that judge them."""

import io
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_TOP = (".ci", "config", "daemon", "docs", "plugins", "scripts", "systemd", "tests")
_MADE_BY_TOOLS = {"__pycache__"}


def pyproject() -> dict[str, Any]:
    """The content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python_files(*folders: str) -> list[Path]:
    """All Python files below these folders of the tree, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def text_files() -> Iterator[tuple[Path, str]]:
    """Each file that people wrote and UTF-8 can read, with its text; LICENSE is others' words."""
    paths = [path for path in ROOT.iterdir() if path.is_file() and path.name != "LICENSE"]
    for folder in _TOP:
        paths += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    for path in sorted(paths):
        if _MADE_BY_TOOLS.isdisjoint(path.parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def count_lines(path: Path) -> int:
    """How many lines of the file are not blank."""
    return sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Each comment of a Python file, with the number of its line."""
    source = io.StringIO(path.read_text(encoding="utf-8"))
    for token in tokenize.generate_tokens(source.readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def name_of(path: Path) -> str:
    """The path as people write it: from the top of the tree."""
    return path.relative_to(ROOT).as_posix()
