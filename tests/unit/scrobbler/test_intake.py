"""Observations in, journaled sessions and closed plays out."""

import asyncio
import sqlite3
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest
from tests.disks import fill, small_disk
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, TALKATIVE, rig

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause
from scrobbled.domain.play import ClosedBy
from scrobbled.errors import ItemRejected, JournalUnavailable
from scrobbled.scrobbler.codec import load_observation
from scrobbled.scrobbler.intake import FORGOTTEN_AFTER_S
from scrobbled.store.journal import journal_path


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


async def test_what_the_journal_refuses_goes_with_the_next(tmp_path: Path) -> None:
    """While the journal cannot write, plays end all the same, and are kept when it can again."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            player = it.player()
            await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(150)
            with pytest.raises(JournalUnavailable):
                await it.intake.observe(SOURCE, player.play(TALKATIVE))
            it.clock.pass_by(130)
            with pytest.raises(JournalUnavailable):
                await it.intake.observe(SOURCE, player.play(replace(TALKATIVE, uri="3.flac")))
            assert it.handed_over == []
            filler.unlink()
            await it.intake.sweep()
            kept = await it.journal.waiting(10)
            assert it.handed_over == kept

    assert [play.track.uri for play in kept] == [SONG.uri, TALKATIVE.uri]
    assert [play.played_s for play in kept] == pytest.approx([150, 130])


async def test_a_session_that_was_refused_is_kept_by_the_sweep(tmp_path: Path) -> None:
    """Also what closed no play: a crash soon after the outage must not forget what sounded."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as before:
            await before.intake.load([before.profile])
            player = before.player()
            await before.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            with pytest.raises(JournalUnavailable):
                await before.intake.observe(SOURCE, player.play(TALKATIVE))
            before.clock.pass_by(90)
            with pytest.raises(JournalUnavailable):
                await before.intake.observe(SOURCE, player.look())
            filler.unlink()
            await before.intake.sweep()
        async with rig(disk, before.clock) as after:
            await after.intake.load([after.profile])
            (sounding,) = after.intake.now_playing()

    assert sounding.playing.track == TALKATIVE
    assert sounding.playing.played_s == pytest.approx(90)


async def test_a_source_that_stops_waiting_loses_nothing(tmp_path: Path) -> None:
    """A source that is cancelled while the journal writes: what it saw is kept and handed over."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(150)
        observing = asyncio.create_task(it.intake.observe(SOURCE, player.play(OTHER)))
        await asyncio.sleep(0)
        observing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await observing
        assert it.handed_over == []
        await it.intake.sweep()
        await it.intake.sweep()

        kept = await it.journal.waiting(10)
        assert kept == it.handed_over
        assert [play.track for play in kept] == [SONG]
        assert it.nudges == [150]


async def test_an_observation_is_kept_for_each_play_that_it_tells_of(tmp_path: Path) -> None:
    """The song change is seen in both plays, a look in the middle in its own, silence in none."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.stop())
        first = await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(60)
        await it.intake.observe(SOURCE, player.look())
        it.clock.pass_by(60)
        second = await it.intake.observe(SOURCE, player.play(OTHER))
        it.clock.pass_by(120)
        await it.intake.observe(SOURCE, player.stop())

    assert first is not None
    assert second is not None
    assert seen_of(tmp_path, first.play_uid) == [0.0, 60.0, 0.0]
    assert seen_of(tmp_path, second.play_uid) == [0.0, None]
    assert seen_of(tmp_path, None) == [None]


async def test_a_play_that_waited_is_told_nothing_of_what_came_later(tmp_path: Path) -> None:
    """What is seen after an outage belongs to the play it is of, not to one that had to wait."""
    with small_disk(tmp_path / "disk", 4) as disk:
        async with rig(disk) as it:
            await it.intake.load([it.profile])
            player = it.player()
            first = await it.intake.observe(SOURCE, player.play(SONG))
            filler = fill(disk)
            it.clock.pass_by(150)
            with pytest.raises(JournalUnavailable):
                await it.intake.observe(SOURCE, player.play(TALKATIVE))
            filler.unlink()
            await it.journal.set_space_aside()
            it.clock.pass_by(5)
            later = await it.intake.observe(SOURCE, player.look())
        assert first is not None
        assert later is not None
        assert seen_of(disk, first.play_uid) == [0.0]
        assert it.journal.tight, "so that the details of the outage are not kept"
        assert [play.play_uid for play in it.handed_over] == [first.play_uid]


async def test_nonsense_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    """An observation without a time is an error of its source; the play goes on without it."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player()
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(100)
        senseless = replace(player.look(), at=Moment(nan, 0.0, "boot"))
        with pytest.raises(ItemRejected, match="no possible time"):
            await it.intake.observe(SOURCE, senseless)
        it.clock.pass_by(10)
        await it.intake.observe(SOURCE, player.stop())
        (waiting,) = await it.journal.waiting(10)

    assert waiting.played_s == pytest.approx(110)


async def test_odd_names_go_through_the_journal_and_a_restart(tmp_path: Path) -> None:
    """Bytes that are no text, NULs, numbers that are none: made fit at once, so that all agree."""
    odd = replace(
        SONG, uri="caf\udce9.flac", title="a\0b", extra=(("x", "\ud800"),), duration_s=inf
    )
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        player = before.player()
        first = await before.intake.observe(SOURCE, player.play(odd))
        before.clock.pass_by(100)
        await before.intake.observe(SOURCE, replace(player.look(), position_s=nan))
        before.clock.pass_by(5)
        await before.intake.observe(SOURCE, player.look())
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([after.profile])
        after.clock.pass_by(200)
        again = await after.intake.observe(SOURCE, player.look(Cause.CONNECT))

    assert first is not None
    assert again is not None
    assert again.play_uid == first.play_uid
    assert (again.track.uri, again.track.title) == ("caf\\xe9.flac", "ab")
    assert again.track.duration_s is None


async def test_silent_players_are_forgotten(tmp_path: Path) -> None:
    """Players come and go; of one that was not heard of for a month nothing is left."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        for number in range(5):
            await it.intake.observe(SOURCE, it.player(f"guest{number}").stop())
        playing = it.player("kitchen")
        await it.intake.observe(SOURCE, playing.play(SONG))
        it.clock.pass_by(FORGOTTEN_AFTER_S - 10)
        await it.intake.observe(SOURCE, playing.look())
        await it.intake.sweep()
        assert len(await it.journal.sessions()) == 6
        it.clock.pass_by(20)
        await it.intake.sweep()

        assert [kept.player for kept in await it.journal.sessions()] == ["kitchen"]
        assert it.intake.last_observation(SOURCE, "guest1") is None
        assert it.intake.last_observation(SOURCE, "kitchen") is not None


async def test_a_player_that_comes_back_while_it_is_forgotten_is_remembered(tmp_path: Path) -> None:
    """An observation that waits for its turn meanwhile begins a session of its own."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        player = it.player("guest")
        await it.intake.observe(SOURCE, player.play(SONG))
        it.clock.pass_by(50)
        await it.intake.observe(SOURCE, player.pause())
        it.clock.pass_by(FORGOTTEN_AFTER_S + 1)
        _, playing = await asyncio.gather(
            it.intake.sweep(), it.intake.observe(SOURCE, player.play(OTHER))
        )

        assert playing is not None
        (sounding,) = it.intake.now_playing()
        assert sounding.playing == playing
        (kept,) = await it.journal.sessions()
        assert kept.session.open is not None
        assert kept.session.open.play_uid == playing.play_uid
        (closed,) = await it.journal.waiting(10)
        assert closed.closed_by is ClosedBy.PAUSED_TOO_LONG


async def test_a_player_that_only_was_lost_leaves_nothing(tmp_path: Path) -> None:
    """A name that was never seen with anything is not remembered."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        await it.intake.lose(SOURCE, "never seen")
        await it.intake.sweep()
        assert it.intake.last_observation(SOURCE, "never seen") is None
        assert await it.journal.sessions() == []


async def test_a_source_that_is_gone_waits_until_the_journal_can_be_written(
    tmp_path: Path,
) -> None:
    """With the disk full the daemon starts all the same, and closes the play at another start."""
    with small_disk(tmp_path / "disk", 12) as disk:
        async with rig(disk) as before:
            await before.intake.load([before.profile])
            player = before.player()
            await before.intake.observe(SOURCE, player.play(TALKATIVE))
            before.clock.pass_by(130)
            await before.intake.observe(SOURCE, player.look())
        async with rig(disk, before.clock) as full:
            await full.journal.backlog()
            filler = fill(disk)
            await full.intake.load([])
            assert full.intake.now_playing() == []
            filler.unlink()
        async with rig(disk, before.clock) as after:
            await after.intake.load([])
            (waiting,) = await after.journal.waiting(10)
            assert await after.journal.sessions() == []

    assert waiting.track == TALKATIVE
    assert waiting.played_s == pytest.approx(130)


async def test_the_play_of_a_source_that_is_gone_sounded_until_contact_was_lost(
    tmp_path: Path,
) -> None:
    """What is known to have sounded is credited, also to the last play of a source."""
    async with rig(tmp_path) as before:
        await before.intake.load([before.profile])
        await before.intake.observe(SOURCE, before.player().play(SONG))
        before.clock.pass_by(14)
        await before.intake.lose(SOURCE, "")
    async with rig(tmp_path, before.clock) as after:
        await after.intake.load([])
        (waiting,) = await after.journal.waiting(10)

    assert waiting.played_s == pytest.approx(14)


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


def seen_of(directory: Path, play_uid: str | None) -> list[float | None]:
    """The positions of the observations that the journal holds of a play, in order."""
    connection = sqlite3.connect(journal_path(directory))
    try:
        found = connection.execute(
            "SELECT observation_json FROM observations WHERE play_uid IS ? ORDER BY id", (play_uid,)
        ).fetchall()
    finally:
        connection.close()
    return [load_observation(text).position_s for (text,) in found]
