"""How commands print data: JSON for programs, tables and sentences for people."""

import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scrobbled.domain.text import brief

_BEYOND_ALL_TERMINALS = 10_000
_LONGEST_CELL = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""What moves the cursor, speaks to the terminal, ends lines, or turns the direction of writing:
titles come from strangers, as those of radio stations do."""


def print_json(data: Any) -> None:
    """Prints dataclasses as indented JSON, a list of them one a line; times are ISO 8601, UTC."""
    if not isinstance(data, list):
        click.echo(json.dumps(_plain(data), indent=2, ensure_ascii=False))
        return
    lines = ",\n".join(json.dumps(_plain(each), ensure_ascii=False) for each in data)
    click.echo(f"[\n{lines}\n]" if lines else "[]")


def print_text(text: str, *, err: bool = False) -> None:
    """Prints a line for people, whatever signs the names in it hold; `err`: to standard error."""
    click.echo(printable(text), err=err)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints a table; on no terminal it is as wide as it needs to be."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=not console.is_terminal)
    for row in rows:
        table.add_row(*(Text(printable(brief(cell, _LONGEST_CELL))) for cell in row))
    if console.is_terminal:
        console.print(table)
        return
    plain = Console(file=io.StringIO(), highlight=False, width=_BEYOND_ALL_TERMINALS)
    with plain.capture() as captured:
        plain.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def printable(text: str) -> str:
    """`text` on one line, without what a terminal would obey."""
    return _CONTROL.sub(" ", text)


def shown_track(title: str, artists: Sequence[str]) -> str:
    """A track as people name it."""
    return f"{brief(title)} by {brief(', '.join(artists))}" if artists else brief(title)


def shown_count(count: int, noun: str) -> str:
    """How many there are of something: 1 play, 2 plays."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shown_time(moment: datetime) -> str:
    """A time as people of this machine write it: local, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def shown_length(seconds: float | None) -> str:
    """A length of time as minutes and seconds, with hours if there are any; "?" when unknown."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _plain(data: Any) -> Any:
    if is_dataclass(data) and not isinstance(data, type):
        return {field.name: _plain(getattr(data, field.name)) for field in fields(data)}
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, datetime):
        return data.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return data
