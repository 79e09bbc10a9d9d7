"""Files change, move, vanish and return; their tracks, and so the listening history, stay."""

import shutil
from typing import Any

import pytest
from tests.unit.analyzer.nobody import as_nobody
from tests.unit.analyzer.shelf import RECORDING, Shelf

from scrobbled.analyzer import pool, worker

ID = RECORDING.format
SONG = {"title": "Song", "artist": "A", "album": "X", "tracknumber": "1"}


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files were given to reading processes, batch by batch."""
    given: list[int] = []
    read = pool.ReadingProcess.read

    def counting(self: pool.ReadingProcess, batch: Any) -> Any:
        given.append(len(batch))
        return read(self, batch)

    monkeypatch.setattr(pool.ReadingProcess, "read", counting)
    return given


async def test_an_unchanged_library_is_not_read(shelf: Shelf, batches: list[int]) -> None:
    """The second scan opens no file, starts no process and changes no row."""
    for number in range(5):
        shelf.put(f"{number}.flac", {**SONG, "title": f"Song {number}"})
    (shelf.folder / "broken.mp3").touch()
    await shelf.scan()
    before = await shelf.contents()
    batches.clear()

    report = await shelf.scan()

    assert (report.unchanged, report.read, report.changes, batches) == (6, 0, 0, [])
    assert await shelf.contents() == before
    assert await shelf.value("SELECT max(scan_run_id) FROM tracks") == 1


async def test_a_full_scan_reads_everything_and_changes_nothing(
    shelf: Shelf, batches: list[int]
) -> None:
    """Reading everything again gives the same rows under the same ids."""
    for number in range(3):
        shelf.put(f"{number}.flac", {**SONG, "title": f"Song {number}", "genre": ["G", "H"]})
    shelf.put("double.mp3", {**SONG, "title": "Song 1", "album": "Best of"})
    await shelf.scan()
    before, tracks = await shelf.contents(), await shelf.tracks()
    batches.clear()

    report = await shelf.scan(full=True)

    assert (report.read, report.changed, sum(batches)) == (4, 4, 4)
    assert await shelf.contents() == before
    assert await shelf.tracks() == tracks


async def test_a_retagged_file_keeps_its_track(shelf: Shelf) -> None:
    """A corrected title and artist change the track, and nothing of the old tags stays."""
    shelf.put(
        "1.flac",
        {**SONG, "title": "Sonk", "genre": "Old", "label": "L", "bpm": "1", "isrc": "GBAAA0000001"},
    )
    await shelf.scan()
    track = await shelf.track_of("1.flac")

    shelf.retag("1.flac", {**SONG, "artist": "B", "genre": "New"})
    report = await shelf.scan()

    contents = await shelf.contents()
    assert (report.read, report.changed, report.added) == (1, 1, 0)
    assert await shelf.tracks() == {"Song": track}
    assert [row[1] for row in contents["credits"]] == ["B"]
    assert [row[1] for row in contents["genres"]] == ["New"]
    assert contents["ids"] == contents["tags"] == contents["attributes"] == []
    assert len(contents["keys"]) == 1


async def test_a_retagged_file_is_as_if_it_had_always_been_so(
    shelf: Shelf, fresh_shelf: Shelf
) -> None:
    """Tagging first and scanning then ends where scanning, tagging and scanning ends."""
    shelf.put("1.flac", {"title": "Wrong", "artist": "Nobody", "genre": "X", "isrc": "bad"})
    await shelf.scan()

    shelf.retag("1.flac", {**SONG, "genre": ["G", "H"], "composer": "C"})
    await shelf.scan()
    await fresh_shelf.scan()

    assert await shelf.contents() == await fresh_shelf.contents()


async def test_one_of_two_files_that_becomes_another_recording_leaves(shelf: Shelf) -> None:
    """A file that turns out to be something else gets a track; the other keeps the old one."""
    shelf.put("1.flac", SONG)
    shelf.put("2.flac", SONG)
    await shelf.scan()
    track = await shelf.track_of("1.flac")

    shelf.retag("1.flac", {**SONG, "title": "Song (Live)"})
    await shelf.scan()

    assert await shelf.track_of("2.flac") == track
    tracks = await shelf.tracks()
    assert tracks == {"Song": track, "Song (Live)": await shelf.track_of("1.flac")}
    assert len(tracks) == 2


async def test_a_file_that_turns_out_to_be_a_known_recording_joins_it(shelf: Shelf) -> None:
    """One recording is one track, also when that is found out late; the old track stays."""
    shelf.put("1.flac", SONG)
    shelf.put("2.flac", {**SONG, "title": "Snog"})
    await shelf.scan()
    track, left = await shelf.track_of("1.flac"), await shelf.track_of("2.flac")

    shelf.retag("2.flac", SONG)
    await shelf.scan()

    assert await shelf.track_of("2.flac") == track
    assert await shelf.value(f"SELECT scan_run_id FROM tracks WHERE id = {left}") == 2  # noqa: S608 - a number


async def test_another_song_under_an_old_name_is_another_track(shelf: Shelf) -> None:
    """A file replaced by a song of another length does not take over its history."""
    shelf.put("1.flac", SONG, seconds=100)
    await shelf.scan()
    track = await shelf.track_of("1.flac")

    shelf.put("1.flac", {**SONG, "title": "Something Else"}, seconds=300)
    await shelf.scan()

    assert await shelf.track_of("1.flac") != track


async def test_what_several_files_say_is_said_again_when_one_changes(shelf: Shelf) -> None:
    """A track of two files keeps the album of the second when the first is retagged."""
    shelf.put("1.flac", SONG)
    shelf.put("2.flac", {**SONG, "album": "Best of", "musicbrainz_recordingid": ID(1)})
    await shelf.scan()

    shelf.retag("1.flac", {**SONG, "genre": "New"})
    await shelf.scan()

    contents = await shelf.contents()
    assert [row[1] for row in contents["albums"]] == ["Best of", "X"]
    assert contents["ids"] == [("Song", "mbid", ID(1))]
    assert [row[1] for row in contents["genres"]] == ["New"]


@pytest.mark.parametrize(
    "tags",
    [
        SONG,
        {**SONG, "musicbrainz_recordingid": ID(1)},
        {},
        {"title": "Only a title"},
    ],
)
async def test_a_moved_file_keeps_its_track_and_row(tags: dict[str, str], shelf: Shelf) -> None:
    """Another name and another folder, tagged or not, is the same file."""
    shelf.put("old/1.flac", tags)
    await shelf.scan()
    track = await shelf.track_of("old/1.flac")
    file = await shelf.value("SELECT id FROM media_files")

    (shelf.folder / "new").mkdir()
    (shelf.folder / "old" / "1.flac").rename(shelf.folder / "new" / "other.flac")
    report = await shelf.scan()

    assert (report.moved, report.added, report.missing) == (1, 0, 0)
    assert await shelf.track_of("new/other.flac") == track
    assert await shelf.rows("SELECT id, missing_since FROM media_files") == [(file, None)]
    assert await shelf.rows("SELECT uri FROM media_file_locations") == [
        (f"{shelf.folder}/new/other.flac",)
    ]


async def test_a_renamed_folder_moves_all_its_files(shelf: Shelf) -> None:
    """Every track of an album that moves is where it was before."""
    for number in range(5):
        tags = {**SONG, "title": f"Song {number}", "tracknumber": str(number)}
        shelf.put(f"old/{number}.flac", tags, seconds=100 + number)
    await shelf.scan()
    before = await shelf.tracks()

    (shelf.folder / "old").rename(shelf.folder / "new")
    report = await shelf.scan()

    assert (report.moved, report.added, report.missing) == (5, 0, 0)
    assert await shelf.tracks() == before


async def test_a_copy_is_another_file_of_its_track(shelf: Shelf) -> None:
    """A doubled file is no move."""
    shelf.put("1.flac", SONG)
    await shelf.scan()

    shutil.copy2(shelf.folder / "1.flac", shelf.folder / "copy.flac")
    report = await shelf.scan()

    assert (report.moved, report.added) == (0, 1)
    assert await shelf.track_of("copy.flac") == await shelf.track_of("1.flac")


async def test_a_moved_and_retagged_file_is_found_by_its_id(shelf: Shelf) -> None:
    """What a tagger does at once, renaming and correcting, keeps the track of a tagged file."""
    tags = {**SONG, "musicbrainz_recordingid": ID(1)}
    shelf.put("1.flac", tags)
    await shelf.scan()
    track = await shelf.track_of("1.flac")

    (shelf.folder / "1.flac").rename(shelf.folder / "A - Song.flac")
    shelf.retag("A - Song.flac", {**tags, "title": "The Song", "genre": "much longer than before"})
    await shelf.scan()

    assert await shelf.track_of("A - Song.flac") == track


async def test_a_better_format_takes_the_place_of_the_old_file(shelf: Shelf) -> None:
    """An MP3 that gives way to a FLAC leaves its track to it."""
    shelf.put("1.mp3", SONG, seconds=200)
    await shelf.scan()
    track = await shelf.track_of("1.mp3")

    (shelf.folder / "1.mp3").unlink()
    shelf.put("1.flac", SONG, seconds=200)
    await shelf.scan()

    assert await shelf.files() == {"1.mp3": False, "1.flac": True}
    assert await shelf.track_of("1.flac") == track
    assert await shelf.track_of("1.mp3") == track


async def test_a_vanished_file_is_marked_and_its_return_noticed(
    shelf: Shelf, batches: list[int]
) -> None:
    """Nothing is deleted; a file that is back unchanged is not even read."""
    shelf.put("1.flac", SONG)
    await shelf.scan()
    before = await shelf.contents()
    away = shelf.folder.parent / "away.flac"

    (shelf.folder / "1.flac").rename(away)
    shelf.put("other.flac", {**SONG, "title": "Other"})
    gone = await shelf.scan()
    missing_since = await shelf.value(
        "SELECT missing_since FROM media_files WHERE missing_since IS NOT NULL"
    )
    still_gone = await shelf.scan()
    (shelf.folder / "other.flac").unlink()
    away.rename(shelf.folder / "1.flac")
    batches.clear()
    back = await shelf.scan()

    assert [r.missing for r in (gone, still_gone, back)] == [1, 0, 1]
    assert missing_since == int(shelf.clock.moment().wall_s) - 2
    assert (back.returned, back.read, batches) == (1, 0, [])
    files = (await shelf.contents())["files"]
    assert [row for row in files if row[1] == "Song"] == before["files"]


async def test_tracks_that_change_are_told_by_their_run(shelf: Shelf) -> None:
    """Matching asks for what changed since a scan: new, retagged, lost and found again."""
    for name in ("same", "retagged", "lost"):
        shelf.put(f"{name}.flac", {**SONG, "title": name})
    await shelf.scan()

    shelf.retag("retagged.flac", {**SONG, "title": "retagged", "genre": "G"})
    (shelf.folder / "lost.flac").rename(shelf.folder.parent / "lost.flac")
    shelf.put("new.flac", {**SONG, "title": "new"})
    second = await shelf.scan()
    (shelf.folder.parent / "lost.flac").rename(shelf.folder / "lost.flac")
    third = await shelf.scan()

    runs = dict(await shelf.rows("SELECT title, scan_run_id FROM tracks"))
    assert runs == {
        "same": 1,
        "retagged": second.run_id,
        "new": second.run_id,
        "lost": third.run_id,
    }


async def test_a_broken_file_is_only_tried_again_when_it_changed(
    shelf: Shelf, batches: list[int]
) -> None:
    """Broken, unchanged, repaired, broken again, gone: each is noticed once."""
    broken = shelf.folder / "1.flac"
    broken.write_bytes(b"no music")
    first = await shelf.scan()
    batches.clear()
    second = await shelf.scan()
    assert (first.failed_count, second.failed_count, batches) == (1, 0, [])

    shelf.put("1.flac", SONG)
    repaired = await shelf.scan()
    assert (repaired.added, (await shelf.contents())["errors"]) == (1, [])

    track = await shelf.track_of("1.flac")
    broken.write_bytes(b"no music again")
    again = await shelf.scan()
    batches.clear()
    unchanged = await shelf.scan()
    assert (again.failed_count, unchanged.read, batches) == (1, 0, [])
    assert await shelf.track_of("1.flac") == track

    broken.unlink()
    await shelf.scan()
    assert (await shelf.contents())["errors"] == []


@pytest.mark.parametrize("how", ["gone", "empty", "file"])
async def test_a_disk_that_is_away_takes_no_file_with_it(how: str, shelf: Shelf) -> None:
    """A folder that is missing, empty or no folder is told; its files still stand."""
    shelf.put("1.flac", SONG)
    await shelf.scan()
    before = await shelf.contents()

    shelf.folder.rename(shelf.folder.parent / "away")
    if how == "empty":
        shelf.folder.mkdir()
    elif how == "file":
        shelf.folder.touch()
    report = await shelf.scan()

    (told,) = report.folder_errors
    assert told.startswith(f"{shelf.folder}: ")
    assert (report.missing, await shelf.files()) == (0, {"1.flac": True})
    assert await shelf.value("SELECT message FROM scan_runs ORDER BY id DESC LIMIT 1") == told

    if how == "file":
        shelf.folder.unlink()
    elif how == "empty":
        shelf.folder.rmdir()
    (shelf.folder.parent / "away").rename(shelf.folder)
    assert (await shelf.scan()).unchanged == 1
    assert await shelf.contents() == before


async def test_a_folder_without_permission_takes_no_file_with_it(open_shelf: Shelf) -> None:
    """What lies behind a missing permission is still there; what is gone elsewhere is gone."""
    open_shelf.put("locked/1.flac", SONG)
    open_shelf.put("open/2.flac", {**SONG, "title": "Other"})
    await open_shelf.scan()

    (open_shelf.folder / "locked").chmod(0)
    (open_shelf.folder / "open" / "2.flac").unlink()
    with as_nobody():
        report = await open_shelf.scan()

    assert report.missing == 1
    assert await open_shelf.files() == {"locked/1.flac": True, "open/2.flac": False}
    assert report.folder_errors[0].startswith(f"{open_shelf.folder}/locked: The daemon's user")


async def test_a_folder_that_left_the_library_is_missing(shelf: Shelf) -> None:
    """Files of a folder that the configuration no longer names are marked."""
    shelf.put("x/1.flac", SONG)
    shelf.put("y/2.flac", {**SONG, "title": "Other"})
    await shelf.scan()

    smaller = Shelf(shelf.folder / "x", shelf.database, shelf.clock)
    report = await smaller.scan()

    assert report.missing == 1
    assert await shelf.files() == {"x/1.flac": True, "y/2.flac": False}


async def test_a_name_that_only_changes_case_is_a_move(shelf: Shelf) -> None:
    """Case-only renames keep the track."""
    shelf.put("song.flac", SONG)
    await shelf.scan()
    track = await shelf.track_of("song.flac")

    (shelf.folder / "song.flac").rename(shelf.folder / "Song.flac")
    report = await shelf.scan()

    assert report.moved == 1
    assert await shelf.track_of("Song.flac") == track


def test_the_worker_is_the_program_that_is_started() -> None:
    """The pool starts the module that serves it."""
    assert pool.COMMAND[-1] == worker.__name__
