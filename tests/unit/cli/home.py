"""A person's files for commands: a configuration, music, a database; and a daemon that answers."""

import asyncio
import inspect
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from structlog.testing import capture_logs
from tests.unit.query.conftest import NOW

from scrobbled.cli.main import run
from scrobbled.domain.play import ClosedPlay
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database, Tables, open_database
from scrobbled.store.listens.write import record_play
from scrobbled.web.control import Command, Report, serve_control


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, for programs."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """What it printed, for people."""
        return self.out.splitlines()


class Home:
    """A household with a configuration of its own.

    Attributes:
        directory: holds everything.
        music: its only music folder.
        state_dir: the daemon's.
        file: the configuration.
    """

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self.music = directory / "music"
        self.state_dir = directory / "state"
        self.file = directory / "scrobbled.yaml"
        self._capsys = capsys
        self.music.mkdir()
        self.state_dir.mkdir()
        self.configure()

    def configure(self, **sections: Any) -> None:
        """Writes the configuration; `sections` replace those there are by default."""
        source = {"type": "mpd", "name": "den", "host": str(self.directory / "no-mpd")}
        content = {
            "state_dir": str(self.state_dir),
            "users": [{"name": "anna", "timezone": "Europe/Berlin"}],
            "sources": [source],
            "library": {"folders": [str(self.music)]},
            **sections,
        }
        self.file.write_text(yaml.safe_dump(content), encoding="utf-8")

    def run(self, *words: str) -> Answer:
        """Runs `scrobbled WORDS -c FILE` in this process."""
        self._capsys.readouterr()
        status = run([*words, "-c", str(self.file)])
        told = self._capsys.readouterr()
        return Answer(status, told.out, told.err)

    @contextmanager
    def database(self) -> Iterator[Database[Tables]]:
        """The main database, open as a daemon has it."""
        with open_database(f"sqlite:///{self.state_dir}/scrobbled.db") as opened:
            yield opened

    def record(self, *plays: ClosedPlay) -> None:
        """Puts plays into the database."""
        with self.database() as database:
            for play in plays:
                use_case = partial(record_play, play=play_row(play), now=NOW)
                database.write(use_case).result()

    @contextmanager
    def daemon(self, **answers: Any) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
        """A daemon that answers each command with what is given; yields what it was asked.

        An answer that is a function is called with where to report progress.
        """
        asked: list[tuple[str, Mapping[str, Any]]] = []
        ready, over = threading.Event(), threading.Event()

        def command(name: str, answer: Any) -> Command:
            name = name.replace("_", "-")

            async def do(arguments: Mapping[str, Any], report: Report) -> Any:
                asked.append((name, arguments))
                told = answer(report) if callable(answer) else answer
                return await told if inspect.isawaitable(told) else told

            return Command(do)

        named = {name.replace("_", "-"): answer for name, answer in answers.items()}
        table = {name: command(name, answer) for name, answer in named.items()}

        async def serve() -> None:
            async with serve_control(self.state_dir, table):
                ready.set()
                await asyncio.to_thread(over.wait)

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        try:
            assert ready.wait(10)
            with capture_logs():  # the daemon's log is not the command's
                yield asked
        finally:
            over.set()
            thread.join()


def status(**changes: Any) -> dict[str, Any]:
    """What a daemon on which all is well says of itself."""
    part = {"state": "ok", "detail": "MPD 0.23.5", "since": "", "counters": {}, "essential": False}
    return {
        "health": {"status": "ok", "components": {"mpd:den": part}},
        "capturing": True,
        "now_playing": [],
        "waiting": 0,
        "dead_letters": 0,
        **changes,
    }
