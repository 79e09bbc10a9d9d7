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
from scrobbled.cli.output import print_json, shown_count
from scrobbled.cli.work import by_daemon_or_here
from scrobbled.config.model import Settings
from scrobbled.runtime.clock import SystemClock

_BY = {
    "manual": "by hand",
    "item": "by the server's item",
    "recording_mbid": "by MusicBrainz id",
    "isrc": "by ISRC",
    "exact": "by name",
    "normalized": "by name, spelt otherwise",
    "parsed": "by name, taken apart",
    "fuzzy": "by likeness",
    "other_edit": "to another edit",
    "own_metadata": "by its own tags",
}
"""Each `match_reason`, in a list of how many."""


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
    reasons = [
        f"{count} {_BY.get(reason, f'by {reason}')}" for reason, count in report["linked"].items()
    ]
    click.echo(
        f"{shown_count(report['looked_at'], 'listen')} looked at: "
        f"linked {', '.join(reasons) or 'none'}; {report['ambiguous']} could be several "
        f"recordings, {report['unmatched']} could be none, {report['duplicates']} captured twice."
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
