"""Each partition is a player of its own, watched from when it can play until it cannot."""

from pathlib import Path

import pytest
from tests.integration.mpd.watching import sees, uri, watching
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.domain.observation import Cause, PlayerState

pytestmark = pytest.mark.integration


async def test_two_partitions_are_seen_side_by_side(tmp_path: Path) -> None:
    """Each has its own song and its own count of audio."""
    async with Mpd(tmp_path, speed=10, outputs=("main", "second")) as mpd:
        await mpd.add_song("a.flac", 600)
        await mpd.add_song("b.flac", 600)
        await mpd.add_partition("kitchen", "second")
        async with watching(mpd) as context:
            await mpd.play("a.flac")
            await mpd.until(elapsed_s=8)
            await mpd.play("b.flac", partition="kitchen")
            await sees(context, lambda seen: uri(seen) == "b.flac", "the kitchen's song")
        players = {(seen.player, uri(seen)) for seen in context.observations if seen.track}
        first, second = context.last_observation(""), context.last_observation("kitchen")

        assert players == {("", "a.flac"), ("kitchen", "b.flac")}
        assert first is not None
        assert second is not None
        assert (first.cause, second.cause) == (Cause.SHUTDOWN, Cause.SHUTDOWN)
        assert (first.evidence.playtime_s or 0) > (second.evidence.playtime_s or 0) + 4


async def test_a_partition_created_later_is_watched(tmp_path: Path) -> None:
    """Within the event that tells of it; its first look is one after a gap."""
    async with (
        Mpd(tmp_path, speed=10, outputs=("main", "second")) as mpd,
        watching(mpd) as context,
    ):
        await mpd.add_song("a.flac", 600)
        await mpd.add_partition("kitchen", "second")
        first = await sees(context, lambda seen: seen.player == "kitchen", "the partition")
        await mpd.play("a.flac", partition="kitchen")
        await sees(context, lambda seen: seen.player == "kitchen" and bool(seen.track), "its song")

        assert first.cause is Cause.CONNECT
        assert len(context.returns) == 1


async def test_only_the_partitions_named_are_watched(tmp_path: Path) -> None:
    """The default one is left alone when it is not among them."""
    async with Mpd(tmp_path, speed=10, outputs=("main", "second", "third")) as mpd:
        await mpd.add_song("a.flac", 600)
        await mpd.add_partition("kitchen", "second")
        await mpd.add_partition("bath", "third")
        for partition in ("default", "kitchen", "bath"):
            await mpd.play("a.flac", partition=partition)
        async with watching(mpd, partitions=["bath"]) as context:
            await sees(context, lambda seen: seen.track is not None, "the bath's song")

        assert {seen.player for seen in context.observations} == {"bath"}


async def test_watching_does_not_keep_a_partition_from_being_deleted(tmp_path: Path) -> None:
    """Mpd deletes none that has clients: so one without outputs is left, and joined again."""
    async with (
        Mpd(tmp_path, speed=10, outputs=("main", "second")) as mpd,
        watching(mpd) as context,
    ):
        await mpd.add_song("a.flac", 600)
        await mpd.add_partition("kitchen", "second")
        await mpd.play("a.flac", partition="kitchen")
        await sees(context, lambda seen: seen.player == "kitchen" and bool(seen.track), "its song")
        # mpd 0.23.12 now and then hangs for ever when an output is moved that is sounding.
        await mpd.command("pause", 1, partition="kitchen")
        await mpd.command("moveoutput", "second")
        await eventually(lambda: context.losses == ["kitchen"])
        count = len(context.observations)
        await mpd.command("moveoutput", "second", partition="kitchen")
        again = await sees(
            context, lambda seen: seen.player == "kitchen", "its return", after=count
        )
        await mpd.command("moveoutput", "second")
        await eventually(lambda: context.losses == ["kitchen", "kitchen"])
        count = len(context.observations)
        await mpd.command("delpartition", "kitchen")
        gone = await sees(context, lambda seen: seen.player == "kitchen", "its end", after=count)

        assert (again.cause, uri(again)) == (Cause.CONNECT, "a.flac")
        assert (gone.state, gone.track) == (PlayerState.STOPPED, None)
        assert context.outages == []


async def test_a_partition_that_a_restart_forgot_plays_nothing(tmp_path: Path) -> None:
    """Its play does not stay open for ever: the player is told to be silent."""
    async with (
        Mpd(tmp_path, speed=10, outputs=("main", "second")) as mpd,
        watching(mpd) as context,
    ):
        await mpd.add_song("a.flac", 600)
        await mpd.add_partition("kitchen", "second")
        await mpd.play("a.flac", partition="kitchen")
        await sees(context, lambda seen: seen.player == "kitchen" and bool(seen.track), "its song")
        await mpd.terminate()
        await eventually(lambda: context.outages)
        count = len(context.observations)
        await mpd.start()
        silent = await sees(
            context, lambda seen: seen.player == "kitchen", "its silence", after=count
        )

        assert (silent.state, silent.cause) == (PlayerState.STOPPED, Cause.CONNECT)
        assert sorted(context.losses) == ["", "kitchen"]
        assert context.players() == ()
