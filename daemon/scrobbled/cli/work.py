"""Long work: by the daemon if one runs, else here; with its progress."""

import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from scrobbled.config.model import Settings
from scrobbled.log import configure_logging
from scrobbled.web.control_client import NoDaemon, ask_daemon

LINE_EVERY = 5_000
"""Files between two lines where there is no terminal."""

Tell = Callable[[Mapping[str, Any]], None]
"""Is told of progress: `seen`, `read` and `failed` files."""


class ProgressDisplay:
    """A progress bar on a terminal, plain lines elsewhere, nothing when `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._told = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        """Starts the bar if there is a terminal for it."""
        if not self._quiet and sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[figures]}"),
                TimeElapsedColumn(),
                transient=True,
            )
            self._task = self._bar.add_task("Scanning", total=None, figures="")
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Shows how far it is."""
        figures = f"{progress['seen']} seen, {progress['read']} read, {progress['failed']} failed"
        if self._bar is not None:
            self._bar.update(
                self._task,
                figures=figures,
                total=progress.get("to_read"),
                completed=progress["read"],
            )
        elif not self._quiet and progress["seen"] - self._told >= LINE_EVERY:
            self._told = progress["seen"]
            click.echo(figures, err=True)


def by_daemon_or_here(
    settings: Settings,
    command: str,
    arguments: Mapping[str, Any],
    here: Callable[[], Any],
    tell: Tell = lambda _progress: None,
) -> Any:
    """Has the running daemon do `command`; without one calls `here`, which does the same.

    What a daemon would log is not shown: the command itself says what it did.
    """
    try:
        return ask_daemon(settings.state_dir, command, arguments, tell)
    except NoDaemon:
        configure_logging("error", settings.log.format)
        return here()
