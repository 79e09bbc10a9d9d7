"""The changelog and the licence."""

import re
from datetime import date

from tests.project.tree import ROOT, pyproject

SECTIONS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
"""What may stand below a version (https://keepachangelog.com/en/1.1.0/)."""


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_changelog_is_in_order() -> None:
    """Keep a Changelog: versions with dates, newest first, under them only known sections."""
    text = _read("CHANGELOG.md")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - ([\d-]{10})", one) for one in headings[1:]]

    assert text.startswith("# Changelog\n")
    assert headings[0] == "[Unreleased]"
    assert None not in released
    versions = [tuple(int(part) for part in one.groups()[:3]) for one in released if one]
    days = [date.fromisoformat(one[4]) for one in released if one]
    assert versions == sorted(versions, reverse=True)
    assert days == sorted(days, reverse=True)


def test_changelog_says_something_in_known_sections() -> None:
    """Each section is one of the six, and none is empty."""
    parts = re.split(r"^### (.*)$", _read("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    sections = list(zip(parts[::2], parts[1::2], strict=True))

    assert sections
    assert [title for title, _ in sections if title not in SECTIONS] == []
    assert [title for title, body in sections if not re.search(r"^- \w", body, re.MULTILINE)] == []


def test_licence_is_the_gpl() -> None:
    """LICENSE is version 3 of the GPL, whole, and the package says the same."""
    words = " ".join(_read("LICENSE").split())

    assert words.startswith("GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007")
    assert "END OF TERMS AND CONDITIONS" in words
    assert pyproject()["project"]["license"] == "GPL-3.0-or-later"
