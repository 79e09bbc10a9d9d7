"""`scrobbled db`: the main database itself."""

import click

from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json
from scrobbled.config.model import Settings
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

    On a large database this takes minutes; a daemon may run beside it. Exits with status 1 if
    anything needs doing.
    """
    findings = check_database(settings.database.connection_url(), schemas=_schemas(settings))
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            click.secho(
                "ok   " if finding.ok else "FAIL ", nl=False, fg="green" if finding.ok else "red"
            )
            click.echo(finding.what)
            if finding.advice:
                click.echo(f"     {finding.advice}")
    click.get_current_context().exit(0 if all(finding.ok for finding in findings) else 1)


def _schemas(settings: Settings) -> Schemas:
    return Schemas(settings.database.medialibrary_schema, settings.database.listens_schema)
