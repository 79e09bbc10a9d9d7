"""The daemon as a process of its own, with its files: started, asked, stopped, killed.

::

    async with Mpd(tmp_path, speed=10) as mpd, Daemon(tmp_path, mpd) as daemon:
        await mpd.play("a.flac")
        ...
        listens = await daemon.history(1)
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from tests.project.tree import ROOT
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.errors import ScrobbledError
from scrobbled.web.control_client import ask_daemon

READY_WITHIN_S = 30.0
STOP_WITHIN_S = 30.0
SOURCE = "mpd:test"


class Daemon:
    """One daemon, its configuration and its state.

    Attributes:
        directory: holds everything.
        configuration: what is written into the YAML file at each start.
        program: how `scrobbled` is called.
        prefix: words before it, such as those that take privileges away.
        environ: variables of the process, besides PATH; read at each start.
        speed: how fast its time passes.

    Args:
        directory: where its own directory is made.
        mpd: what it watches as the source `mpd:test`; its time passes as mpd's does.
        program: see above.
        prefix: see above.
        configuration: sections that replace those it has by default.
        installed: whether `program` has an environment of its own, and wants none of this one's.
    """

    def __init__(
        self,
        directory: Path,
        mpd: Mpd | None = None,
        *,
        program: Sequence[str | Path] = (sys.executable, "-m", "scrobbled"),
        prefix: Sequence[str] = (),
        configuration: Mapping[str, Any] | None = None,
        installed: bool = False,
    ) -> None:
        self.directory = directory / "daemon"
        self.program = [str(word) for word in program]
        self.prefix = list(prefix)
        self.environ: dict[str, str] = {}
        self.speed = 1.0 if mpd is None else mpd.speed
        host = str(self.directory / "no-mpd" if mpd is None else mpd.socket_path)
        self.configuration: dict[str, Any] = {
            "state_dir": str(self.directory / "state"),
            "web": {"listen": str(self.web_socket)},
            "users": [{"name": "anna"}],
            "sources": [{"type": "mpd", "name": "test", "host": host}],
            "log": {"format": "json"},
            **(configuration or {}),
        }
        self._installed = installed
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def state_dir(self) -> Path:
        """Where it keeps its state, as its configuration says."""
        return Path(self.configuration["state_dir"])

    @property
    def web_socket(self) -> Path:
        """Where its web server listens."""
        return self.directory / "web.sock"

    @property
    def file(self) -> Path:
        """Its configuration file."""
        return self.directory / "scrobbled.yaml"

    @property
    def pid(self) -> int:
        """The running process."""
        return self._running().pid

    async def __aenter__(self) -> Self:
        """Starts it, and waits until it watches its source."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends it, however it stands; tells its log when the test failed."""
        if self._process is not None:
            await self.kill()
        if error is not None:
            sys.stderr.write(self.stderr())

    # The process

    async def start(self, *parts: str) -> None:
        """Starts it and waits until `parts` work: by default its database and its source."""
        await self.launch()
        try:
            await self.working(*(parts or ("database", SOURCE)))
        except BaseException:
            await self.kill()
            raise

    async def launch(self) -> None:
        """Writes the configuration and starts the process; waits for nothing."""
        self.write_configuration()
        await asyncio.to_thread(self._spawn)

    async def working(self, *parts: str, within_s: float = READY_WITHIN_S) -> None:
        """Waits until these parts say that they are ok."""

        async def all_work() -> bool:
            self._check_alive()
            status = await self.status()
            found = {} if status is None else status["health"]["components"]
            return all(found.get(part, {}).get("state") == "ok" for part in parts)

        await eventually(all_work, within_s=within_s, every_s=0.02, what=f"{parts} at work")

    async def stop(self) -> int:
        """Stops it in order (SIGTERM); returns the exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        """Kills it (SIGKILL); returns the exit status."""
        return await self._end(signal.SIGKILL)

    async def ended(self, within_s: float = STOP_WITHIN_S) -> int:
        """Waits until it ends by itself; returns the exit status."""
        try:
            status = await asyncio.to_thread(self._running().wait, within_s)
        except subprocess.TimeoutExpired as error:
            await self.kill()
            raise AssertionError(f"it runs on:\n{self.stderr()}") from error
        self._process = None
        return status

    def write_configuration(self) -> None:
        """Writes the YAML file."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.file.write_text(yaml.safe_dump(self.configuration, sort_keys=False), encoding="utf-8")

    # What it says

    def stderr(self) -> str:
        """All that it has ever written, over all starts."""
        path = self.directory / "stderr"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log(self, event: str | None = None) -> list[dict[str, Any]]:
        """The entries of its log, over all starts; only those of `event` if one is named.

        Raises:
            AssertionError: it wrote something that is no entry.
        """
        entries: list[dict[str, Any]] = []
        for line in self.stderr().splitlines():
            if line.startswith("scrobbled: "):
                continue
            try:
                entries.append(json.loads(line))
            except ValueError as error:
                raise AssertionError(f"not an entry of the log: {line!r}") from error
        return [entry for entry in entries if event is None or entry["event"] == event]

    def sentences(self) -> list[str]:
        """What it has told the terminal besides its log, line by line."""
        return [line for line in self.stderr().splitlines() if not line.startswith("{")]

    def trouble(self) -> list[dict[str, Any]]:
        """The entries of its log from warnings on."""
        return [entry for entry in self.log() if entry["level"] not in {"debug", "info"}]

    async def status(self) -> dict[str, Any] | None:
        """What it answers on its control socket; None while it does not."""
        try:
            answer: dict[str, Any] = await asyncio.to_thread(
                ask_daemon, self.state_dir, "status", {}
            )
        except ScrobbledError:
            return None
        return answer

    async def component(self, name: str) -> dict[str, Any]:
        """How one part is doing; empty while nothing is known."""
        status = await self.status()
        found: dict[str, Any] = {} if status is None else status["health"]["components"]
        part: dict[str, Any] = found.get(name, {})
        return part

    # Commands beside it

    async def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `scrobbled WORDS -c FILE`; unless told otherwise it must succeed."""
        done = await asyncio.to_thread(
            subprocess.run,
            [*self.prefix, *self.program, *words, "-c", str(self.file)],
            env=self._environ(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done

    async def json(self, *words: str) -> Any:
        """What `scrobbled WORDS --json` prints."""
        done = await self.command(*words, "--json")
        return json.loads(done.stdout)

    async def history(
        self, count: int = 0, *options: str, linked: bool = False, within_s: float = 30.0
    ) -> list[dict[str, Any]]:
        """What `scrobbled history --json` prints, oldest first, once it has `count` entries.

        Args:
            count: how many to wait for; 0 to take what there is.
            options: more of the command's.
            linked: whether each of them must be linked, too.
            within_s: real seconds to wait at most.
        """

        async def enough() -> list[dict[str, Any]] | None:
            entries: list[dict[str, Any]] = await self.json("history", "--oldest-first", *options)
            done = all(entry["link"] for entry in entries) if linked else True
            return entries if len(entries) >= count and done else None

        if count == 0:
            return await enough() or []
        return await eventually(enough, within_s=within_s, every_s=0.1, what=f"{count} plays")

    # Behind it

    def _spawn(self) -> None:
        words = [*self.program, "run", "-c", str(self.file)]
        if self.speed != 1:
            words = [
                *(sys.executable, "-m", "tests.servers.accelerated"),
                *(f"{self.speed:g}", str(self.file)),
            ]
        with (self.directory / "stderr").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.prefix, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._environ(),
            )

    def _environ(self) -> dict[str, str]:
        alone = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LOGNAME": "anna"}
        if self._installed:
            return alone | self.environ
        ours = ("COV", "PYTHONPATH")
        inherited = {name: value for name, value in os.environ.items() if name.startswith(ours)}
        return inherited | alone | self.environ

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the daemon is not running"
        return self._process

    def _check_alive(self) -> None:
        status = self._running().poll()
        assert status is None, f"the daemon has ended with {status}:\n{self.stderr()}"

    async def _end(self, how: signal.Signals) -> int:
        process = self._running()
        process.send_signal(how)
        status = await asyncio.to_thread(process.wait, STOP_WITHIN_S)
        self._process = None
        return status
