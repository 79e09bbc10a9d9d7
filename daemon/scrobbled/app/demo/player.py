"""A private mpd that plays to nowhere."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from scrobbled.errors import OperatorError

START_WITHIN_S = 15.0
ANSWER_WITHIN_S = 5.0
STOP_WITHIN_S = 5.0
LISTEN_EVERY_S = 0.05


class DemoMpd:
    """Commands to a private mpd; each over a connection of its own.

    Protocol: https://mpd.readthedocs.io/en/stable/protocol.html.
    """

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path

    def command(self, *commands: str) -> dict[str, str]:
        """Sends commands as one list; the last value of each key of the answer.

        Raises:
            OperatorError: mpd refuses, or does not answer.
        """
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN_S)
            try:
                connection.connect(str(self._socket_path))
                with connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
                    lines.readline()
                    lines.write("\n".join(("command_list_begin", *commands, "command_list_end\n")))
                    lines.flush()
                    return _read(lines)
            except OSError as error:
                raise OperatorError(f"The demonstration's mpd does not answer: {error}.") from error


def _read(lines: Iterator[str]) -> dict[str, str]:
    answer: dict[str, str] = {}
    for line in lines:
        if line.startswith("OK"):
            return answer
        if line.startswith("ACK"):
            raise OperatorError(f"The demonstration's mpd refuses: {line.strip()}.")
        key, _, value = line.rstrip("\n").partition(": ")
        answer[key] = value
    raise OperatorError("The demonstration's mpd ended.")


@contextmanager
def private_mpd(directory: Path, music: Path) -> Iterator[DemoMpd]:
    """Runs an mpd with its files in `directory`, playing `music` to a null output.

    Raises:
        OperatorError: there is no mpd, or it does not start.
    """
    program = shutil.which("mpd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if program is None:
        raise OperatorError(
            "The demonstration needs mpd, which is not installed: `sudo apt install mpd`."
        )
    socket_path = directory / "mpd.socket"
    configuration = directory / "mpd.conf"
    configuration.write_text(
        f'music_directory "{music}"\n'
        f'bind_to_address "{socket_path}"\n'
        f'db_file "{directory / "mpd.database"}"\n'
        f'log_file "{directory / "mpd.log"}"\n'
        'auto_update "no"\nzeroconf_enabled "no"\n'
        # mpd 0.23 can take a skip only when its buffer has sounded: a small one.
        'audio_buffer_size "192"\n'
        'audio_output {\n  type "null"\n  name "nowhere"\n}\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(  # noqa: S603 - fixed words, and files of our own
        [program, "--no-daemon", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        mpd = DemoMpd(socket_path)
        _wait_until_ready(mpd, process, directory / "mpd.log")
        yield mpd
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class ImpatientListener(threading.Thread):
    """Somebody who skips one song after some seconds, however slow the rest of the machine is.

    Attributes:
        heard_s: for how long the song was on when the skip had taken effect; 0 before.
    """

    def __init__(self, mpd: DemoMpd, *, place: int, after_s: float) -> None:
        """Takes the song's place in the queue, from 0, and for how long they listen to it."""
        super().__init__(name="listener", daemon=True)
        self.heard_s = 0.0
        self._mpd = mpd
        self._place = str(place)
        self._after_s = after_s
        self._leaving = threading.Event()

    def run(self) -> None:
        """Listens, and skips once."""
        while not self._leaving.wait(LISTEN_EVERY_S):
            status = self._mpd.command("status")
            elapsed_s = float(status.get("elapsed", 0.0))
            if status.get("song") == self._place and elapsed_s >= self._after_s:
                began = time.monotonic()
                self._mpd.command("next")  # returns when it has taken effect
                self.heard_s = elapsed_s + time.monotonic() - began
                return

    def __enter__(self) -> Self:
        """Begins to listen."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leaves."""
        self._leaving.set()
        self.join()


def _wait_until_ready(mpd: DemoMpd, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    asked = False
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if not asked:
                mpd.command("update")
                asked = True
            if "updating_db" not in mpd.command("status"):
                return
        except OperatorError:
            pass  # not listening yet: asked again until the deadline
        time.sleep(0.05)
    raise OperatorError(f"The demonstration's mpd does not start; {log} may say why.")
