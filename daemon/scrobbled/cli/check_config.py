"""`scrobbled check-config`: what the configuration means, or what is wrong with it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from scrobbled.cli.options import config_option, json_option, read_settings
from scrobbled.config.model import Settings
from scrobbled.config.schema import json_schema
from scrobbled.sources.registry import PluginRecord, Registry, discover_plugins


@dataclass(frozen=True, slots=True)
class Folder:
    """A music folder as it is found now.

    Attributes:
        path: as configured.
        problem: why it cannot be read; None when it can.
    """

    path: str
    problem: str | None


@click.command()
@config_option
@json_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the file, for editors.")
def check_config(config_file: Path | None, *, as_json: bool, schema: bool) -> None:
    """Check the configuration and say what it means.

    Prints every problem at once, each with its line and column, and exits with status 78 if
    there is one. Nothing is changed, and no server is asked; `scrobbled doctor` does that.
    """
    registry = discover_plugins()
    if schema:
        click.echo(json.dumps(json_schema(registry.settings), indent=2))
        return
    settings = read_settings(config_file, registry)
    folders = [_look_at(folder) for folder in settings.library.folders]
    if as_json:
        click.echo(json.dumps(_as_data(settings, registry, folders), indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    for label, value in _lines(settings, registry, folders):
        console.print(Text.assemble((f"{label:<14}", "bold"), value))


def _look_at(folder: Path) -> Folder:
    try:
        with os.scandir(folder):
            return Folder(str(folder), None)
    except OSError as error:
        return Folder(str(folder), error.strerror)


def _as_data(settings: Settings, registry: Registry, folders: list[Folder]) -> dict[str, object]:
    return {
        "file": str(settings.source_file) if settings.source_file else None,
        "settings": settings.model_dump(mode="json"),
        "folders": [asdict(folder) for folder in folders],
        "plugins": [
            {"type": r.source_type, "from": r.distribution, "state": r.state, "reason": r.reason}
            for r in registry.records
        ],
    }


def _lines(
    settings: Settings, registry: Registry, folders: list[Folder]
) -> Iterator[tuple[str, str]]:
    """Label and text of each line; an empty label continues what the line before is about."""
    file = settings.source_file
    yield "Configuration", str(file) if file else "no file: built-in defaults"
    yield "State", str(settings.state_dir)
    yield from _labelled("Database", _database(settings))
    yield "Web", str(settings.web.public_url or settings.web.listen)
    yield from _labelled("Users", _users(settings))
    yield from _labelled("Sources", _sources(settings))
    yield from _labelled("Music folders", map(_folder, folders))
    yield from _labelled("Plugins", map(_plugin, registry.records))


def _labelled(label: str, texts: Iterator[str]) -> Iterator[tuple[str, str]]:
    yield label, next(texts, "none")
    yield from (("", text) for text in texts)


def _database(settings: Settings) -> Iterator[str]:
    database = settings.database
    from_file = ", password from its file" if database.password_file else ""
    yield f"{database.url}{from_file}"
    if database.analyzer_url:
        yield f"{database.analyzer_url} for the analyzer"
    if database.medialibrary_schema:
        yield f"schema {database.medialibrary_schema} for the media library"
    if database.listens_schema:
        yield f"schema {database.listens_schema} for the listening history"


def _users(settings: Settings) -> Iterator[str]:
    for user in settings.users:
        notes = ["the default"] if user is settings.default_user else []
        notes += [user.timezone] if user.timezone else []
        yield f"{user.name} ({', '.join(notes)})" if notes else user.name


def _sources(settings: Settings) -> Iterator[str]:
    for source in settings.sources:
        yield f"{source.type}:{source.name} for {source.user or settings.default_user.name}"


def _folder(folder: Folder) -> str:
    return f"{folder.path} cannot be read: {folder.problem}" if folder.problem else folder.path


def _plugin(record: PluginRecord) -> str:
    return record.reason or f"{record.source_type} ({record.distribution or record.target})"
