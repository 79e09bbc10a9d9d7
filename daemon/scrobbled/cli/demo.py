"""`scrobbled demo`: everything, on a private mpd and a made-up library."""

import os
import sys

import click

from scrobbled.app.demo.show import environment, run_demo
from scrobbled.config.load import load_settings
from scrobbled.sources.registry import discover_plugins


@click.command()
@click.option("--keep", is_flag=True, help="Leave the demonstration's files for a closer look.")
def demo(*, keep: bool) -> None:
    """Show the daemon at work, on a private MPD and a made-up library.

    Takes about 40 seconds, and touches nothing outside a temporary directory.
    """
    plugins = discover_plugins().settings
    own = environment(os.environ)
    right = run_demo(lambda path: load_settings(path, plugins, own), click.echo, keep=keep)
    sys.exit(0 if right else 1)
