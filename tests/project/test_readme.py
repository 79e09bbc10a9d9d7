"""What the README has people type is there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import PurePath

import pytest
from tests.project.tree import ROOT

FROM_ELSEWHERE = """
adduser apt apt-get cat cd chmod chown cp curl editor git install journalctl ln mkdir mpc nano pip
pipx python3 systemctl systemd-sysusers tail tee useradd
"""
"""Commands that come with Debian, or with what the README has one install first."""

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL_BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"<<\s*'?(\w+)'?(.*?)\n.*?^\1$", re.MULTILINE | re.DOTALL)


def _lines(block: str) -> list[str]:
    """A block's command lines; where lines start with `$ `, the others are what is printed."""
    text = HERE_DOCUMENT.sub(r"\2", block.replace("\\\n", " "))
    lines = text.splitlines()
    typed = [line[2:] for line in lines if line.startswith("$ ")]
    return typed or lines


def _without_prefixes(words: list[str]) -> list[str]:
    """The command itself, without variables that are set for it and without `sudo [-u NAME]`."""
    while words and (words[0] == "sudo" or re.match(r"\w+=", words[0])):
        words = words[3:] if words[:2] == ["sudo", "-u"] else words[1:]
    return words


def _commands() -> list[list[str]]:
    """Each command of the README's shell blocks, as words."""
    return [
        words
        for block in SHELL_BLOCK.findall(README)
        for line in _lines(block)
        for command in re.split(r"&&|\|\|?|;", line)
        if (words := _without_prefixes(shlex.split(command, comments=True)))
    ]


def _program(words: list[str]) -> str:
    return PurePath(words[0]).name


def _subcommands() -> list[str]:
    """The words that the README shows after `scrobbled`, in shell blocks and in its text."""
    typed = [" ".join(words[1:]) for words in _commands() if _program(words) == "scrobbled"]
    mentioned = re.findall(r"`scrobbled ([^`]+)`", README)
    return sorted({rest.split()[0] for rest in typed + mentioned if rest})


def test_readme_shows_how_to_start() -> None:
    """The first promise of the README is one command to type."""
    assert ["scripts/demo"] in _commands()


def test_readme_commands_exist() -> None:
    """Whatever the README has one type is there: our programs, or well-known ones."""
    known = {*FROM_ELSEWHERE.split(), "scrobbled"}
    strange = [
        shlex.join(words)
        for words in _commands()
        if _program(words) not in known and not os.access(ROOT / words[0], os.X_OK)
    ]

    assert strange == []


def test_readme_names_files_that_exist() -> None:
    """Files of the tree that the README's commands and links name are there."""
    named = set(re.findall(r"\]\((?!https?:|#)([^)#]+)", README))
    for words in _commands():
        named |= {word for word in words if re.match(r"(?:config|systemd|docs)/", word)}

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", _subcommands())
def test_readme_subcommands_exist(name: str) -> None:
    """Each `scrobbled ...` of the README is a command that explains itself."""
    command = [sys.executable, "-m", "scrobbled", name, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: ")
