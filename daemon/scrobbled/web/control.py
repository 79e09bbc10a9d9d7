"""The control socket: how a command asks the running daemon to do what only one process may.

`POST /commands/NAME` with the arguments as a JSON object. The answer is a stream of JSON
objects, one a line: any number of `{"progress": {...}}`, then one `{"result": ...}` or
`{"error": "sentence"}`. An empty line says that the daemon is still at it. Who may open the
socket (its owner, and root) may give commands.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web

from scrobbled.config.addresses import ListenAddress
from scrobbled.errors import ScrobbledError
from scrobbled.log import get_logger
from scrobbled.web.control_client import CONTROL_SOCKET
from scrobbled.web.middlewares import errors_as_json
from scrobbled.web.server import serve

log = get_logger(__name__)

SIGN_OF_LIFE_S = 10.0
"""An empty line is sent when there was nothing to say for this long; real seconds."""

_MOST_PROGRESS = 100
_A_BUG = "The command failed by an error in scrobbled itself; the daemon's log says more."
_STOPPED = "The daemon was stopped before the command was done. Start it, and try again."

Report: TypeAlias = Callable[[dict[str, Any]], None]
Run: TypeAlias = Callable[[Mapping[str, Any], Report], Awaitable[Any]]
"""Does a command: takes its arguments and where to report progress (from the loop or from any
thread), gives a result that JSON can hold (dataclasses are turned into objects)."""


class OnDisconnect(StrEnum):
    """What happens to a command whose client goes away."""

    CANCEL = "cancel"
    DETACH = "detach"
    """It goes on, and its outcome is only logged."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command that the daemon does for others.

    Attributes:
        run: does it.
        on_disconnect: what becomes of it when its client goes away.
        only_asks: whether it changes nothing, so that it is only logged at `debug`: programs
            ask often.
    """

    run: Run
    on_disconnect: OnDisconnect = OnDisconnect.CANCEL
    only_asks: bool = False


class _Progress:
    """Reports that wait to be sent; when the client is slow the oldest are left out."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_MOST_PROGRESS)
        self.some = asyncio.Event()

    def report(self, progress: dict[str, Any]) -> None:
        self._waiting.append(progress)
        # A thread may still report when the loop has closed: nobody listens any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.some.set)

    def take(self) -> list[dict[str, Any]]:
        self.some.clear()
        return [self._waiting.popleft() for _ in range(len(self._waiting))]


class _Control:
    """The commands, and those of them that run."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._commands = commands
        self._running: set[asyncio.Task[Any]] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if (command := self._commands.get(name)) is None:
            sentence = (
                f"The running daemon does not know the command {name!r}. "
                "Restart it, if scrobbled was upgraded since it started."
            )
            return web.json_response({"error": sentence}, status=404)
        try:
            arguments = await request.json()
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            sentence = "The arguments of a command must be a JSON object."
            return web.json_response({"error": sentence}, status=400)
        return await self._answer(request, name, command, arguments)

    async def _answer(
        self, request: web.Request, name: str, command: Command, arguments: Mapping[str, Any]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        progress = _Progress()
        task = asyncio.create_task(
            self._run(name, command, arguments, progress.report), name=f"command {name}"
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            while not task.done():
                await _something_new(task, progress)
                said = [_line({"progress": each}) for each in progress.take()]
                await response.write(b"".join(said) or b"\n")
            await response.write(_line({"error": _STOPPED} if task.cancelled() else task.result()))
        finally:
            # Left behind: the client went away, or the daemon stops.
            if not task.done() and command.on_disconnect is OnDisconnect.CANCEL:
                task.cancel()
                tell = log.debug if command.only_asks else log.info
                tell("command.cancelled", command=name)
        await response.write_eof()
        return response

    async def _run(
        self, name: str, command: Command, arguments: Mapping[str, Any], report: Report
    ) -> dict[str, Any]:
        tell = log.debug if command.only_asks else log.info
        tell("command.started", command=name)
        try:
            result = {"result": await command.run(arguments, report)}
            _line(result)
        except ScrobbledError as error:
            log.info("command.refused", command=name, reason=str(error))
            return {"error": str(error)}
        except Exception:  # the daemon goes on whatever a command does
            log.exception("command.failed", command=name)
            return {"error": _A_BUG}
        tell("command.finished", command=name)
        return result

    async def end(self) -> None:
        """Cancels what still runs, and waits for it."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _something_new(task: asyncio.Task[Any], progress: _Progress) -> None:
    """Waits until the task ends, reports, or was silent for long (an empty report)."""
    news = asyncio.create_task(progress.some.wait(), name="wait for progress")
    try:
        await asyncio.wait(
            {task, news}, timeout=SIGN_OF_LIFE_S, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        news.cancel()


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


@asynccontextmanager
async def serve_control(state_dir: Path, commands: Mapping[str, Command]) -> AsyncIterator[None]:
    """Listens for commands on `state_dir/control.sock` (mode 0600) while the block runs.

    Raises:
        OperatorError: it cannot listen there.
    """
    control = _Control(commands)
    application = web.Application(middlewares=[errors_as_json])
    application.router.add_post("/commands/{name}", control.handle)
    address = ListenAddress(path=str(state_dir / CONTROL_SOCKET))
    async with serve(
        application, address, mode=0o600, drain_s=1.0, cancel_on_disconnect=True, announce=False
    ):
        try:
            yield
        finally:
            await control.end()
