"""The command `scrobbled`: its table of commands, and how it ends."""

import os
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

import click

from scrobbled.cli.lazy import LazyCommand, LazyGroup
from scrobbled.errors import ConfigurationError, ScrobbledError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CONFIGURATION = 78
"""EX_CONFIG of sysexits.h, which systemd shows by name."""

COMMANDS: Mapping[str, LazyCommand] = MappingProxyType(
    {
        "run": LazyCommand("scrobbled.cli.run:run", "Run the daemon"),
        "demo": LazyCommand("scrobbled.cli.demo:demo", "Show the daemon at work on a private MPD"),
        "check-config": LazyCommand(
            "scrobbled.cli.check_config:check_config",
            "Check the configuration and say what it means",
        ),
        "doctor": LazyCommand(
            "scrobbled.cli.doctor:doctor", "Check everything and say what to do about it"
        ),
        "history": LazyCommand("scrobbled.cli.history:history", "List what was played"),
        "explain": LazyCommand(
            "scrobbled.cli.explain:explain", "Say in plain words why a play is what it is"
        ),
        "sources": LazyCommand(
            "scrobbled.cli.sources:sources", "Say how the media servers are doing"
        ),
        "scan": LazyCommand("scrobbled.cli.scan:scan", "Look through the music folders now"),
        "match": LazyCommand("scrobbled.cli.match:match", "Link what waits to be linked now"),
        "user": LazyCommand("scrobbled.cli.user:user", "List and add users"),
        "jellyfin": LazyCommand(
            "scrobbled.cli.jellyfin:jellyfin", "Record and replay what Jellyfin posts"
        ),
        "db": LazyCommand("scrobbled.cli.db:db", "Upgrade or check the database"),
    }
)
"""Every command, in the order of the help. The line in the help is the one given here."""


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="scrobbled", message="%(prog)s %(version)s")
def scrobbled() -> None:
    """Keep a household's complete music listening history."""


def main() -> NoReturn:
    """Runs the command line of this process and ends it."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], group: click.Group = scrobbled) -> int:
    """Runs one command line.

    Args:
        arguments: what stands after the command's name.
        group: the commands to choose from.

    Returns:
        The exit status: 0 done; 1 failed; 2 wrong usage; 78 wrong configuration; 130 and 141
        when Ctrl-C or the end of the output's reader stopped it.
    """
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold bytes, and titles letters, that the terminal cannot show.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a file, always
    try:
        status = _invoke(group, list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        if not _output_is_broken():
            raise
        return 128 + signal.SIGPIPE
    except (KeyboardInterrupt, click.Abort):
        return 128 + signal.SIGINT
    return status


def _invoke(group: click.Group, arguments: list[str]) -> int:
    try:
        with group.make_context("scrobbled", arguments) as context:
            group.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ConfigurationError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        return EXIT_CONFIGURATION
    except ScrobbledError as error:
        click.echo(f"scrobbled: {_without_secrets(str(error))}", err=True)
        return EXIT_FAILED
    return 0


def _without_secrets(text: str) -> str:
    from scrobbled.log import without_secrets  # noqa: PLC0415 - help must not wait for structlog

    return without_secrets(text)


def _output_is_broken() -> bool:
    """Whether the reader of our output is gone, rather than one of a socket.

    If so, nothing more is written to it: Python would complain when it flushes it at the end.
    """
    poll = select.poll()
    for stream in (sys.stdout, sys.stderr):
        poll.register(stream.fileno(), 0)
    broken = [number for number, event in poll.poll(0) if event & select.POLLERR]
    for number in broken:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
    return bool(broken)
