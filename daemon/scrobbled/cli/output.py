"""How commands print data: JSON for programs, tables for people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_json(data: Any) -> None:
    """Prints dataclasses, and lists of them, as indented JSON; times are ISO 8601, UTC."""
    click.echo(json.dumps(_plain(data), indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints a table; on no terminal it is as wide as it needs to be."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=not console.is_terminal)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if not console.is_terminal:
        console = Console(highlight=False, width=10_000)
    console.print(table)


def shown_time(moment: datetime) -> str:
    """A time as people of this machine write it: local, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def shown_length(seconds: float | None) -> str:
    """A length of time as minutes and seconds; "?" when unknown."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _plain(data: Any) -> Any:
    if is_dataclass(data) and not isinstance(data, type):
        return _plain(asdict(data))
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, datetime):
        return data.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return data
