"""`scrobbled run`: the daemon."""

import os
import sys
from pathlib import Path

import click

from scrobbled.app.daemon import run as run_daemon
from scrobbled.cli.options import config_option, read_settings
from scrobbled.log import configure_logging
from scrobbled.sources.registry import discover_plugins


@click.command()
@config_option
def run(config_file: Path | None) -> None:
    """Run the daemon until it is told to stop (SIGTERM or Ctrl-C)."""
    registry = discover_plugins()
    settings = read_settings(config_file, registry)
    configure_logging(settings.log.level, settings.log.format)
    sys.exit(run_daemon(settings, registry.plugins, environ=os.environ))
