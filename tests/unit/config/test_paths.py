"""Paths mean the same wherever the daemon was started."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.paths import AbsolutePath


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/srv/music", "/srv/music"),
        ("/srv/Björk ♫", "/srv/Björk ♫"),
        ("~/music", "/home/anna/music"),
        ("~", "/home/anna"),
    ],
)
def test_absolute_paths_and_the_home_directory_are_taken(text: str, path: str) -> None:
    """A tilde is the home directory that the environment names."""
    assert validate(AbsolutePath, text) == Path(path)


def test_a_path_stays_itself() -> None:
    """Programs may give a Path, which is not looked at again."""
    assert validate(AbsolutePath, Path("x")) == Path("x")


@pytest.mark.parametrize("text", ["music", "./music", "../music", "~bob/music"])
def test_relative_paths_are_refused(text: str) -> None:
    """They would depend on where the daemon was started."""
    with pytest.raises(ValidationError, match="relative path: start it with / or ~/"):
        validate(AbsolutePath, text)


@pytest.mark.parametrize("value", ["", "/a\0b", 3, None, ["/a"]])
def test_other_values_are_no_paths(value: object) -> None:
    """An empty text and a NUL are no paths to any system call."""
    with pytest.raises(ValidationError, match="must be a path"):
        validate(AbsolutePath, value)


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_a_tilde_needs_a_home(environ: dict[str, str]) -> None:
    """Services often have no home: the message says to write the whole path."""
    with pytest.raises(ValidationError, match=r"\$HOME is not set"):
        validate(AbsolutePath, "~/music", environ)
