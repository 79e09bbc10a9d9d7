"""`scrobbled user`: the people whose plays are kept."""

from datetime import UTC, datetime

import click

from scrobbled.app.opening import open_to_read, open_to_write
from scrobbled.app.users import add_user
from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json, print_table, shown_time
from scrobbled.config.model import Settings
from scrobbled.query.users import users as read_users
from scrobbled.web.control_client import NoDaemon, ask_daemon


@click.group()
def user() -> None:
    """List and add the people whose plays are kept."""


@user.command("list")
@settings_option
@json_option
def list_users(settings: Settings, *, as_json: bool) -> None:
    """List all users."""
    with open_to_read(settings) as database:
        found = [] if database is None else read_users(database)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("There are no users yet: the daemon makes those of the configuration.")
        return
    print_table(
        ("Name", "Time zone", "Listens", "Last"),
        [
            (
                each.name,
                each.timezone or "the system's",
                str(each.listens),
                shown_time(each.last_listened_at) if each.last_listened_at else "-",
            )
            for each in found
        ],
    )


@user.command("add")
@settings_option
@click.argument("name")
def add(settings: Settings, name: str) -> None:
    """Add a user.

    Users of the configuration are added by themselves when the daemon starts.
    """
    try:
        ask_daemon(settings.state_dir, "user-add", {"name": name})
    except NoDaemon:
        with open_to_write(settings) as database:
            add_user(database, name, datetime.now(UTC))
    click.echo(f"Added {name}.")
