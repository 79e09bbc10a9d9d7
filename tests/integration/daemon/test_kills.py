"""Kill -9 of the daemon and of mpd at random moments: no play is lost, none is doubled."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.integration.daemon.account import expected
from tests.integration.daemon.campaign import HEARTBEAT_S, SPEED, Campaign
from tests.music import write_music
from tests.servers.daemon import Daemon
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually
from tests.unit.analyzer.shelf import Shelf

from scrobbled.store import open_database
from scrobbled.store.journal import journal_path

ROUNDS = int(os.environ.get("KILL_ROUNDS", "50"))
"""How often something is killed; `KILL_ROUNDS=500` is the long form."""
SEED = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
REQUIRED = 0.5
MARGIN_S = 1.5
"""Of audio: looks come every 0.03 s, which is 0.3 s of it, on a busy machine more seldom."""


@pytest.mark.integration
@pytest.mark.timeout(60 + 12 * ROUNDS)
async def test_killed_at_any_moment_no_play_is_lost_or_doubled(tmp_path: Path) -> None:
    """What certainly sounded long enough is a listen once; what certainly did not is none."""
    print(f"KILL_SEED={SEED} KILL_ROUNDS={ROUNDS}")
    mpd = Mpd(tmp_path, speed=SPEED)
    daemon = Daemon(tmp_path, mpd, configuration={"counting": {"min_length": "5s"}})
    daemon.configuration["sources"][0]["heartbeat"] = f"{HEARTBEAT_S:g}s"
    campaign = Campaign(mpd, daemon, seed=SEED, rounds=ROUNDS)

    await campaign.run()

    plays = campaign.account.plays()
    due = expected(plays, REQUIRED, MARGIN_S)
    listens = Counter(
        entry["source_track_id"] for entry in await daemon.history(0) if entry["listen_id"]
    )
    wrong = {
        file: (listens[file], allowed, [play for play in plays if play.file == file])
        for file, allowed in due.items()
        if not allowed.least <= listens[file] <= allowed.most
    }
    assert wrong == {}, "\n".join(map(str, wrong.items()))
    assert set(listens) <= set(due), "and nothing is heard that did not play"
    assert sum(allowed.least for allowed in due.values()) >= ROUNDS / 5, "some are certain"
    assert sum(allowed.most == 0 for allowed in due.values()) >= ROUNDS / 12, "and some skips"
    check_files(daemon.state_dir)


def check_files(state_dir: Path) -> None:
    """Journal and database are sound, everything is delivered, and nothing is there twice."""
    with closing(sqlite3.connect(journal_path(state_dir))) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        waiting = "SELECT count(*) FROM outbox WHERE delivered_at IS NULL"
        assert journal.execute(waiting).fetchone() == (0,)
        assert journal.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)
        sent = {uid for (uid,) in journal.execute("SELECT play_uid FROM outbox")}
    with closing(sqlite3.connect(state_dir / "scrobbled.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = [uid for (uid,) in database.execute("SELECT play_uid FROM listens_raw")]
    assert len(stored) == len(set(stored))
    assert set(stored) == sent, "what the journal delivered is what the database has"


async def test_killed_in_a_scan_the_library_ends_the_same(tmp_path: Path) -> None:
    """Killed in three scans, the daemon finishes what it began; no reading process stays."""
    music = tmp_path / "music"
    await asyncio.to_thread(_write_albums, music, 1200)
    daemon = Daemon(tmp_path, configuration={"library": {"folders": [str(music)]}, "sources": []})
    database = daemon.state_dir / "scrobbled.db"
    for share in (100, 400, 800):
        await daemon.start("database")
        await eventually(
            partial(_scanned_at_least, database, share), within_s=60, what=f"{share} files"
        )
        readers = _children(daemon.pid)
        await daemon.kill()
        await eventually(lambda: not any(map(_runs, readers)), what="the readers' end")  # noqa: B023 - asked at once
    written = _scanned(database)
    await daemon.start("database", "scan")
    assert await daemon.stop() == 0

    assert written < 1200, "the last one was killed before its end"
    lived = await asyncio.to_thread(_contents, music, database)
    assert lived == await asyncio.to_thread(_contents, music, tmp_path / "fresh.db", scan=True)
    assert len(lived["files"]) == 1200


def _contents(music: Path, path: Path, *, scan: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """What is in a library, if asked for after a scan that nobody disturbs."""

    async def look(shelf: Shelf) -> dict[str, list[tuple[Any, ...]]]:
        if scan:
            await shelf.scan()
        return await shelf.contents()

    with open_database(f"sqlite:///{path}") as database:
        return asyncio.run(look(Shelf(music, database)))


def _write_albums(music: Path, count: int) -> None:
    """Albums of ten songs, some of which are on several."""
    for number in range(count):
        album, place = divmod(number, 10)
        song = number if number % 7 else 0
        tags = {"title": f"Song {song}", "artist": f"Artist {song % 9}", "album": f"Album {album}"}
        write_music(music / f"{album}" / f"{place}.flac", tags)


def _scanned(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM media_files").fetchone()
    return int(count)


def _scanned_at_least(database: Path, count: int) -> bool:
    return _scanned(database) >= count


def _children(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    started = [int(child) for task in tasks for child in task.read_text().split()]
    return started + [grandchild for child in started for grandchild in _children(child)]


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
