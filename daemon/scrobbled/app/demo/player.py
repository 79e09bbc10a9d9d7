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


@contextmanager
def impatient_listener(mpd: DemoMpd, *, place: int, after_s: float) -> Iterator[None]:
    """Somebody who skips one song after some seconds, on a thread of their own.

    Whatever else is slow on this machine, the skip comes in time.

    Args:
        mpd: what they listen to.
        place: the song's place in the queue, from 0.
        after_s: how long they listen to it.
    """
    leaving = threading.Event()

    def listen() -> None:
        while not leaving.wait(LISTEN_EVERY_S):
            status = mpd.command("status")
            if status.get("song") == str(place) and float(status.get("elapsed", 0)) >= after_s:
                mpd.command("next")
                return

    listener = threading.Thread(target=listen, name="listener", daemon=True)
    listener.start()
    try:
        yield
    finally:
        leaving.set()
        listener.join()


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
