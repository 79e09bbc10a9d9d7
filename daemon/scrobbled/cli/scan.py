"""`scrobbled scan`: looks through the music folders now."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from scrobbled.analyzer.match import match
from scrobbled.analyzer.scan import scan as scan_folders
from scrobbled.app.daemon import match_settings
from scrobbled.app.opening import open_to_write
from scrobbled.cli.match import print_match
from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json, print_text, shown_count
from scrobbled.cli.work import ProgressDisplay, Tell, by_daemon_or_here
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError
from scrobbled.runtime.clock import SystemClock

SHOWN_FAILURES = 20


@click.command()
@settings_option
@json_option
@click.option("--full", is_flag=True, help="Read unchanged files as well.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def scan(settings: Settings, paths: tuple[Path, ...], *, as_json: bool, full: bool) -> None:
    """Look through the music folders now, and link what that concerns.

    PATHS are folders or files in library.folders; without any, all of it is looked through.
    A running daemon does the work; without one it is done here.
    """
    if not settings.library.folders:
        raise OperatorError("There are no music folders: name them under library.folders.")
    absolute = [Path.cwd() / path for path in paths]
    with ProgressDisplay(quiet=as_json) as display:
        result: Mapping[str, Any] = by_daemon_or_here(
            settings,
            "scan",
            {"paths": [str(path) for path in absolute], "full": full},
            lambda: _here(settings, absolute, display.tell, full=full),
            display.tell,
        )
    if as_json:
        print_json(result)
        return
    _print_scan(result["scan"])
    print_match(result["match"])


def _here(settings: Settings, paths: list[Path], tell: Tell, *, full: bool) -> dict[str, Any]:
    """The same as the daemon's command does."""
    clock = SystemClock()
    with open_to_write(settings) as database:

        async def work() -> dict[str, Any]:
            scanned = await scan_folders(
                database,
                settings.library.folders,
                clock=clock,
                progress=lambda progress: tell(asdict(progress)),
                full=full,
                paths=paths or None,
            )
            matched = await match(
                database,
                folders=settings.library.folders,
                settings=match_settings(settings),
                clock=clock,
            )
            return {"scan": asdict(scanned), "match": asdict(matched)}

        return asyncio.run(work())


def _print_scan(report: Mapping[str, Any]) -> None:
    click.echo(
        f"{shown_count(report['seen'], 'file')} in {report['duration_s']:.1f} s: "
        f"{report['added']} new, {report['changed']} changed, {report['moved']} moved, "
        f"{report['missing']} missing, {report['returned']} back, "
        f"{report['unchanged']} as before."
    )
    for error in report["folder_errors"]:
        print_text(f"Not looked into: {error}", err=True)
    failed = report["failed_count"]
    if failed:
        print_text(f"{shown_count(failed, 'file')} could not be read:", err=True)
    for each in report["failed"][:SHOWN_FAILURES]:
        print_text(f"  {each['path']}: {each['reason']}", err=True)
    if failed > SHOWN_FAILURES:
        print_text(f"  and {failed - SHOWN_FAILURES} more.", err=True)
