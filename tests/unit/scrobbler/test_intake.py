"""Observations in, journaled sessions and closed plays out."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, rig

from scrobbled.domain.observation import Cause
from scrobbled.domain.play import ClosedBy
from scrobbled.errors import DatabaseUnavailable


async def test_a_play_is_in_the_journal_when_it_has_ended(tmp_path: Path) -> None:
    """What the intake acknowledged is found in the outbox, once, complete."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(120)
        await it.intake.observe(SOURCE, player.play(OTHER))

        (waiting,) = await it.journal.waiting(10)

    assert waiting.track == SONG
    assert waiting.played_s == pytest.approx(120)
    assert waiting.verdict.counts
    assert waiting.closed_by is ClosedBy.SKIPPED
    assert waiting.user == "anna"
    assert waiting.utc_offset_min in {60, 120}
    assert it.nudges == [120]


async def test_what_sounds_is_told(tmp_path: Path) -> None:
    """The answer to an observation says what is missing until the play counts."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player("kitchen")
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(40)
        playing = await it.intake.observe(SOURCE, player.look())

        assert playing is not None
        assert playing.counts_in_s == pytest.approx(60)
        (sounding,) = it.intake.now_playing()
        assert sounding.source == "mpd:test/kitchen"
        assert sounding.playing == playing
        assert it.intake.players(SOURCE) == ("kitchen",)
        await it.intake.observe(SOURCE, player.stop())
        assert it.intake.now_playing() == []
        assert it.intake.players(SOURCE) == ()


async def test_a_restart_goes_on_with_the_play(tmp_path: Path) -> None:
    """A play that was open when the process ended is one play after the restart."""
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        player = before.player()
        opened = await before.intake.observe(SOURCE, player.play(SONG))
        before.clock.pass_by(50)
        await before.intake.observe(SOURCE, player.look(Cause.HEARTBEAT))
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([after.profile])
        assert after.intake.last_observation(SOURCE, "") is not None
        after.clock.pass_by(10)
        playing = await after.intake.observe(SOURCE, player.look(Cause.CONNECT))
        after.clock.pass_by(60)
        await after.intake.observe(SOURCE, player.stop())
        (waiting,) = await after.journal.waiting(10)

    assert opened is not None
    assert playing is not None
    assert playing.play_uid == opened.play_uid == waiting.play_uid
    assert waiting.played_s == pytest.approx(120)


async def test_the_play_of_a_source_that_is_gone_is_closed(tmp_path: Path) -> None:
    """A play of a source that is no longer configured ends with what it earned, for its user."""
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        player = before.player()
        await before.intake.observe(SOURCE, player.play(SONG))
        before.clock.pass_by(130)
        await before.intake.observe(SOURCE, player.look())
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([])
        (waiting,) = await after.journal.waiting(10)
        assert await after.journal.sessions() == []

    assert waiting.closed_by is ClosedBy.LOST
    assert waiting.user == "anna"
    assert waiting.verdict.counts


async def test_the_idle_session_of_a_source_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    """A session without an open play leaves nothing behind."""
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        player = before.player()
        await before.intake.observe(SOURCE, player.stop())
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([])
        assert await after.journal.waiting(10) == []
        assert await after.journal.sessions() == []


async def test_a_play_paused_for_too_long_is_closed_by_the_sweep(tmp_path: Path) -> None:
    """Nobody has to press stop: after the limit the sweep closes it, once."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(30)
        await it.intake.observe(SOURCE, player.pause())
        it.clock.pass_by(3599)
        await it.intake.sweep()
        assert await it.journal.waiting(10) == []
        it.clock.pass_by(2)
        await it.intake.sweep()
        await it.intake.sweep()
        (waiting,) = await it.journal.waiting(10)

    assert waiting.closed_by is ClosedBy.PAUSED_TOO_LONG
    assert waiting.played_s == pytest.approx(30)


async def test_contact_lost_is_remembered_through_a_restart(tmp_path: Path) -> None:
    """A play counts until contact was lost, if the player never comes back with it."""
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        player = before.player()
        await before.intake.observe(SOURCE, player.play(SONG))
        before.clock.pass_by(14)
        await before.intake.lose(SOURCE, "")
        before.clock.pass_by(5)
        await before.intake.lose(SOURCE, "")
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([after.profile])
        after.clock.pass_by(4000)
        await after.intake.sweep()
        (waiting,) = await after.journal.waiting(10)

    assert waiting.closed_by is ClosedBy.LOST
    assert waiting.played_s == pytest.approx(14)


async def test_losing_a_player_without_a_play_writes_nothing(tmp_path: Path) -> None:
    """There is no session to keep where nothing plays."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        await it.intake.lose(SOURCE, "")
        assert await it.journal.sessions() == []


async def test_what_the_journal_refuses_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the journal cannot write, plays end all the same, and are kept when it can again."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(150)
        with monkeypatch.context() as broken:
            broken.setattr(it.journal, "keep", _refuse)
            with pytest.raises(DatabaseUnavailable):
                await it.intake.observe(SOURCE, player.play(OTHER))
            it.clock.pass_by(130)
            with pytest.raises(DatabaseUnavailable):
                await it.intake.observe(SOURCE, player.play(replace(SONG, uri="third.flac")))
        assert await it.journal.waiting(10) == []
        await it.intake.sweep()
        kept = await it.journal.waiting(10)

    assert [play.track.uri for play in kept] == [SONG.uri, OTHER.uri]
    assert [play.played_s for play in kept] == pytest.approx([150, 130])


async def test_observations_of_one_player_are_taken_in_turn(tmp_path: Path) -> None:
    """Observations handed over at once are worked on one after the other."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        seen = [player.play(SONG)]
        for _ in range(20):
            it.clock.pass_by(5)
            seen.append(player.look())
        seen.append(player.stop())
        await asyncio.gather(*(it.intake.observe(SOURCE, each) for each in seen))
        (waiting,) = await it.journal.waiting(10)

    assert waiting.played_s == pytest.approx(100)


async def _refuse(*_arguments: object) -> None:
    raise DatabaseUnavailable("the disk is full")
