"""Listens are linked to the file that the player named."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.analyzer.match.household import Household, Listen, Music

SONG: dict[str, Any] = {
    "title": "Song",
    "artists": ("Singer",),
    "album": "Album",
    "duration_s": 200.0,
}


def linked(uri: str, file: str) -> Listen:
    """A listen to `uri` linked by file to `file`, by Singer."""
    return Listen(uri, "matched", file, "file", 1.0, (), ("Singer",))


async def test_a_listen_to_a_known_file_is_linked_to_it(household: Household, music: Path) -> None:
    """The path that the source told finds the file."""
    household.scan(Music(music / "a/song.flac", "Song", ("Singer",), "Album"))
    household.play("a/song.flac", file_path=str(music / "a/song.flac"), **SONG)

    report = await household.match()

    assert [linked("a/song.flac", "song.flac")] == household.listens()
    assert (report.looked_at, report.linked) == (1, {"file": 1})


async def test_a_listen_from_before_the_scan_is_linked_after_it(
    household: Household, music: Path
) -> None:
    """Nothing has to be done for it but to scan and match."""
    household.play("a/song.flac", file_path=str(music / "a/song.flac"), **SONG)
    await household.match()
    before = household.listens()
    household.scan(Music(music / "a/song.flac", "Song", ("Singer",), "Album"))
    report = await household.match()

    assert [Listen("a/song.flac", "unmatched", artists=("Singer",))] == before
    assert [linked("a/song.flac", "song.flac")] == household.listens()
    assert report.looked_at == 1


async def test_an_untagged_listen_from_before_the_scan_is_linked_after_it(
    household: Household, music: Path
) -> None:
    """Its file is all that it is found by, each of two of the same name by its own."""
    for folder in ("a", "b"):
        household.play(f"{folder}/01.wav", duration_s=100.0)
    await household.match()
    household.scan(Music(music / "b/01.wav"))
    await household.match()

    assert [
        Listen("a/01.wav", "unmatched"),
        Listen("b/01.wav", "matched", "01.wav", "file", 1.0),
    ] == household.listens()


async def test_a_relative_name_is_looked_for_in_the_music_folders(
    household: Household, music: Path
) -> None:
    """Where the source does not know the path, a music folder may be its music directory."""
    household.scan(Music(music / "a/song.flac", "Song", ("Singer",)))
    household.play("a/song.flac", title="Other", artists=("Else",))
    await household.match()

    assert [linked("a/song.flac", "song.flac")] == household.listens()
    assert household.sql("SELECT source, uri FROM media_file_locations WHERE source <> 'file'") == [
        ("mpd:den", "a/song.flac")
    ]


async def test_a_path_on_another_host_falls_back_to_the_music_folders(
    household: Household, music: Path
) -> None:
    """What MPD calls its music directory need not be what we do."""
    household.scan(Music(music / "a/song.flac", "Song", ("Singer",)))
    household.play("a/song.flac", file_path="/media/mpd/a/song.flac")
    await household.match()

    assert [linked("a/song.flac", "song.flac")] == household.listens()


async def test_a_told_path_in_a_music_folder_is_never_taken_for_another(
    tmp_path: Path, household: Household, music: Path
) -> None:
    """A file that is not scanned yet must not be linked to its namesake in another folder."""
    other = tmp_path / "other"
    household.folders = [music, other]
    household.scan(Music(music / "a/01.flac"))
    household.play("a/01.flac", file_path=str(other / "a/01.flac"))
    await household.match()

    assert [Listen("a/01.flac", "unmatched")] == household.listens()


async def test_a_name_in_two_music_folders_is_no_link(
    tmp_path: Path, household: Household, music: Path
) -> None:
    """Guessing between two recordings would be wrong half of the time."""
    household.folders = [music, tmp_path / "other"]
    household.scan(Music(music / "01.flac", "A", ("X",)), Music(tmp_path / "other/01.flac"))
    household.play("01.flac")
    await household.match()

    assert [Listen("01.flac", "unmatched")] == household.listens()


async def test_names_that_leave_the_folder_are_not_followed(
    tmp_path: Path, household: Household, music: Path
) -> None:
    """Nor are URLs, nor what calls itself a stream."""
    household.scan(Music(tmp_path / "song.flac", "Song", ("Singer",)), Music(music / "x.flac"))
    household.play("../song.flac")
    household.play("http://x.flac", at_s=1)
    household.play("x.flac", stream=True, at_s=2)
    await household.match()

    assert {"unmatched"} == {listen.status for listen in household.listens()}


@pytest.fixture
def disk(tmp_path: Path, music: Path) -> Path:
    """Where the music folder really is: it is a link."""
    disk = tmp_path / "disk"
    disk.mkdir()
    music.rmdir()
    music.symlink_to(disk)
    return disk


async def test_a_linked_folder_is_the_same_folder(
    household: Household, music: Path, disk: Path
) -> None:
    """A player may name a music folder by another name than the configuration does."""
    household.scan(Music(music / "song.flac", "Song", ("Singer",)))
    household.play("song.flac", file_path=str(disk / "song.flac"))
    household.play("elsewhere.flac", file_path=str(music / "song.flac"), at_s=500)
    await household.match()

    assert [
        linked("song.flac", "song.flac"),
        linked("elsewhere.flac", "song.flac"),
    ] == household.listens()


@pytest.fixture
def link(music: Path) -> Path:
    """A link in the music folder to a folder of it, `albums`, that holds a file."""
    (music / "albums").mkdir()
    (music / "albums/song.flac").touch()
    path = music / "new"
    path.symlink_to(music / "albums")
    return path


async def test_links_within_a_music_folder_are_followed(
    household: Household, music: Path, link: Path
) -> None:
    """A player names the file by the link, the library by its own place."""
    household.scan(Music(music / "albums/song.flac", "Song", ("Singer",)))
    household.play("new/song.flac", file_path=str(link / "song.flac"))
    await household.match()

    assert [linked("new/song.flac", "song.flac")] == household.listens()


async def test_names_that_are_no_utf8_are_found(household: Household, music: Path) -> None:
    r"""A player's text writes such bytes as `\xNN`, which may also be a name's own letters."""
    odd, plain = b"odd\xff.flac", b"plain\\xff.flac"
    for name in (odd, plain):
        path = Path(str(music)) / name.decode("utf-8", "surrogateescape")
        household.scan(Music(path, "Song", ("Singer",), name.decode("ascii", "replace")))
    household.play("odd\\xff.flac", file_path=f"{music}/odd\\xff.flac")
    household.play("plain\\xff.flac", at_s=500)
    await household.match()

    assert [listen.reason for listen in household.listens()] == ["file", "file"]


async def test_a_stream_is_never_linked_by_file(household: Household, music: Path) -> None:
    """Its title may still be that of a recording."""
    household.scan(Music(music / "song.flac", "Song", ("Singer",)))
    household.play(
        "http://radio/live", stream=True, station="Radio", title="Song", artists=("Singer",)
    )
    household.play("http://radio/live", stream=True, station="Radio", at_s=900)
    await household.match()

    assert [listen.reason for listen in household.listens()] == ["exact", None]


async def test_a_name_that_means_another_file_now_is_learned_anew(
    household: Household, music: Path
) -> None:
    """The path that is told with a play goes before what was known of the name."""
    household.scan(
        Music(music / "old/song.flac", "Old", ("Singer",)),
        Music(music / "new/song.flac", "New", ("Singer",)),
    )
    household.play("song.flac", file_path=str(music / "old/song.flac"), title="Old")
    await household.match()
    household.play("song.flac", file_path=str(music / "new/song.flac"), title="New", at_s=500)
    await household.match()
    household.play("song.flac", title="New", at_s=1000)
    await household.match()

    linked_to = household.sql(
        "SELECT t.title FROM listens l JOIN tracks t ON t.id = l.track_id ORDER BY l.id"
    )
    assert linked_to == [("Old",), ("New",), ("New",)]


async def test_long_names_are_told_apart(household: Household, music: Path) -> None:
    """The key of a name is short; the files are found by the whole."""
    folder = "x" * 200
    for name in ("a", "b"):
        household.scan(Music(music / folder / f"{name}.flac", name, ("Singer",)))
        household.play(f"{folder}/{name}.flac")
    await household.match()
    again = await household.match()

    assert [listen.file for listen in household.listens()] == ["a.flac", "b.flac"]
    assert again.looked_at == 0
