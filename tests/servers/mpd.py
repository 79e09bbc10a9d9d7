"""A private, real mpd for tests: started in a directory of its own, driven, hurt, restarted.

::

    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", length_s=6, tags={"artist": ["A", "B"], "title": "One"})
        await mpd.play("a.flac")
        await mpd.until(state="stop")

Songs, CUE sheets and outputs may be made before or after the start. Nothing here blocks the event
loop. Each command goes over a connection of its own by python-mpd2, a client that shares no code
with the plugin under test; so a restart of mpd needs no care.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import mpd as driver
import pytest
from tests.servers import mpd_config, sounds
from tests.servers.scaled_clock import ScaledClock
from tests.servers.waiting import eventually

START_WITHIN_S = 20.0
STOP_WITHIN_S = 10.0
_LAST_QUESTIONS_S = 0.05
"""Before a position is due, mpd is asked for so long whether it has come to it; real seconds."""


class Mpd:
    """One mpd process with its files.

    Attributes:
        directory: holds everything; the music is in `music`.
        speed: how many seconds of audio its outputs take in a real second.
        clock: a clock of the same speed, to be given to what watches this mpd.
        passwords: password to permissions (`"read"`, `"read,add,player,control,admin"`); empty:
            everyone may do everything. Read at each start.
        state_file: whether queue and position survive a restart; read at each start.
        settings: more lines for the configuration (name to value); read at each start.
        outputs: the names of its outputs.
        socket_path: its unix socket.
        port: its TCP port on 127.0.0.1, the same over all restarts.
    """

    def __init__(
        self,
        directory: Path,
        *,
        speed: float = 1.0,
        outputs: Sequence[str] = ("main",),
        passwords: Mapping[str, str] | None = None,
        state_file: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory / "mpd"
        self.speed = speed
        self.clock = ScaledClock(speed)
        self.outputs = tuple(outputs)
        self.passwords = dict(passwords or {})
        self.state_file = state_file
        self.settings = dict(settings or {})
        self.music = self.directory / "music"
        self.socket_path = self.directory / "socket"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._songs_made = 0

    async def __aenter__(self) -> Self:
        """Starts mpd; skips the test when there is none (fails it in CI)."""
        await asyncio.to_thread(require_mpd)
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends mpd, however it stands."""
        if self.running:
            await self.thaw()
            try:
                await self.terminate()
            except subprocess.TimeoutExpired:
                await self.kill()

    # The process

    @property
    def running(self) -> bool:
        """Whether the process has been started and not ended by this object."""
        return self._process is not None

    async def start(self) -> None:
        """Writes the configuration, starts mpd and waits until it answers and has its database."""
        await asyncio.to_thread(self._spawn)
        await asyncio.to_thread(self._wait_for_greeting)
        await self._updated()

    async def terminate(self) -> None:
        """Ends mpd with SIGTERM: it saves its state exactly."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Ends mpd with SIGKILL: the state file stays as it was last saved."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """SIGTERM and start, with the same state file."""
        await self.terminate()
        await self.start()

    async def freeze(self) -> None:
        """Stops the process with SIGSTOP: its sockets stay open and nobody answers."""
        self._running_process().send_signal(signal.SIGSTOP)

    async def thaw(self) -> None:
        """Lets it go on after `freeze`."""
        self._running_process().send_signal(signal.SIGCONT)

    async def stall_outputs(self) -> None:
        """Lets the outputs take no more audio, as a sound card that hangs; not at real time."""
        self._signal_outputs(signal.SIGSTOP)

    async def free_outputs(self) -> None:
        """Lets them go on after `stall_outputs`."""
        self._signal_outputs(signal.SIGCONT)

    def forget_state(self) -> None:
        """Removes the state file, so that the next start finds an empty queue."""
        (self.directory / "state").unlink(missing_ok=True)

    def log(self) -> str:
        """What mpd has logged."""
        log = self.directory / "log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    # Music

    async def add_song(
        self,
        name: str,
        length_s: float = 6.0,
        tags: sounds.Tags | None = None,
        *,
        seed: int | None = None,
    ) -> Path:
        """Makes a music file (`.flac`, `.wav`, `.mp3`), lets mpd see it, and returns its path.

        Its audio differs from that of every other file here unless `seed` says otherwise.
        """
        self._songs_made += 1
        chosen = self._songs_made if seed is None else seed
        path = await asyncio.to_thread(
            sounds.write_sound, self.music / name, length_s, tags, chosen
        )
        await self.update()
        return path

    async def retag(self, name: str, tags: sounds.Tags) -> None:
        """Replaces the tags of a file, and lets mpd see it."""
        await asyncio.to_thread(self._retag, self.music / name, tags)
        await self.update()

    async def add_cue(
        self, name: str, audio: str, tracks: Sequence[tuple[float, sounds.Tags]]
    ) -> None:
        """Makes a CUE sheet for `audio`, a name in the same directory; play it by `load`."""
        await asyncio.to_thread(sounds.write_cue, self.music / name, audio, tracks)
        await self.update()

    async def update(self) -> None:
        """Makes mpd look at its music directory, and waits until it has; nothing when it is off."""
        if self.running:
            await self.command("update")
            await self._updated()

    # Driving it

    async def command(self, name: str, *arguments: object, partition: str | None = None) -> Any:
        """Runs one command over a connection of its own; answers as python-mpd2 does.

        Args:
            name: as python-mpd2 names it: `play`, `seekcur`, `playlistinfo`.
            arguments: as python-mpd2 takes them.
            partition: the partition in which to run it, if not the default one.

        Raises:
            mpd.CommandError: mpd refused the command.
        """
        return (await self.commands((name, *arguments), partition=partition))[0]

    async def commands(
        self, *commands: tuple[object, ...], partition: str | None = None
    ) -> list[Any]:
        """Runs several commands, one after the other, over one connection."""
        return await asyncio.to_thread(self._run, commands, partition)

    async def play(self, *uris: str, partition: str | None = None) -> None:
        """Replaces the queue by `uris` and plays it from its start."""
        adding = [("add", uri) for uri in uris]
        await self.commands(("clear",), *adding, ("play", 0), partition=partition)
        await self.until(partition=partition, state="play")

    async def status(self, partition: str | None = None) -> dict[str, str]:
        """The reply to `status`."""
        status: dict[str, str] = await self.command("status", partition=partition)
        return status

    async def until(
        self,
        *,
        elapsed_s: float | None = None,
        partition: str | None = None,
        within_s: float = 30.0,
        **wanted: str | None,
    ) -> dict[str, str]:
        """Waits until the status is as wanted, and returns it.

        Args:
            elapsed_s: the position to be reached, seconds of audio.
            partition: whose status.
            within_s: real seconds to wait at most.
            wanted: fields of `status` and their values, such as `state="stop"`, `song="1"`; None
                for a field that must be absent.
        """

        async def asked() -> dict[str, str] | None:
            status = await self.status(partition)
            late_enough = elapsed_s is None or float(status.get("elapsed", -1)) >= elapsed_s
            as_wanted = all(status.get(name) == value for name, value in wanted.items())
            return status if late_enough and as_wanted else None

        what = f"status {wanted} with elapsed >= {elapsed_s}"
        if elapsed_s is not None:
            await self._nearly(elapsed_s, partition)
        return await eventually(asked, within_s=within_s, what=what)

    async def add_partition(self, name: str, *outputs: str) -> None:
        """Creates a partition and moves outputs to it. It does not survive a restart of mpd.

        Move outputs only while they are silent (stopped or paused): mpd 0.23.12 now and then hangs
        for ever, its player waiting for an output that is gone, when one is moved that sounds.
        """
        moves = [("moveoutput", output) for output in outputs]
        await self.command("newpartition", name)
        if moves:
            await self.commands(*moves, partition=name)

    # Behind it

    async def _nearly(self, elapsed_s: float, partition: str | None) -> None:
        """Spares mpd the questions of the time in which it cannot have come to `elapsed_s`."""
        status = await self.status(partition)
        left_s = elapsed_s - float(status.get("elapsed", elapsed_s))
        if status["state"] == "play":
            await asyncio.sleep(max(0.0, left_s / self.speed - _LAST_QUESTIONS_S))

    def _spawn(self) -> None:
        for needed in (self.music, self.directory / "playlists"):
            needed.mkdir(parents=True, exist_ok=True)
        self.socket_path.unlink(missing_ok=True)
        configuration = self.directory / "mpd.conf"
        configuration.write_text(
            mpd_config.text(
                directory=self.directory,
                port=self.port,
                speed=self.speed,
                outputs=self.outputs,
                passwords=self.passwords,
                state_file=self.state_file,
                settings=self.settings,
            ),
            encoding="utf-8",
        )
        with (self.directory / "stderr").open("ab") as errors:
            self._process = subprocess.Popen(
                ["mpd", "--no-daemon", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )

    def _retag(self, path: Path, tags: sounds.Tags) -> None:
        changed_s = path.stat().st_mtime
        sounds.write_tags(path, tags)
        # mpd looks at whole seconds only, and the file may be younger than that.
        os.utime(path, (changed_s + 2, changed_s + 2))

    def _running_process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "mpd is not running"
        return self._process

    def _signal_outputs(self, how: signal.Signals) -> None:
        threads = Path(f"/proc/{self._running_process().pid}/task").iterdir()
        children = [pid for thread in threads for pid in (thread / "children").read_text().split()]
        assert children, "no output is open behind a pipe"
        for pid in children:
            os.kill(int(pid), how)

    async def _end(self, how: signal.Signals) -> None:
        process = self._running_process()
        process.send_signal(how)
        await asyncio.to_thread(process.wait, STOP_WITHIN_S)
        self._process = None

    def _wait_for_greeting(self) -> None:
        process = self._running_process()
        deadline = time.monotonic() + START_WITHIN_S
        while not self._greets():
            status = process.poll()
            if status is not None or time.monotonic() > deadline:
                trouble = (self.directory / "stderr").read_text(errors="replace") + self.log()
                raise AssertionError(f"mpd does not answer (exit status {status}):\n{trouble}")
            time.sleep(0.01)

    def _greets(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(START_WITHIN_S)
            try:
                probe.connect(str(self.socket_path))
                return probe.recv(6) == b"OK MPD"
            except OSError:
                return False

    async def _updated(self) -> None:
        await self.until(updating_db=None)

    def _run(self, commands: Sequence[tuple[object, ...]], partition: str | None) -> list[Any]:
        client = driver.MPDClient()
        client.timeout = 10
        client.connect(str(self.socket_path))
        try:
            if self.passwords:
                client.password(mpd_config.DRIVER_PASSWORD)
            if partition is not None:
                client.partition(partition)
            return [getattr(client, str(name))(*rest) for name, *rest in commands]
        finally:
            client.disconnect()


def require_mpd() -> None:
    """Skips the running test where mpd is not installed; in CI fails it."""
    if shutil.which("mpd") is not None:
        return
    reason = "mpd is not installed, so this test of a real one was left out: apt install mpd"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
