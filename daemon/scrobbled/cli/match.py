"""`scrobbled match`: links what waits to be linked now."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from scrobbled.analyzer.match import match as match_listens
from scrobbled.app.daemon import match_settings
from scrobbled.app.opening import open_to_write
from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json
from scrobbled.cli.work import by_daemon_or_here
from scrobbled.config.model import Settings
from scrobbled.runtime.clock import SystemClock


@click.command()
@settings_option
@json_option
def match(settings: Settings, *, as_json: bool) -> None:
    """Link what waits to be linked now.

    A running daemon does the work; without one it is done here.
    """
    result = by_daemon_or_here(settings, "match", {}, lambda: _here(settings))
    if as_json:
        print_json(result)
    else:
        print_match(result)


def print_match(report: Mapping[str, Any]) -> None:
    """Says what a run of the matcher did."""
    if not report["looked_at"]:
        click.echo("No listen waits to be linked.")
        return
    reasons = ", ".join(f"{count} by {reason}" for reason, count in report["linked"].items())
    click.echo(
        f"{report['looked_at']} listens looked at: linked {reasons or 'none'}; "
        f"{report['ambiguous']} fit several recordings, {report['unmatched']} fit none, "
        f"{report['duplicates']} were captured twice."
    )


def _here(settings: Settings) -> dict[str, Any]:
    with open_to_write(settings) as database:
        matching = match_listens(
            database,
            folders=settings.library.folders,
            settings=match_settings(settings),
            clock=SystemClock(),
        )
        return asdict(asyncio.run(matching))
