"""The frame of the command line: help, errors, and how it ends."""

import os
import signal
import subprocess
import sys
from importlib.metadata import version

import click
import pytest
from pydantic import SecretStr
from tests.unit.cli.command import scrobbled

from scrobbled.cli.lazy import LazyCommand
from scrobbled.cli.main import COMMANDS, run
from scrobbled.errors import ConfigurationError, OperatorError, SourceUnavailable
from scrobbled.log import hide_secret

ENDS: dict[str, BaseException] = {
    "operator": OperatorError("the disk is full: make room and start again"),
    "away": SourceUnavailable("MPD at localhost:6600 does not answer"),
    "secret": OperatorError("cannot log in with tr0ub4dor"),
    "configuration": ConfigurationError(["a.yaml:1:1: x: is wrong", "a.yaml:2:1: y: too"]),
    "usage": click.BadParameter("must be even"),
    "click": click.ClickException("no"),
    "exit": click.exceptions.Exit(5),
    "interrupted": KeyboardInterrupt(),
    "prompt": click.Abort(),
    "pipe": BrokenPipeError("a socket's"),
    "bug": ZeroDivisionError(),
}


@click.group()
def group() -> None:
    """Commands that are made up."""


@group.command()
@click.argument("way")
def ends(way: str) -> None:
    """End in the way that the test asks for."""
    if way in ENDS:
        raise ENDS[way]
    click.echo("done")


@pytest.mark.parametrize(
    ("way", "status", "error"),
    [
        ("well", 0, ""),
        ("operator", 1, "scrobbled: the disk is full: make room and start again\n"),
        ("away", 1, "scrobbled: MPD at localhost:6600 does not answer\n"),
        ("configuration", 78, "a.yaml:1:1: x: is wrong\na.yaml:2:1: y: too\n"),
        ("click", 1, "Error: no\n"),
        ("exit", 5, ""),
        ("interrupted", 128 + signal.SIGINT, ""),
        ("prompt", 128 + signal.SIGINT, ""),
    ],
)
def test_each_end_has_its_status(
    capfd: pytest.CaptureFixture[str], way: str, status: int, error: str
) -> None:
    """And what is said of it goes to stderr, one sentence or one line for each problem."""
    assert run(["ends", way], group) == status
    assert capfd.readouterr().err == error


def test_wrong_usage_is_status_2(capfd: pytest.CaptureFixture[str]) -> None:
    """With a hint to the help."""
    assert run(["ends", "usage"], group) == 2
    assert run(["ends"], group) == 2
    assert run(["ends", "well", "--colour"], group) == 2

    error = capfd.readouterr().err
    assert "Usage: scrobbled ends" in error
    assert "must be even" in error
    assert "Missing argument 'WAY'" in error
    assert "No such option" in error


def test_no_secret_is_in_an_errors_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever a driver or a server said."""
    hide_secret(SecretStr("tr0ub4dor"))

    assert run(["ends", "secret"], group) == 1
    assert "tr0ub4dor" not in capfd.readouterr().err


@pytest.mark.parametrize(("way", "bug"), [("bug", ZeroDivisionError), ("pipe", BrokenPipeError)])
def test_a_bug_is_not_hidden(way: str, bug: type[Exception]) -> None:
    """Its traceback is what a bug report needs; a socket's broken pipe is not our reader's."""
    with pytest.raises(bug):
        run(["ends", way], group)


def test_help_lists_every_command_without_importing_it() -> None:
    """`scrobbled --help` answers at once."""
    code = (
        "import sys; from scrobbled.cli.main import run; status = run(['--help']);"
        "heavy = {'sqlalchemy', 'aiohttp', 'pydantic', 'yaml', 'rich', 'structlog', 'mutagen'};"
        "print(sorted(heavy & set(sys.modules)), status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, check=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == "[] 0"
    for name, command in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert command.short_help in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name: str) -> None:
    """It can be imported, has the table's name and explains itself."""
    command = COMMANDS[name].load()

    assert command.name == name
    assert command.help
    assert not COMMANDS[name].short_help.endswith(".")


def test_a_target_that_is_no_command_is_a_bug() -> None:
    """The table would be wrong."""
    with pytest.raises(TypeError, match="os:sep is not a click command"):
        LazyCommand("os:sep", "Separate").load()


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_each_command_has_help(option: str) -> None:
    """Under both names."""
    done = scrobbled("check-config", option)

    assert done.returncode == 0
    assert done.stdout.startswith("Usage: scrobbled check-config [OPTIONS]")
    assert "-c, --config FILE" in done.stdout


def test_a_misspelt_command_is_suggested() -> None:
    """Status 2, and the command that was meant."""
    done = scrobbled("chek-config")

    assert done.returncode == 2
    assert "No such command 'chek-config'. Did you mean 'check-config'?" in done.stderr
    assert scrobbled("xyz").stderr.endswith("Error: No such command 'xyz'.\n")
    assert "No such option" in scrobbled("--xyz").stderr


def test_the_version_is_that_of_the_package() -> None:
    """As pip shows it."""
    assert scrobbled("--version").stdout == f"scrobbled {version('scrobbled')}\n"


def test_the_installed_command_is_the_same() -> None:
    """`scrobbled` and `python -m scrobbled` differ in nothing."""
    program = os.path.join(os.path.dirname(sys.executable), "scrobbled")  # noqa: PTH118, PTH120 - a venv's python is a link that must not be resolved
    done = subprocess.run([program, "--help"], text=True, capture_output=True, check=True)

    assert done.stdout == scrobbled("--help").stdout


@pytest.mark.parametrize("arguments", [["--help"], ["check-config", "--schema"]])
def test_a_reader_that_leaves_ends_it_quietly(arguments: list[str]) -> None:
    """As in `scrobbled history | head`: no traceback, and the status of SIGPIPE."""
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        [sys.executable, "-m", "scrobbled", *arguments], stdout=writing, stderr=subprocess.PIPE
    ) as process:
        os.close(writing)
        _, error = process.communicate(timeout=60)

    assert (process.returncode, error) == (128 + signal.SIGPIPE, b"")


def test_ctrl_c_ends_it_quietly(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No traceback, and the status of SIGINT."""
    pipe = tmp_path_factory.mktemp("pipe") / "scrobbled.yaml"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "scrobbled", "check-config", "-c", str(pipe)]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE) as process,
        # This returns once the command opens its configuration, which then has no end.
        pipe.open("wb"),
    ):
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)

    assert (process.returncode, error) == (128 + signal.SIGINT, b"")


def test_letters_that_the_terminal_lacks_are_written_otherwise() -> None:
    """Under the C locale of a small system nothing ends in a UnicodeEncodeError."""
    done = scrobbled(
        "check-config",
        environ={"SCROBBLER_STATE_DIR": "/srv/Björk ♫", "PYTHONIOENCODING": "ascii"},
    )

    assert done.returncode == 0
    assert "/srv/Bj\\xf6rk \\u266b" in done.stdout
