"""Killing the daemon and mpd at random moments, while music plays and a listener plays with it."""

import asyncio
import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self, TextIO

from tests.integration.daemon.account import Account, Look, Span
from tests.servers import sounds
from tests.servers.daemon import SOURCE, Daemon
from tests.servers.mpd import Mpd

SPEED = 10.0
HEARTBEAT_S = 5.0
"""Of the daemon's time: it looks at mpd this often at least."""
LENGTHS_S = (8.0, 20.0)
SONGS_QUEUED = 3
PAD_S = 0.12
"""A command may take effect so much later than mpd says."""
LOOK_EVERY_S = 0.03


class Watcher:
    """Looks at mpd all the time, from a thread of its own and over a connection of its own."""

    def __init__(self, mpd: Mpd, account: Account) -> None:
        self._mpd = mpd
        self._account = account
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher")
        self.run = 0

    def __enter__(self) -> Self:
        """Begins."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends."""
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
                run = self.run
                connection.settimeout(5)
                connection.connect(str(self._mpd.socket_path))
                with connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
                    lines.readline()
                    while not self._ending.wait(LOOK_EVERY_S):
                        self._account.looks.append(_look(lines, run))
            self._ending.wait(LOOK_EVERY_S)


def _look(lines: TextIO, run: int) -> Look:
    """Asks mpd what it plays.

    Raises:
        OSError: it is dead.
    """
    lines.write("command_list_begin\nstatus\ncurrentsong\ncommand_list_end\n")
    lines.flush()
    told: dict[str, str] = {}
    while (line := lines.readline().rstrip("\n")) != "OK":
        if not line:
            raise ConnectionResetError
        name, _, value = line.partition(": ")
        told[name] = value
    at = time.monotonic()
    # The song of one moment and the status of another are no use.
    if told["state"] == "stop" or "file" not in told or told["songid"] != told["Id"]:
        return Look(at, run, playing=False)
    return Look(
        at,
        run,
        playing=told["state"] == "play",
        entry=told["Id"],
        file=told["file"],
        elapsed_s=float(told.get("elapsed", 0.0)),
        length_s=float(told["duration"]),
    )


class Campaign:
    """One mpd, one daemon, and somebody who plays music and kills both.

    Args:
        mpd: not started yet.
        daemon: not started yet.
        seed: of all chance in it.
        rounds: how often something will be killed.
    """

    def __init__(self, mpd: Mpd, daemon: Daemon, *, seed: int, rounds: int) -> None:
        self.account = Account(SPEED, HEARTBEAT_S / SPEED)
        self._mpd = mpd
        self._daemon = daemon
        self._chance = random.Random(seed)
        self._rounds = rounds
        self._songs = _write_songs(mpd.music, self._chance, rounds * SONGS_QUEUED + SONGS_QUEUED)
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def run(self) -> None:
        """Does all rounds; afterwards the music is over and the daemon has heard of that."""
        async with self._mpd:
            await self._daemon.start()
            with Watcher(self._mpd, self.account) as watcher:
                last = ""
                for _ in range(self._rounds):
                    await self._begin_songs()
                    # A contact that was soon lost is only looked for again after a while.
                    kinds = ["daemon", "both"] if last == "mpd" else ["daemon", "mpd"]
                    last = self._chance.choice(kinds)
                    restless_s = self._chance.choice([0.0, 0.0, self._chance.uniform(0.4, 1.2)])
                    playing = asyncio.create_task(self._play_about(restless_s))
                    await asyncio.sleep(self._chance.uniform(0.0, 0.8))
                    await getattr(self, f"_kill_{last}")(watcher)
                    await playing
                    await asyncio.sleep(self._chance.uniform(0.25, 0.5))
                await self._command("stop")
                await asyncio.sleep(0.5)
            status = await self._daemon.stop()
            assert status == 0, self._daemon.stderr()

    # Playing

    async def _begin_songs(self) -> None:
        """Puts new songs into the queue; mostly at once, sometimes after what plays now."""
        names = [next(self._songs) for _ in range(SONGS_QUEUED)]
        adding = [f"add {name}" for name in names]
        if self._chance.random() < 0.8:
            await self._command("clear", *adding, "play 0")
        else:
            await self._command(*adding)
        if self._chance.random() < 0.5:
            await asyncio.sleep(self._chance.uniform(0.15, 0.25))
            await self._command("next")

    async def _play_about(self, seconds: float) -> None:
        """Skips, seeks and pauses for a while, as somebody does who cannot decide."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(self._chance.uniform(0.05, 0.6))
            await self._quiet.wait()
            what = self._chance.random()
            if what < 0.25:
                await self._command("next")
            elif what < 0.40:
                await self._command(f"seekcur {self._chance.uniform(3.0, 7.0):.1f}")
            elif what < 0.55:
                await self._command("pause 1")
                await asyncio.sleep(self._chance.uniform(0.05, 0.3))
                await self._command("pause 0")

    async def _command(self, *commands: str) -> None:
        """Commands mpd, which may be dead or without a song: then it does nothing."""
        began = time.monotonic()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_send, self._mpd.socket_path, commands)
        self.account.commands.append(Span(began - PAD_S, time.monotonic() + PAD_S))

    # Killing

    async def _kill_daemon(self, _watcher: Watcher) -> None:
        began = time.monotonic()
        await self._daemon.kill()
        await asyncio.sleep(self._chance.choice([0.0, self._chance.uniform(0.0, 0.4)]))
        await self._daemon.start()
        self._watched_again(self.account.blind, began)

    async def _kill_mpd(self, watcher: Watcher) -> None:
        # What is commanded while nobody is in contact cannot be known: a case of its own.
        self._quiet.clear()
        began = time.monotonic()
        await self._restart_mpd(watcher)
        await self._daemon.working(SOURCE)
        self._watched_again(self.account.apart, began)
        self._quiet.set()

    async def _kill_both(self, watcher: Watcher) -> None:
        began = time.monotonic()
        await self._daemon.kill()
        await self._restart_mpd(watcher)
        await self._daemon.start()
        self._watched_again(self.account.blind, began)
        self._watched_again(self.account.apart, began)

    async def _restart_mpd(self, watcher: Watcher) -> None:
        self.account.deaths.append(time.monotonic())
        await self._mpd.kill()
        watcher.run += 1
        await self._mpd.start()

    def _watched_again(self, spans: list[Span], began: float) -> None:
        spans.append(Span(began, time.monotonic() + PAD_S))


def _send(socket_path: Path, commands: Sequence[str]) -> None:
    """Sends commands to mpd as one list, and waits for its answer.

    Raises:
        OSError: it is dead.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(socket_path))
        with connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
            lines.readline()
            lines.write("\n".join(("command_list_begin", *commands, "command_list_end", "")))
            lines.flush()
            lines.readline()


def _write_songs(music: Path, chance: random.Random, count: int) -> Iterator[str]:
    """Writes that many songs of random lengths; gives their names."""
    names: Sequence[str] = [f"song-{number:04d}.flac" for number in range(count)]
    for number, name in enumerate(names):
        length_s = round(chance.uniform(*LENGTHS_S), 1)
        sounds.write_sound(music / name, length_s, {"title": name[:-5], "artist": "X"}, number)
    return iter(names)
