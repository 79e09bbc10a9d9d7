"""The journal on a real file: what it acknowledged is there, whatever happens."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.disks import fill, small_disk
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, Rig, rig

from scrobbled.domain.session import Session
from scrobbled.errors import DatabaseUnavailable, OperatorError
from scrobbled.scrobbler.journal import KEEP_S
from scrobbled.scrobbler.reserve import RESERVE_BYTES, RESERVE_FILE
from scrobbled.store.journal import journal_path, open_journal
from scrobbled.store.journal.tables import JOURNAL_VERSION

TALKATIVE = replace(OTHER, extra=(("comment", "x" * 600_000),))
"""A track whose session takes more room than any file has left over."""


async def played(it: Rig, seconds: float = 120.0) -> None:
    """Plays a song for a while, and then another."""
    await it.intake.load([it.profile])
    player = it.player()
    await it.intake.observe(SOURCE, player.play(SONG))
    it.clock.pass_by(seconds)
    await it.intake.observe(SOURCE, player.play(OTHER))


async def test_delivered_plays_no_longer_wait(tmp_path: Path) -> None:
    """Marking a play as delivered takes it out of the queue, and pruning away, later."""
    async with rig(tmp_path) as it:
        await played(it)
        (waiting,) = await it.journal.waiting(10)
        assert (await it.journal.backlog()).waiting == 1
        await it.journal.mark_delivered([waiting.play_uid])
        assert await it.journal.waiting(10) == []
        assert await it.journal.prune() == 0
        it.clock.pass_by(KEEP_S + 200)
        assert await it.journal.prune() == 3, "the play and two observations"


async def test_an_unreadable_session_goes_to_the_dead_letters(tmp_path: Path) -> None:
    """A session that this version cannot read is set aside; the daemon starts all the same."""
    async with rig(tmp_path) as it:
        await played(it)
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.execute("UPDATE sessions SET session_json = '{\"last\": 7}'")
    connection.close()
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        assert it.intake.last_observation(SOURCE, "") is None
        assert (await it.journal.backlog()).dead_letters == 1


async def test_an_unreadable_play_goes_to_the_dead_letters_alone(tmp_path: Path) -> None:
    """One play that cannot be read does not hold up those behind it."""
    async with rig(tmp_path) as it:
        await played(it)
        it.clock.pass_by(120)
        await it.intake.observe(SOURCE, it.player().stop())
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.execute("UPDATE outbox SET play_json = 'x' WHERE id = 1")
    connection.close()
    async with rig(tmp_path) as it:
        waiting = await it.journal.waiting(10)
        assert [item.track.uri for item in waiting] == [OTHER.uri]
        assert (await it.journal.backlog()).dead_letters == 1


async def test_a_full_disk_costs_the_reserve_but_no_play(tmp_path: Path) -> None:
    """When the disk is full the reserve is given up, and plays are kept without details."""
    with small_disk(tmp_path / "disk", 14) as disk:
        async with rig(disk) as it:
            await it.journal.prune()
            assert (disk / RESERVE_FILE).stat().st_size == RESERVE_BYTES
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(130)
            await it.intake.observe(SOURCE, player.play(TALKATIVE))
            (waiting,) = await it.journal.waiting(10)
            assert waiting.track == SONG
            assert it.journal.tight
            assert not (disk / RESERVE_FILE).exists()
            assert count(disk, "observations") == 1, "coalesced while space is tight"
            assert not await it.journal.prune(), "and no new reserve while there is no space"
            filler.unlink()
            await it.journal.prune()
            assert not it.journal.tight
            await it.intake.observe(SOURCE, player.look())
            assert count(disk, "observations") == 2


async def test_a_disk_without_any_space_is_said_and_costs_no_play(tmp_path: Path) -> None:
    """Without a reserve the source is told; the play is kept as soon as there is space again."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(130)
            with pytest.raises(DatabaseUnavailable, match="disk"):
                await it.intake.observe(SOURCE, player.play(TALKATIVE))
            filler.unlink()
            await it.intake.sweep()
            (waiting,) = await it.journal.waiting(10)
            assert waiting.track == SONG
            assert waiting.verdict.counts


def test_a_damaged_journal_is_set_aside(tmp_path: Path) -> None:
    """A file that is no database is kept under another name and a new one begun."""
    journal_path(tmp_path).write_bytes(b"not a database" * 1000)
    with open_journal(tmp_path) as journal:
        assert journal.read(lambda tx: tx.connection.exec_driver_sql("SELECT 1").scalar()).result()
    journal_path(tmp_path).write_bytes(b"again" * 1000)
    open_journal(tmp_path).close()
    kept = sorted(path.name for path in tmp_path.glob("journal.db.damaged-?"))
    assert kept == ["journal.db.damaged-1", "journal.db.damaged-2"]
    assert (tmp_path / kept[0]).read_bytes().startswith(b"not a database")


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    """A journal of a newer version is left alone, and the sentence says what to do."""
    open_journal(tmp_path).close()
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.execute(f"PRAGMA user_version={JOURNAL_VERSION + 1}")
    connection.close()
    with pytest.raises(OperatorError, match="newer scrobbled"):
        open_journal(tmp_path)


def test_a_journal_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A directory in the journal's place is an error with a sentence."""
    journal_path(tmp_path).mkdir()
    with pytest.raises(OperatorError, match="cannot be opened"):
        open_journal(tmp_path)


async def test_a_play_kept_twice_waits_once(tmp_path: Path) -> None:
    """Keeping again what was kept already changes nothing."""
    async with rig(tmp_path) as it:
        await played(it)
        (waiting,) = await it.journal.waiting(10)
        await it.journal.keep(SOURCE, "", Session(), None, [waiting])
        assert len(await it.journal.waiting(10)) == 1


def count(directory: Path, table: str) -> int:
    """Rows of a table of the journal, seen from outside."""
    connection = sqlite3.connect(journal_path(directory))
    try:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    finally:
        connection.close()
    return int(rows)
