"""`scrobbled history`: what was played."""

import click

from scrobbled.app.opening import open_to_read
from scrobbled.app.users import known_users
from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json, print_table, shown_length, shown_time
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError
from scrobbled.query.history import HistoryEntry
from scrobbled.query.history import history as read_history

SHOWN = 50
"""Plays shown on a terminal unless told otherwise."""


@click.command()
@settings_option
@json_option
@click.option("--with-skips", is_flag=True, help="Show plays that did not count, too.")
@click.option("--oldest-first", is_flag=True, help="Begin with the oldest.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Show at most N plays; {SHOWN} without --json, else all.",
)
@click.option("--user", metavar="NAME", help="Show this user's plays only.")
def history(
    settings: Settings,
    *,
    as_json: bool,
    with_skips: bool,
    oldest_first: bool,
    limit: int | None,
    user: str | None,
) -> None:
    """List what was played, newest first."""
    if limit is None and not as_json:
        limit = SHOWN
    entries: list[HistoryEntry] = []
    with open_to_read(settings) as database:
        if user is not None and user not in known_users(settings, database):
            raise OperatorError(f"There is no user {user!r}: `scrobbled user list` names them.")
        if database is not None:
            entries = read_history(
                database,
                user=user,
                with_skips=with_skips,
                oldest_first=oldest_first,
                limit=limit,
            )
    if as_json:
        print_json(entries)
        return
    if not entries:
        click.echo(_nothing(user, with_skips=with_skips))
        return
    print_table(
        ("ID", "When", "User", "Source", "Artist", "Title", "Album", "Heard", "Link"),
        [_row(entry) for entry in entries],
    )


def _nothing(user: str | None, *, with_skips: bool) -> str:
    by = "" if user is None else f" by {user}"
    if with_skips:
        return f"Nothing has been played{by} yet."
    return f"Nothing that counts has been played{by} yet; --with-skips shows what did not count."


def _row(entry: HistoryEntry) -> tuple[str, ...]:
    heard = shown_length(entry.played_secs)
    if entry.duration_secs is not None:
        heard += f" of {shown_length(entry.duration_secs)}"
    if entry.listen_id is None:
        number, link = f"raw:{entry.raw_id}", "skip" if not entry.counted else "duplicate"
    elif entry.link is None:
        number, link = str(entry.listen_id), "-"
    else:
        number = str(entry.listen_id)
        link = f"track {entry.link.track_id} ({entry.link.reason} {entry.link.confidence:.2f})"
    return (
        number,
        shown_time(entry.listened_at),
        entry.user,
        entry.source,
        ", ".join(entry.artists) or "-",
        entry.title,
        entry.album or "-",
        heard,
        link,
    )
