"""Commands to a running daemon, from the client's function to the daemon's and back."""

import asyncio
import os
import socket
import stat
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.unit.runtime.manual_clock import until

from scrobbled.errors import OperatorError, RetryLater
from scrobbled.web import control, control_client
from scrobbled.web.control import Command, OnDisconnect, Report, serve_control
from scrobbled.web.control_client import (
    CONTROL_SOCKET,
    CommandFailed,
    NoDaemon,
    ask_daemon,
)


@dataclass(frozen=True)
class Found:
    """A result as use cases give them."""

    files: int
    folder: Path


async def scan(arguments: Mapping[str, Any], report: Report) -> Found:
    """Reports as often as it is told to."""
    for done in range(arguments["files"]):
        report({"done": done})
    return Found(arguments["files"], Path("/srv"))


async def ask(state_dir: Path, name: str, **arguments: Any) -> tuple[Any, list[dict[str, Any]]]:
    """What the client gets: the result and the reports."""
    told: list[dict[str, Any]] = []
    result = await asyncio.to_thread(ask_daemon, state_dir, name, arguments, told.append)
    return result, told


async def test_a_command_reports_and_gives_its_result(tmp_path: Path) -> None:
    """Arguments go there, progress and the result come back as JSON."""
    async with serve_control(tmp_path, {"scan": Command(scan)}):
        result, told = await ask(tmp_path, "scan", files=3)

    assert result == {"files": 3, "folder": "/srv"}
    assert told == [{"done": 0}, {"done": 1}, {"done": 2}]


async def test_progress_comes_while_the_command_runs(tmp_path: Path) -> None:
    """A progress bar moves before the end."""
    seen = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def wait_until_seen(_arguments: Mapping[str, Any], report: Report) -> bool:
        report({"half": True})
        await seen.wait()
        return True

    def see(_progress: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(seen.set)

    async with serve_control(tmp_path, {"scan": Command(wait_until_seen)}):
        result = await asyncio.to_thread(ask_daemon, tmp_path, "scan", {}, see)

    assert result is True


async def test_threads_may_report(tmp_path: Path) -> None:
    """The store's threads report straight from where they work."""

    async def work(_arguments: Mapping[str, Any], report: Report) -> None:
        await asyncio.to_thread(report, {"from": "thread"})

    async with serve_control(tmp_path, {"scan": Command(work)}):
        assert await ask(tmp_path, "scan") == (None, [{"from": "thread"}])


async def test_a_slow_client_does_not_pile_up_reports(tmp_path: Path) -> None:
    """Of very many reports only the newest wait to be sent; the result comes whole."""
    async with serve_control(tmp_path, {"scan": Command(scan)}):
        result, told = await ask(tmp_path, "scan", files=5000)

    assert result["files"] == 5000
    assert len(told) <= 101
    assert told[-1] == {"done": 4999}


@pytest.mark.parametrize(
    "error", [OperatorError("The folder is gone. Mount it."), RetryLater("The database is away.")]
)
async def test_a_refusal_reaches_the_person(tmp_path: Path, error: Exception) -> None:
    """The daemon's sentence is the error of the command."""

    async def refuse(_arguments: Mapping[str, Any], _report: Report) -> None:
        raise error

    async with serve_control(tmp_path, {"scan": Command(refuse)}):
        with pytest.raises(CommandFailed, match=str(error)):
            await ask(tmp_path, "scan")


async def unserialisable(_arguments: Mapping[str, Any], _report: Report) -> object:
    """Gives what JSON cannot hold."""
    return {(1, 2): "a tuple is no key"}


async def buggy(_arguments: Mapping[str, Any], _report: Report) -> object:
    """Has a bug."""
    raise KeyError("inner matters")


@pytest.mark.parametrize("run", [buggy, unserialisable])
async def test_a_bug_stays_in_the_daemons_log(tmp_path: Path, run: control.Run) -> None:
    """The person is pointed to the log, which has the traceback; the daemon goes on."""
    commands = {"scan": Command(scan), "broken": Command(run)}
    with capture_logs() as logged:
        async with serve_control(tmp_path, commands):
            with pytest.raises(CommandFailed, match="the daemon's log says more"):
                await ask(tmp_path, "broken")
            assert (await ask(tmp_path, "scan", files=0))[1] == []

    assert [e["command"] for e in logged if e["event"] == "command.failed"] == ["broken"]


async def test_an_unknown_command_says_so(tmp_path: Path) -> None:
    """A newer command line tells that the daemon is older."""
    async with serve_control(tmp_path, {}):
        with pytest.raises(CommandFailed, match=r"does not know the command 'scan'.*Restart"):
            await ask(tmp_path, "scan")


async def test_arguments_must_be_an_object(tmp_path: Path) -> None:
    """Anything else is refused before the command sees it."""
    async with serve_control(tmp_path, {"scan": Command(scan)}):
        with pytest.raises(CommandFailed, match="must be a JSON object"):
            await asyncio.to_thread(ask_daemon, tmp_path, "scan", ["list"])  # type: ignore[arg-type]  # the mistake under test


def test_without_a_daemon_there_is_a_typed_error(tmp_path: Path) -> None:
    """The command line can tell that it must take the lock itself, also after a crash."""
    with pytest.raises(NoDaemon):
        ask_daemon(tmp_path, "scan", {})
    with pytest.raises(NoDaemon):
        ask_daemon(tmp_path / "missing", "scan", {})
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(tmp_path / CONTROL_SOCKET))
    with pytest.raises(NoDaemon):
        ask_daemon(tmp_path, "scan", {})


async def test_only_the_owner_may_command(tmp_path: Path) -> None:
    """The socket is its owner's alone, and gone after the stop."""
    async with serve_control(tmp_path, {}):
        mode = await asyncio.to_thread(lambda: (tmp_path / CONTROL_SOCKET).stat().st_mode)
    assert stat.S_IMODE(mode) == 0o600
    assert not await asyncio.to_thread((tmp_path / CONTROL_SOCKET).exists)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_others_are_told_what_to_do(tmp_path: Path) -> None:
    """A person without the right gets a sentence and not a traceback."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    answers: list[str] = []

    def ask_as_nobody() -> None:
        os.seteuid(65534)
        try:
            ask_daemon(tmp_path, "scan", {})
        except OperatorError as error:
            answers.append(str(error))
        finally:
            os.seteuid(0)

    async with serve_control(tmp_path, {}):
        await asyncio.to_thread(ask_as_nobody)

    assert "sudo -u scrobbled" in answers[0]


class Endless:
    """A command that only ends when it is cancelled or let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()
        self.outcome = ""

    async def run(self, _arguments: Mapping[str, Any], _report: Report) -> None:
        """Waits."""
        self.begun.set()
        try:
            await self.let_go.wait()
            self.outcome = "finished"
        except asyncio.CancelledError:
            self.outcome = "cancelled"
            raise


def hang_up_on(state_dir: Path, begun: threading.Event) -> None:
    """A client that goes away once the command has begun."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(state_dir / CONTROL_SOCKET))
        client.sendall(
            b"POST /commands/scan HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            b"Content-Type: application/json\r\n\r\n{}"
        )
        assert begun.wait(5)


@pytest.mark.parametrize(
    ("on_disconnect", "outcome"),
    [(OnDisconnect.CANCEL, "cancelled"), (OnDisconnect.DETACH, "finished")],
)
async def test_a_client_that_goes_away(
    tmp_path: Path, on_disconnect: OnDisconnect, outcome: str
) -> None:
    """Ctrl-C on the command line cancels the command, or lets it go on, as registered."""
    endless, begun = Endless(), threading.Event()
    with capture_logs() as logged:
        async with serve_control(tmp_path, {"scan": Command(endless.run, on_disconnect)}):
            client = asyncio.create_task(asyncio.to_thread(hang_up_on, tmp_path, begun))
            await endless.begun.wait()
            begun.set()
            await client
            if on_disconnect is OnDisconnect.DETACH:
                endless.let_go.set()
            await until(lambda: endless.outcome)
            await until(lambda: len([e for e in logged if "command." in e["event"]]) == 2)

    assert endless.outcome == outcome
    assert outcome in [e["event"].removeprefix("command.") for e in logged]


@pytest.mark.parametrize("on_disconnect", OnDisconnect)
async def test_a_stop_ends_every_command(tmp_path: Path, on_disconnect: OnDisconnect) -> None:
    """A daemon that stops cancels what it was told to do, and the person learns of it."""
    endless = Endless()
    async with serve_control(tmp_path, {"scan": Command(endless.run, on_disconnect)}):
        asked = asyncio.create_task(ask(tmp_path, "scan"))
        await endless.begun.wait()
    with pytest.raises(CommandFailed, match="stopped before the command was done"):
        await asked

    assert endless.outcome == "cancelled"


async def test_silence_has_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a command has nothing to say the client hears that the daemon is there."""
    monkeypatch.setattr(control, "SIGN_OF_LIFE_S", 0.01)
    endless = Endless()

    def listen() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(tmp_path / CONTROL_SOCKET))
            client.sendall(
                b"POST /commands/scan HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                b"Content-Type: application/json\r\n\r\n{}"
            )
            heard = b""
            while heard.count(b"1\r\n\n\r\n") < 3:
                heard += client.recv(1000)
            return heard

    async with serve_control(tmp_path, {"scan": Command(endless.run)}):
        assert await asyncio.to_thread(listen)


async def test_a_daemon_that_dies_is_told(tmp_path: Path) -> None:
    """A connection that breaks off in the middle is an error and not an empty result."""

    def die(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b'12\r\n{"progress": {}}\r\n\r\n'
            )

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / CONTROL_SOCKET))
        server.listen()
        dying = asyncio.create_task(asyncio.to_thread(die, server))
        with pytest.raises(CommandFailed, match="ended before the command was done"):
            await ask(tmp_path, "scan")
        with suppress(ConnectionError):
            await dying


async def test_a_daemon_that_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that takes the connection and says nothing at all does not hold the person up."""
    monkeypatch.setattr(control_client, "SILENCE_S", 0.05)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / CONTROL_SOCKET))
        server.listen()
        with pytest.raises(OperatorError, match=r"does not answer.*restart it"):
            await ask(tmp_path, "scan")


async def test_nonsense_instead_of_an_answer_is_told(tmp_path: Path) -> None:
    """Something else that listens there is not taken for a daemon."""

    def talk(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"220 mail.example.org\r\n")

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / CONTROL_SOCKET))
        server.listen()
        talking = asyncio.create_task(asyncio.to_thread(talk, server))
        with pytest.raises(CommandFailed, match="ended before"):
            await ask(tmp_path, "scan")
        await talking


async def test_two_commands_run_side_by_side(tmp_path: Path) -> None:
    """A long scan does not keep anybody from asking for something else."""
    endless = Endless()
    commands = {"scan": Command(scan), "watch": Command(endless.run)}
    async with serve_control(tmp_path, commands):
        watching = asyncio.create_task(ask(tmp_path, "watch"))
        await endless.begun.wait()
        assert (await ask(tmp_path, "scan", files=1))[1] == [{"done": 0}]
        endless.let_go.set()
        await watching


async def test_a_deep_state_directory_works(tmp_path: Path) -> None:
    """Where the socket's path is longer than 107 bytes both ends find it."""
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    async with serve_control(deep, {"scan": Command(scan)}):
        assert (await ask(deep, "scan", files=0))[0] == {"files": 0, "folder": "/srv"}


@pytest.mark.parametrize(
    ("only_asks", "told"), [(False, ["command.started", "command.finished"]), (True, [])]
)
async def test_questions_are_no_news(tmp_path: Path, only_asks: bool, told: list[str]) -> None:  # noqa: FBT001 - a parameter of the test
    """What somebody did is in the log; that somebody asked, or where, only at `debug`."""
    with capture_logs() as logged:
        async with serve_control(tmp_path, {"scan": Command(scan, only_asks=only_asks)}):
            await ask(tmp_path, "scan", files=0)

    assert [entry["event"] for entry in logged if entry["log_level"] != "debug"] == told
