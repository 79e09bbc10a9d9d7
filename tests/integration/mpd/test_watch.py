"""What the source sees of one player, on a real mpd at ten times its speed."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tests.integration.mpd.watching import context_for, sees, uri, watching
from tests.servers.mpd import Mpd
from tests.servers.radio import Radio
from tests.servers.waiting import eventually

from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.sources import Attention
from scrobbled.sources.testing import RecordingContext

pytestmark = pytest.mark.integration


def is_playing(name: str, since_s: float = 0.0) -> Callable[[Observation], bool]:
    """Whether `name` plays and has come so far."""
    return lambda seen: (
        seen.state is PlayerState.PLAYING
        and uri(seen) == name
        and (seen.position_s or 0.0) >= since_s
    )


async def test_each_song_of_a_queue_is_seen_to_the_end(tmp_path: Path) -> None:
    """Two songs and the silence after them; the count of audio is their sum."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 6, {"title": "One", "artist": ["A", "B"]})
        await mpd.add_song("b.wav", 6)
        before = context.observations[0]
        await mpd.play("a.flac", "b.wav")
        first = await sees(context, is_playing("a.flac"), "the first song")
        second = await sees(context, is_playing("b.wav"), "the second song")
        count = len(context.observations)
        end = await sees(context, lambda seen: seen.entry_id is None, "the end", after=count)

        assert (before.state, before.cause) == (PlayerState.STOPPED, Cause.CONNECT)
        assert first.track is not None
        assert (first.track.title, first.track.artists) == ("One", ("A", "B"))
        assert first.track.file_path == str(mpd.music / "a.flac")
        assert first.entry_id != second.entry_id
        assert second.at.seconds_since(first.at) == pytest.approx(6, abs=1.5)
        assert (end.state, end.track, end.position_s) == (PlayerState.STOPPED, None, None)
        assert end.evidence.playtime_s == 12
        assert {seen.cause for seen in context.observations[1:]} == {Cause.EVENT}


async def test_next_is_seen_at_once(tmp_path: Path) -> None:
    """The other song, near its start."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 60)
        await mpd.add_song("b.flac", 60)
        await mpd.play("a.flac", "b.flac")
        await mpd.until(elapsed_s=3)
        await mpd.command("next")
        seen = await sees(context, is_playing("b.flac"), "the next song")

        assert seen.cause is Cause.EVENT
        assert (seen.position_s or 0.0) < 2


async def test_stop_is_seen_with_the_entry_still_loaded(tmp_path: Path) -> None:
    """Mpd keeps the song that it stopped at, without position."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        playing = await sees(context, is_playing("a.flac"), "play")
        await mpd.command("stop")
        seen = await sees(
            context,
            lambda seen: seen.state is PlayerState.STOPPED,
            "stop",
            after=context.observations.index(playing),
        )

        assert (seen.entry_id, seen.position_s) == (playing.entry_id, None)


async def test_pause_and_resume_are_seen_and_a_pause_is_left_alone(tmp_path: Path) -> None:
    """The position stands; while it stands nobody looks again."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd, heartbeat="1s") as context:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        await sees(context, is_playing("a.flac", 2), "play")
        await mpd.command("pause", 1)
        paused = await sees(context, lambda seen: seen.state is PlayerState.PAUSED, "pause")
        quiet_since = mpd.clock.moment()
        await eventually(lambda: mpd.clock.moment().seconds_since(quiet_since) > 5)
        count = len(context.observations)
        await mpd.command("pause", 0)
        resumed = await sees(context, is_playing("a.flac"), "resume", after=count)
        meanwhile = context.observations[context.observations.index(paused) : count]

        assert {seen.cause for seen in meanwhile} == {Cause.EVENT}
        assert resumed.position_s == pytest.approx(paused.position_s, abs=1)


async def test_a_seek_is_seen_at_its_target(tmp_path: Path) -> None:
    """Same entry, another position."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        before = await sees(context, is_playing("a.flac"), "play")
        await mpd.command("seekcur", 40)
        after = await sees(context, is_playing("a.flac", 40), "the seek")

        assert after.entry_id == before.entry_id
        assert after.position_s == pytest.approx(40, abs=2)


async def test_a_repeated_song_is_seen_to_begin_again(tmp_path: Path) -> None:
    """Same entry, the position back at its start, the count of audio one song further."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd, heartbeat="1s") as context:
        await mpd.add_song("a.flac", 6)
        await mpd.command("repeat", 1)
        await mpd.play("a.flac")
        late = await sees(context, is_playing("a.flac", 4), "its end")
        number = context.observations.index(late)
        again = await sees(
            context, lambda seen: (seen.position_s or 9) < 2, "its start", after=number
        )

        assert again.entry_id == late.entry_id
        assert 0 < again.at.seconds_since(late.at) < 4


async def test_parts_of_a_file_are_told_apart_and_found(tmp_path: Path) -> None:
    """A CUE sheet loaded as a list, and one taken from the database; both lead to the file."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("A/disc.flac", 8)
        parts = [(0, {"title": "Part 1", "artist": "A"}), (4, {"title": "Part 2", "artist": "A"})]
        await mpd.add_cue("A/disc.cue", "disc.flac", parts)
        await mpd.commands(("load", "A/disc.cue"), ("add", "A/disc.cue/track0002"), ("play", 0))
        names = ["A/disc.flac#0.000-4.000", "A/disc.flac#4.000-", "A/disc.cue/track0002#4.000-"]
        seen = [await sees(context, is_playing(name), name) for name in names]
        tracks = [one.track for one in seen if one.track is not None]

        assert [track.title for track in tracks] == ["Part 1", "Part 2", "Part 2"]
        assert [track.duration_s for track in tracks] == [4, 4, 4]
        assert {track.file_path for track in tracks} == {str(mpd.music / "A" / "disc.flac")}
        assert len({one.entry_id for one in seen}) == 3


async def test_what_plays_is_looked_at_now_and_then(tmp_path: Path) -> None:
    """At each heartbeat, without any event; positions keep pace with the clock."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd, heartbeat="2s") as context:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        await sees(context, is_playing("a.flac", 12), "twelve seconds")
        beats = [seen for seen in context.observations if seen.cause is Cause.HEARTBEAT]
        waits = [b.at.seconds_since(a.at) for a, b in pairwise(beats)]
        drift = (beats[-1].position_s or 0) - (beats[0].position_s or 0) - sum(waits)

        assert len(beats) >= 4
        assert all(1.5 < wait_s < 4 for wait_s in waits)
        assert abs(drift) < 0.7


async def test_the_moment_at_which_a_play_counts_is_looked_at(tmp_path: Path) -> None:
    """When the daemon says in how many seconds, that is when it is looked at again."""

    def attention(seen: Observation) -> Attention:
        left_s = 7.0 - (seen.position_s or 0.0)
        return Attention(left_s if left_s > 0 else None)

    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", 60)
        context = RecordingContext("mpd:test", mpd.clock, attention)
        async with watching(mpd, context):
            await mpd.play("a.flac")
            seen = await sees(context, is_playing("a.flac", 6.5), "the moment")

        assert seen.cause is Cause.HEARTBEAT
        assert seen.position_s == pytest.approx(7.2, abs=0.8)


async def test_titles_of_a_radio_stream_are_seen(tmp_path: Path) -> None:
    """One entry, another title; the station keeps its name."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context, Radio(speed=10) as radio:
        radio.announce("A - First")
        await mpd.play(radio.url)
        first = await sees(context, lambda seen: _title(seen) == "A - First", "the first title")
        radio.announce("B - Second")
        second = await sees(context, lambda seen: _title(seen) == "B - Second", "the second")

        assert first.entry_id == second.entry_id
        assert second.track is not None
        assert (second.track.stream, second.track.station) == (True, "Radio Test")
        assert (second.track.duration_s, second.track.file_path) == (None, None)


async def test_tags_edited_in_mid_song_are_seen(tmp_path: Path) -> None:
    """The same entry, with its new tags."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 600, {"title": "Old"})
        await mpd.play("a.flac")
        old = await sees(context, lambda seen: _title(seen) == "Old", "the old title")
        await mpd.retag("a.flac", {"title": "New"})
        new = await sees(context, lambda seen: _title(seen) == "New", "the new title")

        assert new.entry_id == old.entry_id


async def test_a_file_added_hints_at_the_library_once(tmp_path: Path) -> None:
    """The hint comes from mpd's database event, whatever the number of partitions."""
    async with Mpd(tmp_path, outputs=("main", "second")) as mpd, watching(mpd) as context:
        await mpd.add_partition("kitchen", "second")
        await sees(context, lambda seen: seen.player == "kitchen", "the partition")
        assert context.library_changes == 0
        await mpd.add_song("a.flac", 6)
        await eventually(lambda: context.library_changes)
        await mpd.play("a.flac")
        await sees(context, is_playing("a.flac"), "play")

        assert context.library_changes == 1


async def test_over_tcp_files_are_found_by_the_map_alone(tmp_path: Path) -> None:
    """Mpd tells its directory on local sockets only."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("nas/a.flac", 60)
        await mpd.play("nas/a.flac")
        paths = []
        for path_map in ({}, {"nas": "/mnt/nas"}):
            async with watching(mpd, host="127.0.0.1", path_map=path_map) as context:
                seen = await sees(context, is_playing("nas/a.flac"), "play")
                assert seen.track is not None
                paths.append(seen.track.file_path)

        assert paths == [None, "/mnt/nas/a.flac"]


async def test_songs_passed_without_contact_are_named(tmp_path: Path) -> None:
    """What lies between the song last seen and this one, when mpd went on in order."""
    async with Mpd(tmp_path, speed=10) as mpd:
        for name in "abcd":
            await mpd.add_song(f"{name}.flac", 6, {"title": name})
        context = context_for(mpd)
        await mpd.play("a.flac", "b.flac", "c.flac", "d.flac")
        async with watching(mpd, context):
            await sees(context, is_playing("a.flac"), "the first song")
        await mpd.until(song="3")
        count = len(context.observations)
        async with watching(mpd, context):
            seen = await sees(context, is_playing("d.flac"), "the last song", after=count)

        assert seen.cause is Cause.CONNECT
        assert [track.title for track in seen.passed] == ["b", "c"]


@pytest.mark.parametrize("how", ["random", "single", "consume", "restart"])
async def test_songs_are_not_named_where_the_order_is_not_known(tmp_path: Path, how: str) -> None:
    """Neither with random, single or consume, nor when mpd was started anew."""
    async with Mpd(tmp_path, speed=10) as mpd:
        for name in "abc":
            await mpd.add_song(f"{name}.flac", 60)
        context = context_for(mpd)
        await mpd.play("a.flac", "b.flac", "c.flac")
        async with watching(mpd, context):
            await mpd.until(elapsed_s=5)
        if how == "restart":
            await mpd.restart()
        else:
            await mpd.command(how, 1)
        await mpd.command("play", 2 if how != "consume" else 1)
        count = len(context.observations)
        async with watching(mpd, context):
            seen = await sees(context, lambda _seen: True, "the next look", after=count)

        assert uri(seen) in ("b.flac", "c.flac")
        assert seen.passed == ()


def _title(seen: Observation) -> str | None:
    return None if seen.track is None else seen.track.title
