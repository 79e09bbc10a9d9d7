"""A small library of everything that collectors have, and what becomes of it."""

import pytest
from tests.music import Tags, write_apev2, write_id3v23
from tests.unit.analyzer.shelf import RECORDING, Shelf

ID = RECORDING.format
VARIOUS = "89ad4ac3-39f7-470e-963a-56509c546377"


def song(title: str, artist: str, album: str, number: int, **more: str | list[str]) -> Tags:
    """Tags of a song on an album."""
    return {
        "title": title,
        "artist": artist,
        "album": album,
        "tracknumber": str(number),
        **more,
    }


async def albums(shelf: Shelf) -> list[tuple[str, str, str | None, int]]:
    """Release groups: title, type, artist, how many tracks."""
    return [
        (title, kind, artist, count)
        for title, kind, artist, count in await shelf.rows(
            """SELECT g.title, g.type, a.name, count(*) FROM release_items i
            JOIN releases r ON r.id = i.release_id
            JOIN release_groups g ON g.id = r.release_group_id
            LEFT JOIN artists a ON a.id = g.primary_artist_id
            GROUP BY g.id ORDER BY g.title, g.type"""
        )
    ]


async def credits_of(shelf: Shelf, title: str) -> list[tuple[str, str]]:
    """Who made a recording, and how."""
    rows = await shelf.contents()
    credited = sorted(row for row in rows["credits"] if row[0] == title)
    return [(name, role) for _, name, role, *_ in sorted(credited, key=lambda row: row[3])]


async def test_a_sampler_of_various_artists(shelf: Shelf) -> None:
    """One album of its own artist, each track with the artist who made it."""
    for number, artist in enumerate(("A", "B", "C"), 1):
        shelf.put(
            f"{number}.mp3",
            song(
                *(f"Song {number}", artist, "Sampler", number),
                albumartist="Various Artists",
                musicbrainz_albumartistid=VARIOUS,
                compilation="1",
            ),
        )

    await shelf.scan()

    assert await albums(shelf) == [("Sampler", "compilation", "Various Artists", 3)]
    assert await shelf.value("SELECT mbid FROM artists WHERE name = 'Various Artists'") == VARIOUS
    assert await credits_of(shelf, "Song 2") == [("B", "primary")]


async def test_a_box_of_discs_with_the_same_numbers(shelf: Shelf) -> None:
    """Track 1 stands on every disc; one song on two discs is one recording in two places."""
    for disc in (1, 2, 3):
        shelf.put(
            f"{disc}/1.flac",
            song("Overture", "A", "Box", 1, discnumber=f"{disc}/3", albumartist="A"),
        )

    await shelf.scan()

    assert await shelf.value("SELECT count(*) FROM tracks") == 1
    assert await shelf.rows("SELECT disc_no, track_no FROM release_items ORDER BY 1") == [
        (1, 1),
        (2, 1),
        (3, 1),
    ]


async def test_a_classical_work(shelf: Shelf) -> None:
    """Composer, conductor, orchestra and soloist have their parts, the movements their works."""
    for number, movement in enumerate(("I. Allegro", "II. Adagio"), 1):
        shelf.put(
            f"{number}.flac",
            song(
                f"Concerto: {movement}",
                "The Soloist; The Orchestra; The Conductor",
                "Concertos",
                number,
                composer="The Composer",
                conductor="The Conductor",
                albumartist="The Composer",
                musicbrainz_workid=ID(number),
                **{"performer:violin": "The Soloist", "performer:orchestra": "The Orchestra"},
            ),
        )

    await shelf.scan()

    assert await credits_of(shelf, "Concerto: I. Allegro") == [
        ("The Soloist", "primary"),
        ("The Orchestra", "primary"),
        ("The Conductor", "primary"),
        ("The Composer", "composer"),
        ("The Conductor", "conductor"),
        ("The Soloist", "performer"),
        ("The Orchestra", "performer"),
    ]
    contents = await shelf.contents()
    assert [row[1:] for row in contents["ids"]] == [("mbid_work", ID(1)), ("mbid_work", ID(2))]
    assert ("Concerto: I. Allegro", "performer:violin", 0, "The Soloist", "file_tags") in contents[
        "tags"
    ]
    assert await shelf.value("SELECT count(*) FROM artists") == 4


async def test_a_dj_mix(shelf: Shelf) -> None:
    """The mixer owns the album, the tracks keep their artists and remixers."""
    shelf.put(
        "1.flac",
        song(
            *("Tune (X Remix)", "Producer", "The Mix", 1),
            albumartist="DJ Somebody",
            remixer="X",
            djmixer="DJ Somebody",
            releasetype=["album", "dj-mix"],
        ),
    )
    shelf.put("2.flac", song("Tune", "Producer", "Singles", 1))

    await shelf.scan()

    assert await albums(shelf) == [
        ("Singles", "album", "Producer", 1),
        ("The Mix", "dj_mix", "DJ Somebody", 1),
    ]
    assert set(await shelf.tracks()) == {"Tune", "Tune (X Remix)"}
    assert await credits_of(shelf, "Tune (X Remix)") == [
        ("Producer", "primary"),
        ("X", "remixer"),
        ("DJ Somebody", "dj"),
    ]


async def test_versions_are_recordings_of_their_own(shelf: Shelf) -> None:
    """Studio, live, demo, parts and remixes of one song are not one."""
    titles = ("Song", "Song (Live)", "Song (Demo)", "Song, Part 1", "Song, Part 2", "Song (Y Mix)")
    for number, title in enumerate(titles):
        shelf.put(f"{number}.flac", song(title, "A", "Everything", number))

    await shelf.scan()

    assert sorted(await shelf.tracks()) == sorted(titles)


async def test_one_song_in_every_place(shelf: Shelf) -> None:
    """Album, single, sampler, two formats: one recording, three albums, four files."""
    for name, album, kind in (
        ("album/3.flac", "Album", "album"),
        ("album/3.mp3", "Album", "album"),
        ("single/1.flac", "Song", "single"),
        ("best/9.mp3", "Best Of", "compilation"),
    ):
        shelf.put(name, song("Song", "A", album, 1, releasetype=kind, albumartist="A"))

    await shelf.scan()

    assert list(await shelf.tracks()) == ["Song"]
    assert await shelf.value("SELECT count(*) FROM media_files") == 4
    assert [row[:2] for row in await albums(shelf)] == [
        ("Album", "album"),
        ("Best Of", "compilation"),
        ("Song", "single"),
    ]


@pytest.mark.parametrize("names", [("Sigur Rós", "SIGUR RÓS", "Sigur Ro\u0301s")])
async def test_one_artist_spelled_in_several_ways(names: tuple[str, ...], shelf: Shelf) -> None:
    """Case and composition of accents make no other artist."""
    for number, name in enumerate(names):
        shelf.put(f"{number}.flac", song(f"Song {number}", name, "X", number))

    await shelf.scan()

    assert await shelf.rows("SELECT name FROM artists") == [("Sigur Rós",)]
    assert await shelf.rows("SELECT alias FROM artist_aliases") == [("SIGUR RÓS",)]


async def test_artists_of_symbols_are_not_one(shelf: Shelf) -> None:
    """!!! and ??? and + are three artists."""
    for number, name in enumerate(("!!!", "???", "+")):
        shelf.put(f"{number}.flac", song(f"Song {number}", name, name, number))

    await shelf.scan()

    assert sorted(await shelf.rows("SELECT name FROM artists")) == [("!!!",), ("+",), ("???",)]
    assert len(await albums(shelf)) == 3


async def test_contradicting_tags_of_one_file(shelf: Shelf) -> None:
    """ID3 wins over APEv2, the list of artists over the phrase."""
    path = shelf.put("1.mp3")
    write_id3v23(
        path,
        {
            "title": ["Right"],
            "artist": ["A & B"],
            "artists": ["A", "B"],
            "musicbrainz_artistid": [ID(1), ID(2)],
        },
    )
    write_apev2(path, {"title": ["Wrong"], "artist": ["Nobody"], "genre": ["From APE"]})

    await shelf.scan()

    assert await credits_of(shelf, "Right") == [("A", "primary"), ("B", "primary")]
    assert [row[1] for row in (await shelf.contents())["genres"]] == ["From APE"]


async def test_tracks_that_disagree_about_their_album(shelf: Shelf) -> None:
    """Different album artists are different albums; nothing is guessed away."""
    shelf.put("1.flac", song("One", "A", "X", 1, albumartist="A"))
    shelf.put("2.flac", song("Two", "A feat. B", "X", 2))
    shelf.put("3.flac", song("Three", "B", "X", 3, albumartist="B"))

    await shelf.scan()

    assert [(artist, count) for _, _, artist, count in await albums(shelf)] == [("A", 2), ("B", 1)]


async def test_hostile_tags_are_data(shelf: Shelf) -> None:
    """Quotes, percent signs and statements in tags are text like any other."""
    nasty = "' OR 1=1 -- %s ? :name {0} \\ \" `"
    shelf.put("1.flac", song(nasty, nasty, nasty, 1, genre=nasty, own=nasty))

    await shelf.scan()
    again = await shelf.scan(full=True)

    assert list(await shelf.tracks()) == [nasty]
    assert await shelf.rows("SELECT name FROM artists") == [(nasty,)]
    assert again.changed == 1


async def test_an_empty_library(shelf: Shelf) -> None:
    """No music is no error, as long as there never was any."""
    report = await shelf.scan()

    assert (report.seen, report.changes, report.folder_errors) == (0, 0, [])
