"""`scrobbled doctor`: checks everything and says what to do."""

import click

from scrobbled.app.doctor import diagnose
from scrobbled.cli.options import config_option, json_option, read_settings
from scrobbled.cli.output import print_json, print_text
from scrobbled.sources.registry import discover_plugins


@click.command()
@config_option
@json_option
@click.pass_context
def doctor(context: click.Context, config_file: object, *, as_json: bool) -> None:
    """Check media servers, database, folders, permissions and the clock.

    Says what to do about what it finds; exits with status 1 if anything needs doing.
    """
    registry = discover_plugins()
    settings = read_settings(config_file, registry)  # type: ignore[arg-type]  # click gives a path
    checks = diagnose(settings, registry.plugins)
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            click.secho(
                "ok   " if check.ok else "FAIL ", nl=False, fg="green" if check.ok else "red"
            )
            print_text(check.what)
            if check.advice:
                print_text(f"     {check.advice}")
    context.exit(0 if all(check.ok for check in checks) else 1)
