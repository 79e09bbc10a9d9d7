"""What is done now and then, and what the health page says of the journal meanwhile."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest
from tests.disks import fill, small_disk
from tests.servers.waiting import eventually
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, TALKATIVE, Rig, rig

from scrobbled.domain.play import ClosedBy
from scrobbled.errors import JournalUnavailable, OperatorError
from scrobbled.runtime.health import State
from scrobbled.runtime.tasks import Running
from scrobbled.scrobbler.housekeeping import PRUNE_EVERY_S
from scrobbled.scrobbler.journal import KEEP_S
from scrobbled.store.journal import journal_path


def running(it: Rig) -> Running:
    """What the supervisor gives to the task."""
    return Running("journal", asyncio.Event(), it.health.component("journal", essential=True))


async def test_all_is_well(tmp_path: Path) -> None:
    """With nothing to do it says how much waits, and in figures too."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        await it.housekeeping.tidy()
        assert (it.condition.state, it.condition.detail) == (
            State.OK,
            "everything is in the database",
        )
        player = it.player()
        for track, detail in ((OTHER, "1 play waits"), (SONG, "2 plays wait")):
            await it.intake.observe(SOURCE, player.play(track))
            it.clock.pass_by(120)
            await it.intake.observe(SOURCE, player.stop())
            await it.housekeeping.tidy()
            assert it.condition.detail == f"{detail} for the database"
        assert it.condition.counters == {"plays_waiting": 2, "dead_letters": 0}
        assert it.health.snapshot().capturing


async def test_plays_that_stand_still_are_closed_by_the_running_task(tmp_path: Path) -> None:
    """Nobody has to press stop, and the last look at the stop is one more."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(30)
        await it.intake.observe(SOURCE, player.pause())
        task = running(it)
        keeping = asyncio.create_task(it.housekeeping.run(task))
        await eventually(lambda: it.condition.state is State.OK)
        it.clock.pass_by(3601)
        task.stopping.set()
        await keeping
        (waiting,) = await it.journal.waiting(10)

    assert waiting.closed_by is ClosedBy.PAUSED_TOO_LONG


async def test_old_rows_are_pruned_every_few_hours(tmp_path: Path) -> None:
    """At the start, and then as time goes by."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        await it.intake.observe(SOURCE, it.player().stop())
        await it.housekeeping.tidy()
        it.clock.pass_by(PRUNE_EVERY_S - 1)
        it.clock.jump(KEEP_S)
        await it.housekeeping.tidy()
        assert await it.journal.prune() == 1, "it was not time yet"
        await it.intake.observe(SOURCE, it.player().stop())
        it.clock.pass_by(1)
        it.clock.jump(KEEP_S)
        await it.housekeeping.tidy()
        assert await it.journal.prune() == 0


async def test_a_full_disk_is_told_at_once_and_forgotten_when_it_is_over(tmp_path: Path) -> None:
    """First degraded while there is a reserve; then failed; and right again within a moment."""
    with small_disk(tmp_path / "disk", 40) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            task = running(it)
            keeping = asyncio.create_task(it.housekeeping.run(task))
            await eventually(lambda: it.condition.state is State.OK)
            player = it.player()
            fillers = [fill(disk)]
            await it.intake.observe(SOURCE, player.play(TALKATIVE))
            await eventually(lambda: it.condition.state is State.DEGRADED)
            assert it.condition.detail.startswith("the disk is full: plays are kept")
            assert it.health.snapshot().capturing
            while it.journal.refusal is None:
                fillers.append(fill(disk))
                it.clock.pass_by(130)
                with suppress(JournalUnavailable):
                    await it.intake.observe(SOURCE, player.play(TALKATIVE))
            await eventually(lambda: it.condition.state is State.FAILED)
            assert "There is no space for the journal" in it.condition.detail
            assert not it.health.snapshot().capturing
            for filler in fillers:
                filler.unlink()
            await eventually(lambda: it.condition.state is State.OK)
            assert it.health.snapshot().capturing
            assert not it.journal.tight
            task.stopping.set()
            await keeping


async def test_whatever_was_refused_last_is_told(tmp_path: Path) -> None:
    """The page does not look right again before something could be written again."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            await it.housekeeping.tidy()
            filler = fill(disk)
            with pytest.raises(JournalUnavailable):
                await it.journal.bury(SOURCE, "unreadable", "x" * 600_000)
            await it.housekeeping.tidy()
            assert it.condition.state is State.FAILED
            filler.unlink()
            await it.intake.observe(SOURCE, it.player().stop())
            await it.housekeeping.tidy()
            assert it.condition.detail == "everything is in the database"


async def test_a_journal_that_was_deleted_ends_the_daemon(tmp_path: Path) -> None:
    """What is written to a file without a name is lost: a new one must be begun.

    What waited is still there, to be delivered during the stop.
    """
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(120)
        await it.intake.observe(SOURCE, player.stop())
        journal_path(tmp_path).unlink()
        with pytest.raises(OperatorError, match="was moved or deleted while the daemon ran"):
            await it.housekeeping.run(running(it))
        assert len(await it.journal.waiting(10)) == 1


async def test_a_journal_that_broke_ends_the_daemon(tmp_path: Path) -> None:
    """Trying again does not mend a file; the next start sets it aside."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        for _ in range(60):
            await it.intake.observe(SOURCE, player.play(SONG))
            it.clock.pass_by(120)
    path = journal_path(tmp_path)
    async with rig(tmp_path, it.clock) as it:
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(os.urandom(path.stat().st_size - 8192))
        with pytest.raises(OperatorError, match=r"The journal is damaged .* a new one is begun"):
            await it.housekeeping.tidy()
        assert it.condition.state is State.FAILED
    async with rig(tmp_path, it.clock) as it:
        assert await it.journal.sessions() == []
