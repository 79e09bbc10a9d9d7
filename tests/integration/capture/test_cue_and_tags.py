"""What a play says its song is: parts of files, edited tags, several artists, no tags at all."""

import asyncio
from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import listening
from tests.integration.capture.scenarios import shows

pytestmark = pytest.mark.integration


@shows(36)
async def test_each_part_of_a_file_is_a_play_with_its_own_tags(tmp_path: Path) -> None:
    """Three parts of one file, named by a CUE sheet that is loaded, or by mpd's database."""
    async with asyncio.TaskGroup() as group:
        for by in ("load", "add"):
            group.create_task(_parts(tmp_path / by, by))


async def _parts(directory: Path, by: str) -> None:
    parts = [
        (start_s, {"title": f"Part {number}", "artist": f"Artist {number}"})
        for number, start_s in enumerate((0, 15, 31), start=1)
    ]
    async with listening(directory) as listener:
        await listener.mpd.add_song("disc/whole.flac", 48)
        await listener.mpd.add_cue("disc/whole.cue", "whole.flac", parts)
        if by == "load":
            await listener.do(("load", "disc/whole.cue"))
        else:
            await listener.do(*(("add", f"disc/whole.cue/track000{part}") for part in (1, 2, 3)))
        await listener.do("play")
        await listener.until_silent()
        plays = await listener.all_plays()
        audio = str(listener.mpd.music / "disc" / "whole.flac")

    assert told(plays) == ["P Part 1 finished", "P Part 2 finished", "P Part 3 finished"]
    assert [play.track.artists for play in plays] == [("Artist 1",), ("Artist 2",), ("Artist 3",)]
    assert [play.track.duration_s for play in plays] == [15, 16, 17]
    assert all(play in exactly(play.track.duration_s or 0) for play in plays)
    assert len({play.track.uri for play in plays}) == 3
    assert {play.track.file_path for play in plays} == {audio}


@shows(37)
async def test_tags_edited_in_mid_song_are_the_plays(tmp_path: Path) -> None:
    """The newest tags win, the older ones are kept beside them, and the play stays one."""
    async with listening(tmp_path, a=50) as listener:
        await listener.play("a")
        await listener.hear(until_s=8)
        await listener.mpd.retag("a.flac", {"title": "Better", "artist": ["One", "Two"]})
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P Better finished"]
    assert plays[0].track.artists == ("One", "Two")
    assert [tags.title for tags in plays[0].earlier_tags] == ["A"]
    assert plays[0] in exactly(50)


@shows(38)
async def test_a_file_renamed_in_mid_song_stays_one_play(tmp_path: Path) -> None:
    """Mpd plays on under the old name, and so does the play."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=8)
        music = listener.mpd.music
        (music / "a.flac").rename(music / "renamed.flac")
        await listener.mpd.update()
        await listener.until_silent()
        plays = await listener.all_plays()
        known = [song["file"] for song in await listener.mpd.command("listall")]

    assert known == ["renamed.flac"]
    assert told(plays) == ["P A finished"]
    assert plays[0].track.uri == "a.flac"
    assert plays[0] in exactly(40)


@shows(39)
async def test_artists_are_kept_as_they_are_tagged(tmp_path: Path) -> None:
    """Two artists, one of them with a comma in the name: neither split nor joined."""
    artists = ["First Artist", "Second, Artist"]
    async with listening(tmp_path) as listener:
        await listener.mpd.add_song("duo.flac", 15, {"title": "Duo", "artist": artists})
        await listener.play("duo")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P Duo finished"]
    assert plays[0].track.artists == ("First Artist", "Second, Artist")


@shows(40)
async def test_a_file_without_tags_counts_under_its_name(tmp_path: Path) -> None:
    """A plain WAV: nothing is made up for what it does not say."""
    async with listening(tmp_path) as listener:
        await listener.mpd.add_song("noise/Some Noise.wav", 15)
        await listener.play("noise/Some Noise.wav")
        await listener.until_silent()
        plays = await listener.all_plays()

    track = plays[0].track
    assert told(plays) == ["P noise/Some Noise.wav finished"]
    assert (track.uri, track.title, track.artists) == ("noise/Some Noise.wav", None, ())
    assert (track.album, track.genres, track.recording_mbid) == (None, (), None)
    assert plays[0] in exactly(15)
