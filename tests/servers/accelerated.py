"""`scrobbled run` with time that passes faster: `python -m tests.servers.accelerated RATE FILE`.

It does what the command does, but for the clock. Beside an mpd whose output takes RATE seconds of
audio in a second, songs end as they would in real life, only sooner.
"""

import os
import sys
from pathlib import Path

from tests.servers.scaled_clock import ScaledClock

from scrobbled.app.daemon import run
from scrobbled.cli.options import read_settings
from scrobbled.log import configure_logging
from scrobbled.sources.registry import discover_plugins


def main(rate: float, configuration: Path) -> int:
    """Runs the daemon; returns its exit status."""
    registry = discover_plugins()
    settings = read_settings(configuration, registry)
    configure_logging(settings.log.level, settings.log.format)
    return run(settings, registry.plugins, environ=os.environ, clock=ScaledClock(rate))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2])))
