"""Tags of every format come out the same."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest
from tests.music import CRAFTED, FORMATS, Tags, format_of, write_apev2, write_music
from tests.unit.analyzer.shelf import RECORDING

from scrobbled.analyzer.reader import read_music
from scrobbled.analyzer.tags import Audio, FileTags
from scrobbled.domain.credits import Credit, Role

ID = RECORDING.format

TAGS: Tags = {
    "title": "Jóga (Live)",
    "titlesort": "Joga",
    "artist": "Björk feat. The Guest",
    "artists": ["Björk", "The Guest"],
    "artistsort": ["Bjork", "Guest, The"],
    "musicbrainz_artistid": [ID(1), ID(2)],
    "composer": ["One Composer", "Another"],
    "lyricist": "A Lyricist",
    "conductor": "A Conductor",
    "remixer": "A Remixer",
    "album": "Homogenic",
    "albumartist": "Björk",
    "musicbrainz_albumartistid": ID(1),
    "tracknumber": "3/12",
    "discnumber": "1/2",
    "date": "1997-09-20",
    "genre": ["Electronic", "Art Pop; Trip Hop", "Rock/Pop"],
    "label": "One Little Indian",
    "catalognumber": "TPLP 71CD",
    "barcode": "5016958997854",
    "compilation": "1",
    "media": "CD",
    "releasetype": ["Album", "Live"],
    "releasestatus": "official",
    "releasecountry": "GB",
    "isrc": "gb-bls-97-00123",
    "acoustid_id": ID(9),
    "musicbrainz_recordingid": ID(3).upper(),
    "musicbrainz_trackid": ID(4),
    "musicbrainz_albumid": ID(5),
    "musicbrainz_releasegroupid": ID(6),
    "musicbrainz_workid": [ID(7), ID(8)],
    "bpm": "90",
    "comment": "ripped by me",
    "mystery": "kept",
}

EXPECTED = FileTags(
    audio=Audio(""),
    title="Jóga (Live)",
    title_sort="Joga",
    artists=(
        Credit("Björk", Role.PRIMARY, "Bjork", ID(1), " feat. "),
        Credit("The Guest", Role.FEATURING, "Guest, The", ID(2)),
    ),
    contributors=(
        Credit("One Composer", Role.COMPOSER),
        Credit("Another", Role.COMPOSER),
        Credit("A Lyricist", Role.LYRICIST),
        Credit("A Conductor", Role.CONDUCTOR),
        Credit("A Remixer", Role.REMIXER),
    ),
    album="Homogenic",
    album_artists=(Credit("Björk", Role.PRIMARY, None, ID(1)),),
    track_number=3,
    track_total=12,
    disc_number=1,
    disc_total=2,
    date="1997-09-20",
    genres=("Electronic", "Art Pop", "Trip Hop", "Rock/Pop"),
    labels=("One Little Indian",),
    catalogue_numbers=("TPLP 71CD",),
    barcode="5016958997854",
    compilation=True,
    release_types=("album", "live"),
    release_status="official",
    release_country="GB",
    media="CD",
    recording_mbid=ID(3),
    release_track_mbid=ID(4),
    release_mbid=ID(5),
    release_group_mbid=ID(6),
    work_mbids=(ID(7), ID(8)),
    isrcs=("GBBLS9700123",),
    acoustids=(ID(9),),
    rest=(("bpm", "90"), ("comment", "ripped by me"), ("mystery", "kept")),
)

NAMES = {
    ".ogg": "vorbis",
    ".spx": "speex",
    ".m4a": "aac",
    ".alac.m4a": "alac",
    ".wv": "wavpack",
    ".mpc": "musepack",
}


def read(path: Path) -> FileTags:
    """The tags of a file that can be read."""
    found = path.stat()
    reading = read_music(os.fsencode(path), 0, 0)

    assert (reading.problem, reading.mtime_ns, reading.size) == (
        None,
        found.st_mtime_ns,
        found.st_size,
    )
    assert reading.tags is not None
    return reading.tags


def without_order(tags: FileTags) -> FileTags:
    """The same, what has no order across tags sorted: some formats sort their tags."""
    return replace(
        tags,
        audio=Audio(""),
        rest=tuple(sorted(tags.rest)),
        contributors=tuple(sorted(tags.contributors, key=lambda credit: credit.role)),
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_everything(suffix: str, tmp_path: Path) -> None:
    """The same tags give the same answer, whatever the file is."""
    tags = read(write_music(tmp_path / f"song{suffix}", TAGS, seconds=7))

    assert without_order(tags) == without_order(EXPECTED)
    assert tags.audio.format == NAMES.get(suffix, suffix[1:])
    assert tags.audio.duration_s == pytest.approx(7 if suffix in CRAFTED else 1, abs=0.05)
    assert tags.audio.channels in {1, 2}


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_tags_are_no_problem(suffix: str, tmp_path: Path) -> None:
    """An untagged file is a file."""
    tags = read(write_music(tmp_path / f"song{suffix}"))

    assert (tags.title, tags.artists, tags.album) == (None, (), None)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".wv", ".ape", ".aiff"])
def test_people_have_their_functions(suffix: str, tmp_path: Path) -> None:
    """Producers, arrangers, mixers and players are told apart, instruments kept."""
    people: Tags = {
        "producer": ["P One", "P Two"],
        "arranger": "A",
        "engineer": "E",
        "mixer": "M",
        "djmixer": "D",
        "performer:guitar": ["G One", "G Two"],
        "performer:lead vocals": "V",
    }

    tags = read(write_music(tmp_path / f"song{suffix}", people))

    assert set(tags.contributors) == {
        Credit("P One", Role.PRODUCER),
        Credit("P Two", Role.PRODUCER),
        Credit("A", Role.ARRANGER),
        Credit("E", Role.ENGINEER),
        Credit("M", Role.MIXER),
        Credit("D", Role.DJ),
        Credit("G One", Role.PERFORMER),
        Credit("G Two", Role.PERFORMER),
        Credit("V", Role.PERFORMER),
    }
    assert set(tags.rest) == {
        ("performer:guitar", "G One"),
        ("performer:guitar", "G Two"),
        ("performer:lead vocals", "V"),
    }


def test_second_tags_of_an_mp3_fill_what_the_first_leave_open(tmp_path: Path) -> None:
    """APEv2 stands back behind ID3, tag by tag."""
    path = write_music(tmp_path / "song.mp3", {"title": "From ID3"})

    write_apev2(path, {"title": ["From APE"], "album": ["Only in APE"]})

    assert (read(path).title, read(path).album) == ("From ID3", "Only in APE")


def test_the_content_decides_when_the_ending_lies(tmp_path: Path) -> None:
    """A FLAC file that is called an MP3 is read as what it is."""
    path = write_music(tmp_path / "song.flac", {"title": "Honest"})

    lying = path.rename(tmp_path / "song.mp3")

    assert (read(lying).title, read(lying).audio.format) == ("Honest", "flac")


def test_pictures_are_not_kept(tmp_path: Path) -> None:
    """A picture of megabytes leaves no trace among the tags."""
    path = write_music(tmp_path / "song.flac", {"title": "With a cover"})
    flac: Any = mutagen.flac
    file = flac.FLAC(path)
    picture = flac.Picture()
    picture.data = bytes(4_000_000)
    file.add_picture(picture)
    file.save()

    assert read(path) == replace(
        FileTags(audio=read(path).audio, title="With a cover"), artists=(), rest=()
    )


def test_every_seed_has_a_format() -> None:
    """The endings of the test files are those of the formats."""
    assert [format_of(Path(f"x{suffix}")) for suffix in FORMATS] == list(FORMATS)
