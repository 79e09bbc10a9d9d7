"""`scrobbled demo`: everything, on a private mpd and a made-up library."""

import sys

import click

from scrobbled.app.demo.show import run_demo
from scrobbled.cli.options import read_settings
from scrobbled.sources.registry import discover_plugins


@click.command()
@click.option("--keep", is_flag=True, help="Leave the demonstration's files for a closer look.")
def demo(*, keep: bool) -> None:
    """Show the daemon at work, on a private MPD and a made-up library.

    Takes about 40 seconds, and touches nothing outside a temporary directory.
    """
    registry = discover_plugins()
    right = run_demo(lambda path: read_settings(path, registry), click.echo, keep=keep)
    sys.exit(0 if right else 1)
