"""The tree speaks of the project alone, finishes what it starts and gives its reasons."""

import re

import pytest
from tests.project.tree import ROOT, comments, name_of, pyproject, python_files, text_files

# Written so that no pattern finds itself.
UNFIT = {
    "a path of one machine": r"/wor[k]/|/opt/ven[v]|/root/\.pyen[v]",
    "the number of an issue (say what it says, or give its address)": r"(?i)\bissu[e]s? #?\d",
    "work left for later": r"\b(?:TOD[O]|FIXM[E]|XX[X])\b",
    "a merge's leftovers": r"(?m)^(?:<{7}|>{7}) ",
}

EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no\s?cover|fmt:\s*(?:off|skip))")
REASONED = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\]|"
    r"pragma:\s*no\s?cover|fmt:\s*(?:off|skip))\W+\w.{5,}"
)
DEPENDENCY = re.compile(r'^  "[\w.-]+(?:[<>=~!]|").*$', re.MULTILINE)
RUFF_IGNORES = 15
"""The most rules of ruff that may be off for the whole tree; each says why."""


@pytest.mark.parametrize(("what", "pattern"), UNFIT.items(), ids=UNFIT)
def test_no_file_holds(what: str, pattern: str) -> None:
    """Nothing that only means something elsewhere, or to somebody else, is in a file."""
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in text_files()
        for match in re.finditer(pattern, text)
    ]

    assert found == [], what


def test_every_page_that_is_named_exists() -> None:
    """Who reads the name of a Markdown page finds the page in the tree."""
    pages = {path.name for path, _ in text_files() if path.suffix == ".md"}
    named = {
        (name_of(path), page)
        for path, text in text_files()
        for page in re.findall(r"(?<![\w./-])(?:docs/(?:\w+/)*)?([\w-]+\.md)\b", text)
    }

    assert {(name, page) for name, page in named if page not in pages} == set()


def test_every_excuse_gives_its_reason() -> None:
    """`noqa`, `type: ignore` and the like name the rule and say why it does not hold here."""
    bare = [
        f"{name_of(path)}:{line}: {comment}"
        for path in python_files("daemon", "plugins", "tests")
        for line, comment in comments(path)
        if EXCUSE.search(comment) and not REASONED.search(comment)
    ]

    assert bare == []


def test_every_dependency_gives_its_reason() -> None:
    """Each line of a list of packages says after # what the package is for."""
    content = pyproject()
    wanted = list(content["project"]["dependencies"])
    for group in content["dependency-groups"].values():
        wanted += (entry for entry in group if isinstance(entry, str))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = {line.split('"')[1]: line for line in DEPENDENCY.findall(text)}

    assert [package for package in wanted if "  # " not in lines[package]] == []


def test_every_rule_that_is_off_gives_its_reason() -> None:
    """Ruff's ignores are few, and each says why."""
    ignored = pyproject()["tool"]["ruff"]["lint"]["ignore"]
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert len(ignored) <= RUFF_IGNORES
    assert [rule for rule in ignored if not re.search(rf'"{rule}", +# \w', text)] == []
