"""ID3 in all its ages, and the quick way of reading it against mutagen's."""

import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mutagen.id3
import mutagen.mp3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.music import audio, id3_frames, write_id3v23, write_music
from tests.unit.analyzer.shelf import RECORDING

from scrobbled.analyzer.formats.id3 import id3_fields
from scrobbled.analyzer.formats.quick_id3 import QuickMP3, load_mp3
from scrobbled.analyzer.reader import read_music
from scrobbled.analyzer.tags import FileTags

_id3: Any = mutagen.id3
_MP3: Any = mutagen.mp3.MP3

SOUND = audio(".mp3", 1)
ONE, TWO = RECORDING.format(1), RECORDING.format(2)


def syncsafe(number: int) -> bytes:
    """A number in four bytes of seven bits."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def tag(frames: bytes, *, version: int, flags: int = 0) -> bytes:
    """A whole ID3v2 tag."""
    return b"ID3" + bytes((version, 0, flags)) + syncsafe(len(frames)) + frames


def frame(key: bytes, body: bytes, *, version: int, flags: int = 0) -> bytes:
    """A frame of an ID3v2.3 or v2.4 tag."""
    size = syncsafe(len(body)) if version == 4 else struct.pack(">I", len(body))
    return key + size + struct.pack(">H", flags) + body


def both(data: bytes) -> tuple[bool, Any, Any]:
    """Whether the quick way was taken, and what both ways find; empty values mean nothing."""
    quick = load_mp3(io.BufferedReader(io.BytesIO(data)))
    slow = _MP3(io.BytesIO(data))
    plain = [_fields(found.tags) for found in (quick, slow)]
    assert quick.info.length == slow.info.length
    assert quick.info.bitrate == slow.info.bitrate
    return isinstance(quick, QuickMP3), plain[0], plain[1]


def _fields(tags: Any) -> dict[str, list[str]]:
    fields = {} if tags is None else id3_fields(tags)
    return {name: kept for name, texts in fields.items() if (kept := sorted(filter(None, texts)))}


def read(path: Path) -> FileTags:
    """The tags of a file that can be read."""
    reading = read_music(os.fsencode(path), 0, 0)
    assert reading.tags is not None, reading.problem
    return reading.tags


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.lists(TEXT, min_size=1, max_size=3)
PLAIN = st.dictionaries(
    st.sampled_from(["title", "artist", "album", "albumartist", "tracknumber", "composer", "label"])
    | st.sampled_from(["artists", "barcode", "musicbrainz_albumid", "own", "media", "isrc", "bpm"]),
    VALUES,
)


@given(PLAIN, st.sampled_from([3, 4]), st.sampled_from([0, 1, 2, 3]))
def test_both_ways_find_the_same_text(
    tags: Mapping[str, list[str]], version: int, encoding: int
) -> None:
    """Text frames in every version and encoding mean the same to the quick way and to mutagen."""
    body = b""
    for made in id3_frames(dict(tags)):
        name = (made.desc,) if made.FrameID == "TXXX" else ()
        texts = [*name, *map(str, made.text)]
        codec = ("latin-1", "utf-16", "utf-16-be", "utf-8")[encoding]
        joiner = b"\0\0" if encoding in {1, 2} else b"\0"
        coded = joiner.join(text.replace("\0", "").encode(codec, "replace") for text in texts)
        body += frame(made.FrameID.encode(), bytes((encoding,)) + coded, version=version)

    _, quick, slow = both(tag(body, version=version) + SOUND)

    assert quick == slow


@given(PLAIN)
def test_both_ways_find_the_same_in_what_mutagen_wrote(tags: Mapping[str, list[str]]) -> None:
    """The quick way reads what programs that use mutagen write, such as Picard."""
    written = _id3.ID3()
    for made in id3_frames(dict(tags)):
        written.add(made)
    file = io.BytesIO(SOUND)
    written.save(file)

    _, quick, slow = both(file.getvalue())

    assert quick == slow


@given(st.binary(max_size=200), st.sampled_from([2, 3, 4]), st.sampled_from([0, 0x80, 0x40]))
def test_both_ways_agree_on_garbage(body: bytes, version: int, flags: int) -> None:
    """A damaged tag is read by mutagen, or the same way as mutagen reads it."""
    data = tag(body, version=version, flags=flags) + SOUND
    try:
        slow = _MP3(io.BytesIO(data))
    except mutagen.MutagenError:
        return
    quick = load_mp3(io.BufferedReader(io.BytesIO(data)))

    assert quick.info.length == slow.info.length


@pytest.mark.parametrize("version", [3, 4])
def test_common_tags_are_read_the_quick_way(version: int) -> None:
    """Text, free text, comments, ids and pictures keep to the quick way."""
    body = b"".join(
        frame(key, content, version=version)
        for key, content in (
            (b"TIT2", b"\x03Title"),
            (b"TPE1", b"\x01\xff\xfeA\0"),
            (b"TXXX", b"\x00Own\0value"),
            (b"COMM", b"\x00engshort\0the comment"),
            (b"USLT", b"\x00eng\0la la"),
            (b"UFID", b"http://musicbrainz.org\0" + ONE.encode()),
            (b"TCON", b"\x00Rock"),
            (b"APIC", b"\x00image/png\0\x03\0" + bytes(10_000)),
            (b"PRIV", b"owner\0" + bytes(100)),
        )
    )

    was_quick, quick, slow = both(tag(body + bytes(64), version=version) + SOUND)

    assert was_quick
    assert quick == slow
    assert quick["recording_mbid"] == [ONE]
    assert quick["comment:short"] == ["the comment"]


@pytest.mark.parametrize(
    "body",
    [
        frame(b"TCON", b"\x00(17)", version=4),
        frame(b"TCON", b"\x0017", version=4),
        frame(b"TIPL", b"\x00producer\0P", version=4),
        frame(b"POPM", b"me@here\0\x80\0\0\0\x05", version=4),
        frame(b"WXXX", b"\x00shop\0http://x", version=4),
        frame(b"TIT2", b"\x00\0\0\x05\x00Title", version=4, flags=1),
        frame(b"TIT2", b"\x09Title", version=4),
        frame(b"TIT2", b"\x03\xff\xfe\xfd", version=4),
        frame(b"TIT2", b"\x03Title", version=4) + b"bad!" + bytes(20),
        frame(b"TDRC", b"\x032001", version=4) + frame(b"TDRL", b"\x032002", version=4),
    ],
)
def test_uncommon_tags_are_read_all_the_same(body: bytes) -> None:
    """What the quick way leaves to mutagen comes out as mutagen reads it."""
    _, quick, slow = both(tag(body, version=4) + SOUND)

    assert quick == slow


@pytest.mark.parametrize("version", [3, 4])
def test_dates_of_either_version(version: int) -> None:
    """The three date frames of v2.3 are the one of v2.4."""
    old = ((b"TYER", b"\x001997"), (b"TDAT", b"\x002009"), (b"TORY", b"\x001990"))
    new = ((b"TDRC", b"\x001997-09-20"), (b"TDOR", b"\x001990"))
    body = b"".join(frame(*pair, version=version) for pair in (old if version == 3 else new))

    _, quick, slow = both(tag(body, version=version) + SOUND)

    assert quick == slow == {"date": ["1997-09-20"], "originaldate": ["1990"]}


def test_id3v22_is_read(tmp_path: Path) -> None:
    """The three-letter frames of the first version 2 are known."""
    body = b"TT2\0\0\x06\x00Title" + b"TP1\0\0\x02\x00A"
    path = tmp_path / "song.mp3"
    path.write_bytes(tag(body, version=2) + SOUND)

    assert (read(path).title, read(path).artists[0].name) == ("Title", "A")


def test_id3v1_fills_what_is_not_told_elsewhere(tmp_path: Path) -> None:
    """A file with nothing but the oldest tag is tagged."""
    old = b"TAG" + b"Title".ljust(30) + b"Artist".ljust(30) + b"Album".ljust(30) + b"1997"
    path = tmp_path / "song.mp3"
    path.write_bytes(SOUND + old.ljust(126, b"\0") + b"\x05\x11")

    tags = read(path)

    assert (tags.title, tags.album, tags.date) == ("Title", "Album", "1997")
    assert (tags.track_number, tags.genres) == (5, ("Rock",))


def test_a_wrong_encoding_costs_no_file(tmp_path: Path) -> None:
    """A title that is no UTF-8, though it says so, loses itself but not the rest."""
    body = frame(b"TIT2", b"\x03caf\xe9", version=4) + frame(b"TALB", b"\x03Album", version=4)
    path = tmp_path / "song.mp3"
    path.write_bytes(tag(body, version=4) + SOUND)

    assert read(path).album == "Album"


def test_ten_megabytes_of_tags_are_read(tmp_path: Path) -> None:
    """Covers and novels in the tag keep nobody from the title."""
    body = frame(b"TIT2", b"\x03Title", version=3) + frame(
        b"APIC", b"\x00image/png\0\x03\0" + bytes(8_000_000), version=3
    )
    body += frame(b"TXXX", b"\x03novel\0" + b"x" * 2_000_000, version=3)
    path = tmp_path / "song.mp3"
    path.write_bytes(tag(body, version=3) + SOUND)

    tags = read(path)

    assert tags.title == "Title"
    assert [(name, len(value)) for name, value in tags.rest] == [("novel", 16_384)]


def test_slashes_part_what_they_join_and_nothing_else(tmp_path: Path) -> None:
    """ID3v2.3 joins by "/": ids and composers are parted, names of bands are not."""
    path = write_music(tmp_path / "song.mp3")
    write_id3v23(
        path,
        {
            "artist": ["AC/DC"],
            "composer": ["Young", "Scott"],
            "genre": ["Rock/Pop"],
            "isrc": ["GBAAA0000001", "GBAAA0000002"],
            "musicbrainz_artistid": [ONE],
        },
    )

    tags = read(path)

    assert [(credit.name, credit.mbid) for credit in tags.artists] == [("AC/DC", ONE)]
    assert [credit.name for credit in tags.contributors] == ["Young", "Scott"]
    assert tags.genres == ("Rock/Pop",)
    assert tags.isrcs == ("GBAAA0000001", "GBAAA0000002")


def test_as_many_ids_as_parts_tell_artists_apart(tmp_path: Path) -> None:
    """Where each part has its id, the slash stood between artists."""
    path = write_music(tmp_path / "song.mp3")
    write_id3v23(
        path,
        {
            "artist": ["A feat. B"],
            "artists": ["A", "B"],
            "musicbrainz_artistid": [ONE, TWO],
        },
    )

    assert [(credit.name, credit.mbid) for credit in read(path).artists] == [("A", ONE), ("B", TWO)]
