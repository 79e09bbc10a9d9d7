"""The options that commands share."""

import json
from pathlib import Path

import click
import pytest

from scrobbled.cli.main import run
from scrobbled.cli.options import json_option, settings_option
from scrobbled.config.model import Settings


@click.group()
def group() -> None:
    """Commands that are made up."""


@group.command()
@settings_option
@click.argument("word")
@json_option
def say(settings: Settings, word: str, *, as_json: bool) -> None:
    """Say a word, and where the state is kept."""
    said = {"word": word, "state": str(settings.state_dir)}
    click.echo(json.dumps(said) if as_json else " ".join(said.values()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small configuration."""
    path = tmp_path / "scrobbled.yaml"
    path.write_text("state_dir: /srv/state\n")
    return path


@pytest.mark.parametrize("option", ["-c", "--config"])
def test_a_command_gets_the_loaded_settings(
    capfd: pytest.CaptureFixture[str], file: Path, option: str
) -> None:
    """Before its own arguments."""
    assert run(["say", "hello", option, str(file)], group) == 0
    assert capfd.readouterr().out == "hello /srv/state\n"


def test_a_command_learns_that_json_is_wanted(
    capfd: pytest.CaptureFixture[str], file: Path
) -> None:
    """And prints it itself."""
    assert run(["say", "--json", "-c", str(file), "hello"], group) == 0
    assert json.loads(capfd.readouterr().out) == {"word": "hello", "state": "/srv/state"}


def test_without_the_option_the_file_is_searched(
    capfd: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the daemon does."""
    monkeypatch.setenv("SCROBBLER_CONFIG", str(file))

    assert run(["say", "hello"], group) == 0
    assert capfd.readouterr().out == "hello /srv/state\n"


def test_a_wrong_configuration_keeps_the_command_from_running(
    capfd: pytest.CaptureFixture[str], file: Path
) -> None:
    """Status 78, and every problem."""
    file.write_text("state_dir: x\nlogg: {}\n")

    assert run(["say", "hello", "-c", str(file)], group) == 78
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        f"{file}:1:12: state_dir: is a relative path: start it with / or ~/",
        f"{file}:2:1: logg: is not a known key, did you mean 'log'?",
    ]


def test_the_options_explain_themselves(capfd: pytest.CaptureFixture[str]) -> None:
    """In the help of each command that has them."""
    assert run(["say", "--help"], group) == 0

    text = capfd.readouterr().out
    assert "-c, --config FILE  The configuration file, instead of the one that is found." in text
    assert "--json             Print JSON, for programs." in text
