"""`scrobbled db`: the main database itself."""

import click

from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError
from scrobbled.store import Schemas, check_database, upgrade_database


@click.group()
def db() -> None:
    """Upgrade or check the database."""


@db.command()
@settings_option
def upgrade(settings: Settings) -> None:
    """Make the database, or bring it up to date.

    The daemon does the same when it starts.
    """
    done = upgrade_database(settings.database.connection_url(), schemas=_schemas(settings))
    if done.found.current:
        click.echo(f"The database is up to date (revision {done.revision}).")
    elif done.found.empty:
        click.echo(f"Made the database (revision {done.revision}).")
    else:
        click.echo(f"Upgraded the database from revision {done.found.revision} to {done.revision}.")


@db.command()
@settings_option
@json_option
def check(settings: Settings, *, as_json: bool) -> None:
    """Look the database over, and change nothing.

    On a large database this takes minutes; a daemon may run beside it.
    """
    findings = check_database(settings.database.connection_url(), schemas=_schemas(settings))
    if as_json:
        print_json(findings)
    for finding in [] if as_json else findings:
        click.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}")
        if finding.advice:
            click.echo(f"     {finding.advice}")
    if not all(finding.ok for finding in findings):
        raise OperatorError("The database is not as it should be.")


def _schemas(settings: Settings) -> Schemas:
    return Schemas(settings.database.medialibrary_schema, settings.database.listens_schema)
