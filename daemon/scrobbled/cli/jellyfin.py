"""`scrobbled jellyfin`: what Jellyfin posts, for reports of errors."""

import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json, print_table, shown_length
from scrobbled.config.durations import parse_duration
from scrobbled.config.model import Settings
from scrobbled.domain.play import ClosedPlay
from scrobbled.errors import OperatorError
from scrobbled.scrobbler.replay import Replay
from scrobbled.scrobbler.trace import header, line, read_trace
from scrobbled.sources.registry import discover_plugins
from scrobbled.web.control_client import NoDaemon, ask_daemon

TYPE = "jellyfin"
ASK_EVERY_S = 2.0


@click.group()
def jellyfin() -> None:
    """Record what Jellyfin posts, and replay it."""


@jellyfin.command()
@settings_option
@click.option("--source", metavar="NAME", help="Which one, if there are several.")
@click.option(
    "--last", metavar="TIME", default="10m", show_default=True, help="What came in this time."
)
@click.option(
    "--for",
    "go_on_for",
    metavar="TIME",
    default="0s",
    show_default=True,
    help="Then go on for so long with what comes.",
)
def record(settings: Settings, *, source: str | None, last: str, go_on_for: str) -> None:
    """Write what Jellyfin posted to the running daemon, as a trace on standard output.

    Names and ids are replaced, the same one by the same; times and numbers stay. One in 30 s of
    the server's own guesses at the position is in it, as in the daemon's journal.
    """
    name = _source(settings, source)
    since_s = time.time() - _seconds(last, "--last")
    until_s = time.monotonic() + _seconds(go_on_for, "--for")
    click.echo(header(TYPE, version("scrobbled")))
    question = {"source": name, "since_s": since_s, "salt": secrets.token_hex(16)}
    for receipt in _receipts(settings, question, until_s):
        click.echo(line(receipt))


def _receipts(
    settings: Settings, question: dict[str, Any], until_s: float
) -> Iterator[dict[str, Any]]:
    """What the daemon has, and what comes until `until_s` of the monotonic clock."""
    after = 0
    while True:
        try:
            page = ask_daemon(settings.state_dir, "receipts", {**question, "after": after})
        except NoDaemon as error:
            raise OperatorError(f"{error} Start it with `scrobbled run`.") from error
        yield from page
        if page:
            after = page[-1]["number"]
        elif time.monotonic() >= until_s:
            return
        else:
            sys.stdout.flush()
            time.sleep(min(ASK_EVERY_S, max(0.0, until_s - time.monotonic())))


@jellyfin.command()
@settings_option
@json_option
@click.argument("trace", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def replay(settings: Settings, *, as_json: bool, trace: Path) -> None:
    """Say what plays a TRACE yields, by the rules of the configuration."""
    plugin = discover_plugins().plugins[TYPE]
    if plugin.webhook is None:
        raise OperatorError("The plugin for Jellyfin takes no posts: reinstall scrobbled.")
    interpreter = partial(plugin.webhook.interpret, None)
    again = Replay(interpreter, plugin.credit, settings.counting.rules())
    with trace.open(encoding="utf-8") as lines:
        plays = again.plays(list(read_trace(lines)))
    if as_json:
        print_json([_described(play) for play in plays])
        return
    columns = ("Began", "User", "Title", "Length", "Played", "Counts", "Ended", "Certainty")
    print_table(columns, [_row(play) for play in plays])


def _described(play: ClosedPlay) -> dict[str, Any]:
    return {
        "started_at": datetime.fromtimestamp(play.started_at_s, UTC),
        "user": play.user,
        "item": play.track.uri,
        "title": play.track.title,
        "duration_secs": play.track.duration_s,
        "played_secs": round(play.played_s, 1),
        "counted": play.verdict.counts,
        "reason": play.verdict.reason,
        "closed_by": play.closed_by.value,
        "certainty": play.certainty.value,
    }


def _row(play: ClosedPlay) -> tuple[str, ...]:
    began = datetime.fromtimestamp(play.started_at_s, UTC)
    return (
        began.strftime("%Y-%m-%d %H:%M:%S"),
        play.user,
        play.track.title or play.track.uri,
        shown_length(play.track.duration_s),
        shown_length(play.played_s),
        "yes" if play.verdict.counts else "no",
        play.closed_by.value.replace("_", " "),
        play.certainty.value,
    )


def _source(settings: Settings, name: str | None) -> str:
    names = [source.name for source in settings.sources if source.type == TYPE]
    if name is None and len(names) == 1:
        return f"{TYPE}:{names[0]}"
    if name in names:
        return f"{TYPE}:{name}"
    known = ", ".join(names) or "none"
    raise click.UsageError(f"Say with --source which Jellyfin is meant; there is {known}.")


def _seconds(text: str, option: str) -> float:
    try:
        return float(parse_duration(text))
    except ValueError as error:
        raise click.UsageError(f"{option} {error}") from error
