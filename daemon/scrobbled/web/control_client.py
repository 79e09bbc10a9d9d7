"""Asking the running daemon to do something; the other end of `control`."""

import http.client
import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scrobbled.errors import OperatorError, ScrobbledError
from scrobbled.web.listening import short_name

CONTROL_SOCKET = "control.sock"
CONNECT_TIMEOUT_S = 5.0
SILENCE_S = 60.0
"""A daemon that says nothing for so long hangs: it gives a sign of life every few seconds."""


class NoDaemon(ScrobbledError):
    """No daemon runs on this state directory."""


class CommandFailed(OperatorError):
    """The daemon refused the command or failed of it; the text is its sentence."""


def ask_daemon(
    state_dir: Path,
    name: str,
    arguments: Mapping[str, Any],
    on_progress: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Any:
    """Has the daemon do a command, and waits for its end.

    Args:
        state_dir: the daemon's.
        name: the command's.
        arguments: what JSON can hold.
        on_progress: is called with each report of the daemon.

    Returns:
        The result, as JSON holds it.

    Raises:
        NoDaemon: none runs.
        CommandFailed: the daemon refused, or failed, or ended before it was done.
        OperatorError: it may not be asked, or does not answer.
    """
    connection = _Connection(state_dir / CONTROL_SOCKET)
    try:
        connection.request(
            "POST", f"/commands/{name}", json.dumps(arguments), {"Content-Type": "application/json"}
        )
        return _read(connection.getresponse(), on_progress)
    except TimeoutError as error:
        raise OperatorError(
            f"The daemon on {state_dir} does not answer. See its log, and restart it."
        ) from error
    except (http.client.HTTPException, OSError) as error:
        raise CommandFailed(_ENDED) from error
    finally:
        connection.close()


_ENDED = "The daemon ended before the command was done. See its log, and try again."


def _read(answer: http.client.HTTPResponse, on_progress: Callable[[dict[str, Any]], None]) -> Any:
    while line := answer.readline():
        if not line.strip():
            continue
        said = json.loads(line)
        if "error" in said:
            raise CommandFailed(said["error"])
        if "result" in said:
            return said["result"]
        on_progress(said["progress"])
    raise CommandFailed(_ENDED)


class _Connection(http.client.HTTPConnection):
    """HTTP over the unix socket `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SILENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT_TIMEOUT_S)
        try:
            with short_name(self._path) as name:
                self.sock.connect(name)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
            raise NoDaemon(f"No daemon runs on {self._path.parent}.") from error
        except PermissionError as error:
            raise OperatorError(
                f"You may not give commands to the daemon on {self._path.parent}. "
                "Run the command as the daemon's user (sudo -u scrobbled ...) or as root."
            ) from error
        self.sock.settimeout(SILENCE_S)
