"""The journal on a real file: what it acknowledged is there, whatever happens."""

import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.disks import fill, small_disk
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, TALKATIVE, Rig, rig

from scrobbled.domain.session import Session
from scrobbled.errors import JournalUnavailable
from scrobbled.scrobbler.journal import KEEP_S, PRUNED_AT_ONCE
from scrobbled.scrobbler.reserve import RESERVE_BYTES, RESERVE_FILE
from scrobbled.store.journal import journal_path


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
        assert await it.journal.prune() == 4, "the play; the first look, and the second for both"


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


async def test_unreadable_plays_hide_none_behind_them(tmp_path: Path) -> None:
    """A whole batch that cannot be read is set aside, and what comes after it is found."""
    async with rig(tmp_path) as it:
        await played(it)
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.executemany(
            "INSERT INTO outbox (id, play_uid, play_json, closed_at) VALUES (?, ?, 'x', 0)",
            [(-number, str(number)) for number in range(1, 8)],
        )
    connection.close()
    async with rig(tmp_path) as it:
        assert [item.track.uri for item in await it.journal.waiting(3)] == [SONG.uri]
        assert (await it.journal.backlog()).dead_letters == 7


async def test_a_full_disk_costs_reserve_but_no_play(tmp_path: Path) -> None:
    """When the disk is full the reserve is given up, and plays are kept without details."""
    with small_disk(tmp_path / "disk", 16) as disk:
        async with rig(disk) as it:
            await it.journal.set_space_aside()
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(130)
            await it.intake.observe(SOURCE, player.play(TALKATIVE))
            (waiting,) = await it.journal.waiting(10)
            assert waiting.track == SONG
            assert it.journal.tight
            assert it.journal.refusal is None
            assert it.journal.condition_changed.is_set()
            left = (disk / RESERVE_FILE).stat().st_size
            assert 0 < left < RESERVE_BYTES, "no more is given up than is needed"
            assert count(disk, "observations") == 1, "coalesced while space is tight"
            await it.journal.set_space_aside()
            assert it.journal.tight, "there is no space for a new reserve"
            filler.unlink()
            await it.journal.set_space_aside()
            assert not it.journal.tight
            assert (disk / RESERVE_FILE).stat().st_size == RESERVE_BYTES
            await it.intake.observe(SOURCE, player.look())
            assert count(disk, "observations") == 2


async def test_a_receipt_is_kept_on_a_full_disk(tmp_path: Path) -> None:
    """What a media server posts is squeezed into the reserve, too; without one it is refused."""
    with small_disk(tmp_path / "disk", 16) as disk:
        async with rig(disk) as it:
            await it.journal.set_space_aside()
            await it.journal.backlog()
            fill(disk)
            number = await it.journal.keep_receipt(SOURCE, it.clock.moment(), "x" * 600_000)
            assert it.journal.tight
            (kept,) = await it.journal.waiting_receipts(SOURCE, 0, 10)
            assert (kept.number, len(kept.body)) == (number, 600_000)
            with pytest.raises(JournalUnavailable, match="There is no space"):
                await it.journal.keep_receipt(SOURCE, it.clock.moment(), "x" * 20_000_000)


async def test_a_disk_without_any_space_is_said_and_costs_no_play(tmp_path: Path) -> None:
    """Without a reserve the source is told; the play is kept as soon as there is space again."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(130)
            with pytest.raises(JournalUnavailable, match="There is no space for the journal"):
                await it.intake.observe(SOURCE, player.play(TALKATIVE))
            assert it.journal.refusal is not None
            filler.unlink()
            await it.intake.sweep()
            (waiting,) = await it.journal.waiting(10)
            assert it.journal.refusal is None
            assert waiting.track == SONG
            assert waiting.verdict.counts


async def test_a_journal_begins_again_on_a_full_disk(tmp_path: Path) -> None:
    """A daemon that starts while the disk is full gets in by the reserve of the one before."""
    with small_disk(tmp_path / "disk", 16) as disk:
        async with rig(disk) as before:
            await before.journal.set_space_aside()
            await played(before)
        fill(disk)
        async with rig(disk, before.clock) as after:
            await after.intake.load([after.profile])
            assert len(after.intake.now_playing()) == 1
            after.clock.pass_by(120)
            await after.intake.observe(SOURCE, after.player().stop())
            assert len(await after.journal.waiting(10)) == 2


async def test_a_lock_of_another_process_costs_no_reserve(tmp_path: Path) -> None:
    """Who waits for a lock lacks no space: nothing is given up, and everything kept after it."""
    async with rig(tmp_path) as it:
        await it.journal.set_space_aside()
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        other = sqlite3.connect(journal_path(tmp_path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        it.clock.pass_by(10)
        with pytest.raises(JournalUnavailable, match="locked by another process"):
            await it.intake.observe(SOURCE, player.look())
        assert not it.journal.tight
        assert (tmp_path / RESERVE_FILE).stat().st_size == RESERVE_BYTES
        other.execute("ROLLBACK")
        other.close()
        await it.intake.observe(SOURCE, player.look())
        assert count(tmp_path, "observations") == 2


async def test_an_outage_is_logged_once(tmp_path: Path) -> None:
    """When it begins and when it ends, however often something is refused."""
    with small_disk(tmp_path / "disk", 4) as disk, capture_logs() as log:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            for _ in range(3):
                it.clock.pass_by(130)
                with pytest.raises(JournalUnavailable):
                    await it.intake.observe(SOURCE, player.play(TALKATIVE))
            filler.unlink()
            await it.intake.sweep()
            await it.intake.sweep()
    events = [entry["event"] for entry in log]
    assert events.count("journal.refused") == events.count("journal.recovered") == 1


async def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    """Who comes too late is told, whether to write or to read."""
    async with rig(tmp_path) as it:
        await it.journal.close()
        with pytest.raises(JournalUnavailable, match="closed"):
            await it.journal.forget(SOURCE, "")
        with pytest.raises(JournalUnavailable, match="closed"):
            await it.journal.backlog()


async def test_pruning_goes_bit_by_bit_and_spares_what_waits(tmp_path: Path) -> None:
    """However much there is, all that is old and delivered goes, and nothing else."""
    async with rig(tmp_path) as it:
        await played(it)
        (waiting,) = await it.journal.waiting(10)
    with sqlite3.connect(journal_path(tmp_path)) as connection:
        connection.executemany(
            "INSERT INTO outbox (play_uid, play_json, closed_at, delivered_at) "
            "VALUES (?, 'x', 0, 1)",
            [(str(number),) for number in range(PRUNED_AT_ONCE * 2 + 7)],
        )
    connection.close()
    async with rig(tmp_path, it.clock) as after:
        assert await after.journal.prune() == PRUNED_AT_ONCE * 2 + 7
        assert await after.journal.waiting(10) == [waiting]
        assert count(tmp_path, "observations") == 3


async def test_a_wrong_clock_costs_no_play(tmp_path: Path) -> None:
    """A clock that jumps ahead by years lets only details go, never what still waits."""
    async with rig(tmp_path) as it:
        await played(it)
        it.clock.jump(40 * 365 * 86_400.0)
        await it.journal.prune()
        (waiting,) = await it.journal.waiting(10)
        assert waiting.track == SONG
        it.clock.jump(-60 * 365 * 86_400.0)
        await it.journal.mark_delivered([waiting.play_uid])
        await it.journal.prune()
        assert await it.journal.waiting(10) == []


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
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of our own
    finally:
        connection.close()
    return int(rows)
