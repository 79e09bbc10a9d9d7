"""The README's installation, done: each of its commands is run, in a root directory of its own.

What would change this machine is mapped: paths below /opt, /etc and /usr lie in that root, `sudo`
is left out, `systemd-sysusers` is given the root, and for `systemctl` the test does what systemd
would: it starts the unit's program with the unit's environment and listens to its notifications.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.installation import foreign_environment
from tests.programs import require_program
from tests.project.tree import ROOT
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually
from tests.unprivileged import without_privileges

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAPPED = re.compile(r"/(?:opt|etc|usr|var)(?=/|$)")
WATCHDOG_S = 1.0
"""Shorter than the unit's, so that the test need not wait for a sign of life."""


def commands() -> list[list[str]]:
    """The commands under "Install it", in order, without `sudo`."""
    section = README.partition("## Install it")[2].partition("\n## ")[0]
    block = section.partition("```sh\n")[2].partition("```")[0]
    found = [shlex.split(command) for line in block.splitlines() for command in line.split("&&")]
    return [_without_sudo(words) for words in found]


def _without_sudo(words: list[str]) -> list[str]:
    if words[:2] == ["sudo", "-u"]:
        return words[3:]
    return words[1:] if words[0] == "sudo" else words


@dataclass
class System:
    """A root directory in which everything is installed.

    Attributes:
        root: stands for `/`.
        asked: what systemctl was asked to do, in order.
    """

    root: Path
    asked: list[list[str]] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Where an absolute path of the real system is here."""
        return Path(self.word(name))

    def word(self, word: str) -> str:
        """A word of a command, with its path mapped."""
        return f"{self.root}{word}" if MAPPED.match(word) else word

    def run(self, words: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a command as the README has it, but for what is mapped."""
        program, *rest = (self.word(word) for word in words)
        if program == "systemctl":
            self.asked.append(rest)
            return subprocess.CompletedProcess(words, 0, "", "")
        if program == "systemd-sysusers":
            program, rest = str(require_program(program)), [f"--root={self.root}", *rest]
        elif program == "python3":
            program = sys.executable
        elif program == "scrobbled":
            program = str(self.path("/usr/local/bin/scrobbled"))
        return subprocess.run(
            [program, *rest],
            cwd=ROOT,
            env=foreign_environment()
            | {
                "SCROBBLER_CONFIG": str(self.path("/etc/scrobbled/scrobbled.yaml")),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            },
            capture_output=True,
            text=True,
            timeout=400,
            check=check,
        )

    def unit(self) -> dict[str, str]:
        """The settings of the installed unit."""
        text = self.path("/etc/systemd/system/scrobbled.service").read_text(encoding="utf-8")
        return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


class Manager:
    """What systemd is to a service that notifies: a socket, and a watchdog."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def heard(self, assignment: str) -> bool:
        """Whether the service has ever said this."""
        while True:
            try:
                self.told += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return assignment in self.told

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()


@contextmanager
def started(system: System, manager: Manager) -> Iterator[subprocess.Popen[bytes]]:
    """The unit's program, started as the unit says; without root's powers."""
    program, *rest = shlex.split(system.unit()["ExecStart"])
    state = system.path("/var/lib/scrobbled")
    state.mkdir(parents=True)
    with (system.root / "journal").open("wb") as journal:
        process = subprocess.Popen(
            [*without_privileges(), str(system.path(program)), *rest],
            cwd="/",
            env={
                "PATH": os.defpath,
                "HOME": str(state),
                "STATE_DIRECTORY": str(state),
                "SCROBBLER_CONFIG": str(system.path("/etc/scrobbled/scrobbled.yaml")),
                "NOTIFY_SOCKET": str(manager.path),
                "WATCHDOG_USEC": str(int(WATCHDOG_S * 1_000_000)),
                "INVOCATION_ID": "0" * 32,
            },
            stdout=journal,
            stderr=journal,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        manager.close()


def edit(system: System, mpd: Mpd) -> None:
    """Says in the installed configuration what the README asks a person to say in it."""
    file = system.path("/etc/scrobbled/scrobbled.yaml")
    text = MAPPED.sub(lambda found: f"{system.root}{found[0]}", file.read_text(encoding="utf-8"))
    settings: dict[str, Any] = yaml.safe_load(text)
    settings["sources"][0]["host"] = str(mpd.socket_path)
    settings["library"]["folders"] = [str(mpd.music)]
    settings["counting"]["min_length"] = "1s"
    settings["web"]["listen"] = str(system.root / "web.sock")
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")


async def test_the_readme_installs_a_service_that_works(tmp_path: Path) -> None:
    """Command by command; then the service starts, captures a play, shows it, and stops."""
    system = System(tmp_path / "root")
    for folder in ("etc/systemd/system", "usr/lib/sysusers.d", "usr/local/bin"):
        (system.root / folder).mkdir(parents=True)
    *installing, doctor = commands()

    for words in installing:
        system.run(words)

    assert system.asked == [["daemon-reload"], ["enable", "--now", "scrobbled"]]
    assert "scrobbled" in system.path("/etc/passwd").read_text(encoding="utf-8")
    assert system.unit()["User"] == "scrobbled"
    assert doctor == ["scrobbled", "doctor"]
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("song.flac", 2, {"title": "Song", "artist": "Ann"})
        edit(system, mpd)
        manager = Manager(tmp_path / "notify")
        with started(system, manager) as process:
            await eventually(lambda: manager.heard("READY=1"), within_s=30, what="READY=1")
            await mpd.play("song.flac")
            await eventually(lambda: " Song " in history(system), within_s=20, what="the listen")
            await eventually(lambda: manager.heard("WATCHDOG=1"), what="a sign of life")
            await eventually(lambda: manager.heard("STATUS=Capturing plays"), what="the status")
            found = system.run(doctor, check=False)
            process.terminate()
            await eventually(lambda: manager.heard("STOPPING=1"), what="STOPPING=1")
            await eventually(lambda: process.poll() is not None, within_s=30, what="the end")
            assert process.returncode == 0, (system.root / "journal").read_text()
    bad = [line for line in found.stdout.splitlines() if line.startswith("FAIL")]
    assert [line for line in bad if "clock" not in line] == [], found.stdout
    assert "1 plays and 1 listens" in found.stdout or "1 play and 1 listen" in found.stdout
    assert "Traceback" not in (system.root / "journal").read_text(encoding="utf-8")


def history(system: System) -> str:
    """What the README's command for it prints."""
    assert "`sudo -u scrobbled scrobbled history`" in README
    return system.run(["scrobbled", "history"]).stdout
