"""`scrobbled sources`: how the media servers are doing, and what plays."""

from collections.abc import Mapping
from typing import Any

import click

from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import (
    print_json,
    print_table,
    print_text,
    shown_count,
    shown_length,
    shown_track,
)
from scrobbled.config.model import Settings
from scrobbled.web.control_client import NoDaemon, ask_daemon


@click.command()
@settings_option
@json_option
def sources(settings: Settings, *, as_json: bool) -> None:
    """Say how the media servers are doing, and what plays on them."""
    names = [f"{source.type}:{source.name}" for source in settings.sources]
    try:
        status: Mapping[str, Any] | None = ask_daemon(settings.state_dir, "status", {})
    except NoDaemon:
        status = None
    rows = [_row(name, status) for name in names]
    if as_json:
        playing = [] if status is None else status["now_playing"]
        waiting = None if status is None else status["waiting"]
        print_json(
            {
                "running": status is not None,
                "sources": rows,
                "now_playing": playing,
                "waiting": waiting,
                "dead_letters": None if status is None else status["dead_letters"],
            }
        )
        return
    print_table(
        ("Source", "State", "Detail"),
        [(row["source"], row["state"], row["detail"]) for row in rows],
    )
    if status is None:
        click.echo("The daemon is not running: start it with `scrobbled run`.")
    else:
        _print_status(status)


def _row(name: str, status: Mapping[str, Any] | None) -> dict[str, str]:
    if status is None:
        return {"source": name, "state": "not running", "detail": ""}
    part = status["health"]["components"].get(name)
    if part is None:
        detail = "the daemon has not been restarted since this source was configured"
        return {"source": name, "state": "unknown", "detail": detail}
    return {"source": name, "state": part["state"], "detail": part["detail"]}


def _print_status(status: Mapping[str, Any]) -> None:
    for playing in status["now_playing"]:
        track = shown_track(playing["title"], playing["artists"])
        heard = shown_length(playing["played_secs"])
        state = "paused" if playing["paused"] else "playing"
        print_text(f"{playing['source']}: {state} {track}, {heard} heard, {_counting(playing)}")
    if status["waiting"]:
        waiting = shown_count(status["waiting"], "play")
        click.echo(f"Not in the database yet, but safe in the journal: {waiting}.")
    if status["dead_letters"]:
        letters = shown_count(status["dead_letters"], "item")
        click.echo(f"Kept aside, since it could not be processed: {letters}; see the log.")


def _counting(playing: Mapping[str, Any]) -> str:
    if playing["counts"]:
        return "counts"
    if playing["counts_in_secs"] is None:
        return "will not count"
    return f"counts in {shown_length(playing['counts_in_secs'])}"
