"""The quick ways of reading FLAC and MP4 files against mutagen's."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import mutagen.flac
import mutagen.mp4
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.music import Tags, audio, write_music

from scrobbled.analyzer.formats import Fields
from scrobbled.analyzer.formats.mp4 import mp4_fields
from scrobbled.analyzer.formats.quick_flac import QuickFlac, load_flac
from scrobbled.analyzer.formats.quick_mp4 import QuickMp4, load_mp4, quick_mp4_fields
from scrobbled.analyzer.formats.vorbis import vorbis_fields
from scrobbled.analyzer.reader import read_music

_flac: Any = mutagen.flac
_mp4: Any = mutagen.mp4

FLAC = audio(".flac", 3)
TAGS: Tags = {
    "title": "Jóga",
    "artist": ["A", "B"],
    "tracknumber": "3/12",
    "discnumber": "1/0",
    "compilation": "1",
    "bpm": "90",
    "own tag": ["x", "y"],
    "musicbrainz_albumid": "an id",
    "comment": "",
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.sampled_from(["title", "artist", "album", "genre", "own", "label", "date", "isrc"])


def opened(data: bytes) -> Any:
    """A file with this content."""
    return io.BufferedReader(io.BytesIO(data))


def same(
    data: bytes, load: Callable[[Any], Any], by_mutagen: Any, fields: Callable[[Any], Fields]
) -> tuple[Any, Fields]:
    """What both ways find, which is the same; empty tags mean nothing."""
    quick, slow = load(opened(data)), by_mutagen(io.BytesIO(data))
    map_of = quick_mp4_fields if by_mutagen is _mp4.MP4 else fields
    found = {name: texts for name, texts in map_of(quick.tags or {}).items() if texts}
    assert found == {name: texts for name, texts in fields(slow.tags or {}).items() if texts}
    for what in ("length", "bitrate", "sample_rate", "channels", "codec"):
        assert getattr(quick.info, what, None) == getattr(slow.info, what, None)
    return quick, found


def same_flac(data: bytes) -> tuple[Any, Fields]:
    """As `same`, for a FLAC file."""
    return same(data, load_flac, _flac.FLAC, vorbis_fields)


def same_mp4(data: bytes) -> tuple[Any, Fields]:
    """As `same`, for an MP4 file."""
    return same(data, load_mp4, _mp4.MP4, mp4_fields)


def tagged(suffix: str, tags: Tags, folder: Path) -> bytes:
    """A tagged file's content."""
    return write_music(folder / f"song{suffix}", tags).read_bytes()


def test_plain_flac_is_read_quickly(tmp_path: Path) -> None:
    """What taggers write is read without mutagen, and means the same."""
    quick, found = same_flac(tagged(".flac", TAGS, tmp_path))

    assert isinstance(quick, QuickFlac)
    assert (found["title"], found["own tag"]) == (["Jóga"], ["x", "y"])


@pytest.mark.parametrize("suffix", [".m4a", ".alac.m4a"])
def test_plain_mp4_is_read_quickly(suffix: str, tmp_path: Path) -> None:
    """What taggers write is read without mutagen, and means the same."""
    quick, found = same_mp4(tagged(suffix, TAGS, tmp_path))

    assert isinstance(quick, QuickMp4)
    assert (found["tracknumber"], found["tracktotal"]) == (["3"], ["12"])
    assert (found["compilation"], found["release_mbid"]) == (["1"], ["an id"])


@given(st.dictionaries(NAMES, st.lists(TEXT, min_size=1, max_size=3)))
def test_both_ways_find_the_same_in_flac(tags: dict[str, list[str]]) -> None:
    """Any comments that mutagen writes are read alike."""
    file = io.BytesIO(FLAC)
    writing = _flac.FLAC(file)
    writing.add_tags()
    for name, texts in tags.items():
        writing.tags[name] = texts
    file.seek(0)
    writing.save(file)

    quick, _ = same_flac(file.getvalue())

    assert isinstance(quick, QuickFlac)


@given(
    tags=st.dictionaries(
        st.sampled_from(["\xa9nam", "\xa9ART", "\xa9alb", "----:com.apple.iTunes:OWN"]),
        st.lists(TEXT, min_size=1, max_size=3),
    ),
    compilation=st.booleans(),
    number=st.integers(0, 999),
)
def test_both_ways_find_the_same_in_mp4(
    tags: dict[str, list[str]], *, compilation: bool, number: int
) -> None:
    """Any atoms that mutagen writes are read alike."""
    file = io.BytesIO(audio(".m4a", 1))
    writing = _mp4.MP4(file)
    for name, texts in tags.items():
        free = name.startswith("-")
        writing[name] = [_mp4.MP4FreeForm(text.encode()) for text in texts] if free else texts
    writing["cpil"] = compilation
    writing["trkn"] = [(number, number // 2)]
    file.seek(0)
    writing.save(file)

    quick, _ = same_mp4(file.getvalue())

    assert isinstance(quick, QuickMp4)


def with_picture(suffix: str) -> bytes:
    """A file with a title and a picture of two megabytes."""
    file = io.BytesIO(audio(suffix, 1))
    if suffix == ".flac":
        writing = _flac.FLAC(file)
        picture = _flac.Picture()
        picture.data = bytes(2_000_000)
        writing.add_picture(picture)
    else:
        writing = _mp4.MP4(file)
        writing["covr"] = [_mp4.MP4Cover(bytes(2_000_000))]
    writing["title" if suffix == ".flac" else "\xa9nam"] = "Covered"
    file.seek(0)
    writing.save(file)
    return file.getvalue()


def test_pictures_are_passed_over() -> None:
    """Pictures change nothing about the tags."""
    assert same_flac(with_picture(".flac"))[1] == {"title": ["Covered"]}
    assert same_mp4(with_picture(".m4a"))[1] == {"title": ["Covered"]}


def test_comments_that_are_no_utf8_are_read() -> None:
    """A wrong byte becomes a mark, in both ways."""
    comment = b"TITLE=caf\xe9"
    block = (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    block += len(comment).to_bytes(4, "little") + comment
    data = bytearray(FLAC)
    data[4] = 0
    data += bytes((0x84, *len(block).to_bytes(3, "big"))) + block

    assert same_flac(bytes(data))[1] == {"title": ["caf\ufffd"]}


@pytest.mark.parametrize(
    ("suffix", "load", "by_mutagen"),
    [(".flac", load_flac, _flac.FLAC), (".m4a", load_mp4, _mp4.MP4)],
)
@given(data=st.data())
def test_both_ways_agree_on_damaged_files(
    suffix: str, load: Callable[[Any], Any], by_mutagen: Any, data: st.DataObject
) -> None:
    """What the quick way accepts mutagen accepts, with the same sound."""
    content = bytearray(_TAGGED[suffix])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    length = data.draw(st.sampled_from([len(content), len(content) // 2, 100]))
    try:
        quick = load(opened(bytes(content[:length])))
    except Exception as error:  # noqa: BLE001 - whatever it is, mutagen must say no as well
        with pytest.raises(type(error)):
            by_mutagen(io.BytesIO(content[:length]))
        return
    if isinstance(quick, QuickFlac | QuickMp4):
        slow = by_mutagen(io.BytesIO(content[:length]))
        assert quick.info.length == pytest.approx(slow.info.length)


def _tagged(suffix: str) -> bytes:
    file = io.BytesIO(audio(suffix, 1))
    writing: Any = mutagen.File(file)
    writing["title" if suffix == ".flac" else "\xa9nam"] = "A title"
    file.seek(0)
    writing.save(file)
    return file.getvalue()


_TAGGED = {suffix: _tagged(suffix) for suffix in (".flac", ".m4a")}


def test_fragmented_and_other_mp4_is_left_to_mutagen(tmp_path: Path) -> None:
    """An atom that only mutagen knows costs speed, not tags."""
    path = write_music(tmp_path / "song.m4a", {"title": "Podcast"})
    file = _mp4.MP4(path)
    file["pcst"] = True
    file["stik"] = [1]
    file.save()

    reading = read_music(os.fsencode(path), 0, 0)

    assert reading.tags is not None
    assert reading.tags.title == "Podcast"
    assert ("pcst", "1") in reading.tags.rest
