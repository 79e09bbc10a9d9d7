"""What a scan puts into the library, row by row."""

from pathlib import Path

import pytest
from tests.music import FORMATS
from tests.unit.analyzer.shelf import RECORDING, Shelf

from scrobbled.analyzer.report import FailedFile, Progress
from scrobbled.domain.matchkeys import full_key
from scrobbled.errors import OperatorError

ID = RECORDING.format
JOGA = full_key(["Björk", "Guest"], "Jóga")


async def test_an_album_becomes_rows(shelf: Shelf) -> None:
    """Everything that one file says is in its place."""
    path = shelf.put(
        "Björk/Homogenic/02.flac",
        {
            "title": "Jóga",
            "artist": "Björk feat. Guest",
            "artists": ["Björk", "Guest"],
            "musicbrainz_artistid": [ID(1), ID(2)],
            "composer": "Sjón",
            "album": "Homogenic",
            "albumartist": "Björk",
            "tracknumber": "2/10",
            "discnumber": "1",
            "date": "1998-01-05",
            "originaldate": "1997-09-20",
            "genre": ["Electronic", "Art Pop"],
            "label": "One Little Indian",
            "catalognumber": "TPLP 71CD",
            "barcode": "5016958997854",
            "media": "CD",
            "releasecountry": "GB",
            "releasetype": "album",
            "isrc": "GBBLS9700123",
            "musicbrainz_recordingid": ID(3),
            "musicbrainz_trackid": ID(4),
            "musicbrainz_albumid": ID(5),
            "musicbrainz_releasegroupid": ID(6),
            "bpm": "90",
        },
        seconds=305,
    )
    found = path.stat()

    report = await shelf.scan()

    edition = f"gb | cd | tplp 71cd | 5016958997854 | {ID(5)}".replace("-", " ")
    contents = await shelf.contents()
    assert report.added == 1
    assert contents["tracks"] == [("Jóga", "jóga", "joga", 305.0, "Björk", "Homogenic", 1)]
    assert contents["credits"] == [
        ("Jóga", "Björk", "primary", 0, None, " feat. "),
        ("Jóga", "Guest", "featuring", 1, None, None),
        ("Jóga", "Sjón", "composer", 2, None, None),
    ]
    assert contents["genres"] == [("Jóga", "Art Pop", 0.5), ("Jóga", "Electronic", 1.0)]
    assert contents["albums"] == [
        ("Jóga", "Homogenic", "album", 1997, "Björk", "Homogenic", "1998-01-05", edition, 1, 2)
    ]
    assert contents["ids"] == [
        ("Jóga", "isrc", "GBBLS9700123"),
        ("Jóga", "mbid", ID(3)),
        ("Jóga", "mbid_release_track", ID(4)),
    ]
    assert contents["tags"] == [
        ("Jóga", "bpm", 0, "90", "file_tags"),
        ("Jóga", "originaldate", 0, "1997-09-20", "file_tags"),
        ("Jóga", "tracktotal", 0, "10", "file_tags"),
    ]
    assert contents["attributes"] == [
        ("Jóga", "bpm", "90", "file_tags"),
        ("Jóga", "originaldate", "1997-09-20", "file_tags"),
        ("Jóga", "tracktotal", "10", "file_tags"),
    ]
    ((_, _, seconds, size, mtime_ns, kind, there, position_key),) = contents["files"]
    assert (seconds, size, mtime_ns, kind, there) == (
        305.0,
        found.st_size,
        found.st_mtime_ns,
        "flac",
        1,
    )
    assert len(position_key) == 64
    assert contents["places"] == [("file", str(path), str(path))]
    assert ("Jóga", 1, JOGA) in contents["keys"]


async def test_artists_and_releases_have_their_ids(shelf: Shelf) -> None:
    """MusicBrainz ids, barcodes, labels and catalogue numbers lead to what they are of."""
    shelf.put(
        "a.flac",
        {
            "title": "T",
            "artist": "A",
            "artistsort": "A, The",
            "musicbrainz_artistid": ID(1),
            "album": "X",
            "label": ["L One", "L Two"],
            "catalognumber": ["C 1", "C 2"],
            "barcode": "123",
            "musicbrainz_albumid": ID(5),
            "musicbrainz_releasegroupid": ID(6),
        },
    )

    await shelf.scan()

    assert await shelf.rows("SELECT name, name_normalized, sort_name, mbid FROM artists") == [
        ("A", "a", "A, The", ID(1))
    ]
    assert sorted(await shelf.rows("SELECT entity_type, scheme, value FROM external_ids")) == [
        ("artist", "mbid", ID(1)),
        ("release", "barcode", "123"),
        ("release", "mbid", ID(5)),
        ("release_group", "mbid", ID(6)),
    ]
    assert await shelf.rows(
        "SELECT l.name, r.cat_id FROM release_labels r JOIN labels l ON l.id = r.label_id "
        "ORDER BY l.name"
    ) == [("L One", "C 1"), ("L Two", "C 2")]
    assert await shelf.value("SELECT count(*) FROM track_labels") == 2


async def test_a_track_of_two_files_is_one(shelf: Shelf) -> None:
    """The same song as MP3 and FLAC, on an album and a compilation, is one recording."""
    song = {"title": "Song", "artist": "A"}
    shelf.put("album/1.flac", {**song, "album": "Album", "tracknumber": "1"}, seconds=200)
    shelf.put("best/7.mp3", {**song, "album": "Best of", "tracknumber": "7"}, seconds=203)

    await shelf.scan()

    assert list(await shelf.tracks()) == ["Song"]
    albums = [(row[1], row[9]) for row in (await shelf.contents())["albums"]]
    assert albums == [("Album", 1), ("Best of", 7)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "Song"}, {"title": "Song (Live)"}),
        ({"artist": "A"}, {"artist": "B"}),
        ({"musicbrainz_recordingid": ID(1)}, {"musicbrainz_recordingid": ID(2)}),
    ],
)
async def test_different_recordings_are_different_tracks(
    one: dict[str, str], other: dict[str, str], shelf: Shelf
) -> None:
    """Another title, artist or MusicBrainz id is another recording."""
    song = {"title": "Song", "artist": "A"}
    shelf.put("1.flac", {**song, **one})
    shelf.put("2.flac", {**song, **other})

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM tracks") == 2


@pytest.mark.parametrize(("seconds", "tracks"), [(205, 1), (206, 2)])
async def test_five_seconds_make_another_recording(seconds: int, tracks: int, shelf: Shelf) -> None:
    """Files of one name may differ by five seconds and still be of one recording."""
    shelf.put("1.flac", {"title": "Song", "artist": "A"}, seconds=200)
    shelf.put("2.flac", {"title": "Song", "artist": "A"}, seconds=seconds)

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM tracks") == tracks


async def test_one_musicbrainz_id_is_one_recording(shelf: Shelf) -> None:
    """The id wins over titles and lengths; another title becomes an alias."""
    song = {"artist": "A", "musicbrainz_recordingid": ID(1)}
    shelf.put("1.flac", {**song, "title": "Song"}, seconds=100)
    shelf.put("2.flac", {**song, "title": "Das Lied"}, seconds=300)

    await shelf.scan()

    assert list(await shelf.tracks()) == ["Song"]
    assert await shelf.rows("SELECT alias, alias_normalized FROM title_aliases") == [
        ("Das Lied", "das lied")
    ]


async def test_a_file_without_an_id_joins_the_track_that_has_one(shelf: Shelf) -> None:
    """The id of one file is the id of the recording; the other file need not know it."""
    song = {"title": "Song", "artist": "A"}
    shelf.put("1.flac", song)
    shelf.put("2.flac", {**song, "musicbrainz_recordingid": ID(1)})
    shelf.put("3.flac", song)

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM tracks") == 1
    assert (await shelf.contents())["ids"] == [("Song", "mbid", ID(1))]


async def test_untagged_files_are_tracks_of_their_own(shelf: Shelf) -> None:
    """Without tags the name has to do, and two files of one name are two recordings."""
    shelf.put("a/Track 01.mp3")
    shelf.put("b/Track 01.mp3")

    await shelf.scan()

    assert await shelf.rows("SELECT title, primary_artist_id FROM tracks") == [
        ("Track 01", None),
        ("Track 01", None),
    ]
    assert await shelf.value("SELECT count(*) FROM track_key") == 0


async def test_spellings_of_one_artist_are_one_with_aliases(shelf: Shelf) -> None:
    """The first spelling names the artist, the others lead to it and stand on their tracks."""
    shelf.put("1.flac", {"title": "One", "artist": "Guns N' Roses"})
    await shelf.scan()
    shelf.put("2.flac", {"title": "Two", "artist": "Guns N\u2019 Roses"})

    await shelf.scan()

    assert await shelf.rows("SELECT name FROM artists") == [("Guns N' Roses",)]
    assert await shelf.rows("SELECT alias FROM artist_aliases") == [("Guns N\u2019 Roses",)]
    assert [row[4] for row in (await shelf.contents())["credits"]] == [None, "Guns N\u2019 Roses"]


async def test_namesakes_are_told_apart_by_their_ids(shelf: Shelf) -> None:
    """Two Nirvanas are two artists; who has no id is the first of them."""
    for number, mbid in enumerate((ID(1), ID(2), "", ID(1))):
        tags = {"title": f"Song {number}", "artist": "Nirvana"}
        shelf.put(f"{number}.flac", {**tags, "musicbrainz_artistid": mbid} if mbid else tags)
        await shelf.scan()

    rows = await shelf.rows(
        "SELECT t.title, a.mbid, a.disambiguation FROM track_artists c "
        "JOIN tracks t ON t.id = c.track_id JOIN artists a ON a.id = c.artist_id ORDER BY t.title"
    )
    assert rows == [
        ("Song 0", ID(1), ""),
        ("Song 1", ID(2), ID(2)),
        ("Song 2", ID(1), ""),
        ("Song 3", ID(1), ""),
    ]


async def test_an_artist_learns_its_id(shelf: Shelf) -> None:
    """An artist known by name alone is the one of that name who turns up with an id."""
    shelf.put("1.flac", {"title": "One", "artist": "A"})
    await shelf.scan()
    tags = {"artist": "A", "musicbrainz_artistid": ID(1), "artistsort": "A, Mr"}
    shelf.put("2.flac", {"title": "Two", **tags})

    await shelf.scan()

    assert await shelf.rows("SELECT name, mbid, sort_name FROM artists") == [("A", ID(1), "A, Mr")]


async def test_albums_of_one_name_by_one_artist_are_told_apart_by_their_ids(shelf: Shelf) -> None:
    """Weezer has more than one "Weezer"."""
    for number in (1, 2):
        tags = {"title": f"Song {number}", "artist": "Weezer", "album": "Weezer"}
        shelf.put(f"{number}.flac", {**tags, "musicbrainz_releasegroupid": ID(number)})

    await shelf.scan()

    assert await shelf.rows("SELECT title, mbid FROM release_groups ORDER BY id") == [
        ("Weezer", ID(1)),
        ("Weezer", ID(2)),
    ]


async def test_a_single_and_an_album_of_one_name_are_two(shelf: Shelf) -> None:
    """The type tells release groups apart."""
    for kind in ("album", "single"):
        shelf.put(
            f"{kind}.flac",
            {"title": kind, "artist": "A", "album": "Name", "releasetype": kind},
        )

    await shelf.scan()

    assert sorted(await shelf.rows("SELECT title, type FROM release_groups")) == [
        ("Name", "album"),
        ("Name", "single"),
    ]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({}, "album"),
        ({"compilation": "1"}, "compilation"),
        ({"releasetype": "ep"}, "ep"),
        ({"releasetype": ["album", "live"]}, "live"),
        ({"releasetype": "album; compilation"}, "compilation"),
        ({"releasetype": ["album", "dj-mix"]}, "dj_mix"),
        ({"releasetype": "mixtape/street"}, "mixtape"),
        ({"releasetype": "broadcast"}, "other"),
        ({"releasetype": "something new"}, "album"),
    ],
)
async def test_types_of_albums(tags: dict[str, str | list[str]], kind: str, shelf: Shelf) -> None:
    """What MusicBrainz calls an album's types is one of ours."""
    shelf.put("1.flac", {"title": "T", "artist": "A", "album": "X", **tags})

    await shelf.scan()

    assert await shelf.value("SELECT type FROM release_groups") == kind


async def test_compilations_of_several_artists_are_one_album(shelf: Shelf) -> None:
    """Without an album artist the flag keeps the tracks together."""
    for name in ("A", "B"):
        shelf.put(
            f"{name}.flac", {"title": name, "artist": name, "album": "Mix", "compilation": "1"}
        )

    await shelf.scan()

    assert await shelf.rows("SELECT title, primary_artist_id FROM release_groups") == [
        ("Mix", None)
    ]


async def test_several_discs_are_one_release(shelf: Shelf) -> None:
    """Discs are places on a release, not releases."""
    for disc in (1, 2):
        shelf.put(
            f"{disc}.flac",
            {
                "title": f"Song {disc}",
                "artist": "A",
                "album": "Box",
                "discnumber": f"{disc}/2",
                "tracknumber": "1",
            },
        )

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM releases") == 1
    assert sorted(await shelf.rows("SELECT disc_no, track_no FROM release_items")) == [
        (1, 1),
        (2, 1),
    ]


async def test_editions_are_told_apart(shelf: Shelf) -> None:
    """The CD and the record of one album are two releases of one group."""
    for medium in ("CD", "Vinyl"):
        shelf.put(f"{medium}.flac", {"title": "T", "artist": "A", "album": "X", "media": medium})

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM release_groups") == 1
    assert sorted(await shelf.rows("SELECT format, edition_key FROM releases")) == [
        ("CD", "cd"),
        ("Vinyl", "vinyl"),
    ]


async def test_files_of_every_format_are_filed(shelf: Shelf) -> None:
    """No format is left out."""
    for number, suffix in enumerate(FORMATS):
        shelf.put(f"{number}{suffix}", {"title": f"Song {number}", "artist": "A"})

    report = await shelf.scan()

    assert (report.added, report.failed) == (len(FORMATS), [])
    assert len(await shelf.tracks()) == len(FORMATS)


async def test_names_that_are_no_utf8_are_filed(shelf: Shelf) -> None:
    """The text is readable, the bytes are kept, and the file is known the next time."""
    raw = str(shelf.folder).encode() + b"/caf\xe9.flac"
    shelf.put("caf\udce9.flac", {"title": "Song", "artist": "A"})

    await shelf.scan()
    again = await shelf.scan()

    assert await shelf.rows("SELECT file_path, file_path_bytes FROM media_files") == [
        (rf"{shelf.folder}/caf\xe9.flac", raw)
    ]
    assert (again.unchanged, again.read) == (1, 0)


async def test_long_and_odd_text_is_filed(shelf: Shelf) -> None:
    """What is longer than its column, or of another script, or an emoji, has its place."""
    shelf.put(
        "1.flac",
        {
            "title": "T" * 5_000,
            "artist": "\u0410" * 600,
            "album": "😀" * 600,
            "genre": "g" * 300,
            "label": "l" * 600,
            "catalognumber": "c" * 100,
            "releasecountry": "x" * 100,
            "barcode": "9" * 300,
            "o" * 100: "odd",
            "lyrics": "la " * 10_000,
        },
    )

    report = await shelf.scan()

    assert report.failed == []
    assert await shelf.value("SELECT length(title) FROM tracks") == 500
    assert await shelf.value("SELECT max(length(name_normalized)) FROM artists") == 190
    assert await shelf.value("SELECT length(title) FROM releases") == 500
    assert await shelf.value('SELECT max(length("key")) FROM track_tag_values') == 64


async def test_broken_files_are_told_and_the_rest_is_filed(shelf: Shelf) -> None:
    """A file that is no music costs its own place alone."""
    shelf.put("good.flac", {"title": "Song", "artist": "A"})
    (shelf.folder / "empty.mp3").touch()
    (shelf.folder / "text.mp3").write_text("no music at all " * 20)

    report = await shelf.scan()

    assert (report.seen, report.read, report.added, report.failed_count) == (3, 3, 1, 2)
    assert FailedFile(f"{shelf.folder}/empty.mp3", "The file is empty (0 bytes).") in report.failed
    assert len((await shelf.contents())["errors"]) == 2
    assert list(await shelf.files()) == ["good.flac"]


async def test_runs_are_noted(shelf: Shelf) -> None:
    """Each scan leaves a row with its figures."""
    shelf.put("a.flac", {"title": "Song", "artist": "A"})
    (shelf.folder / "b.mp3").touch()

    await shelf.scan()
    await shelf.scan()

    assert await shelf.rows(
        "SELECT kind, status, files_seen, files_read, files_failed, message, "
        "finished_at >= started_at FROM scan_runs ORDER BY id"
    ) == [
        ("folders", "finished", 2, 2, 1, None, 1),
        ("folders", "finished", 2, 0, 0, None, 1),
    ]


async def test_progress_is_told(shelf: Shelf) -> None:
    """Whoever waits hears what was seen, what there is to read, and what was read."""
    for number in range(3):
        shelf.put(f"{number}.flac", {"title": f"Song {number}", "artist": "A"})
    told: list[Progress] = []

    await shelf.scan(progress=told.append)

    assert told[-1] == Progress(3, 3, 0, 3, str(shelf.folder))


async def test_more_files_than_are_fetched_at_once_are_all_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost between spool, processes and transactions."""
    monkeypatch.setattr("scrobbled.analyzer.reading.BATCH", 3)
    monkeypatch.setattr("scrobbled.analyzer.reading._FETCH", 2)
    monkeypatch.setattr("scrobbled.analyzer.scan._CHUNKS", (4, 5))
    for number in range(40):
        shelf.put(f"{number:02}.flac", {"title": f"Song {number}", "artist": "A"}, seconds=1)

    report = await shelf.scan()

    assert (report.read, report.added) == (40, 40)
    assert len(await shelf.tracks()) == 40


async def test_paths_alone_can_be_scanned(shelf: Shelf) -> None:
    """A folder or a file is scanned without looking at the rest, also when it is gone."""
    for name in ("x/1.flac", "x/2.flac", "y/3.flac"):
        shelf.put(name, {"title": name, "artist": "A"})

    first = await shelf.scan(paths=[shelf.folder / "x"])
    (shelf.folder / "x" / "1.flac").unlink()
    second = await shelf.scan(paths=[shelf.folder / "x" / "1.flac"])
    third = await shelf.scan(paths=[shelf.folder / "y" / "3.flac"])

    assert [report.added for report in (first, second, third)] == [2, 0, 1]
    assert [report.missing for report in (first, second, third)] == [0, 1, 0]
    assert await shelf.files() == {"x/1.flac": False, "x/2.flac": True, "y/3.flac": True}


async def test_paths_outside_the_library_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    """A path in no folder of the library is a mistake."""
    with pytest.raises(OperatorError, match="is in none of library"):
        await shelf.scan(paths=[tmp_path / "elsewhere"])
