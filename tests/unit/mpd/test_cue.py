"""The audio file behind a track of a CUE sheet."""

from pathlib import Path

import pytest

from scrobbled_mpd.cue import LARGEST_SHEET, audio_file, needs_reading

TWO_FILES = """REM two sides
FILE "Side A.flac" WAVE
  TRACK 01 AUDIO
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    INDEX 01 03:00:00
file SideB.flac WAVE
  TRACK 03 AUDIO
    INDEX 01 00:00:00
"""


def sheet(directory: Path, data: bytes, name: str = "disc.cue") -> str:
    """Writes a sheet; its path."""
    (directory / name).write_bytes(data)
    return str(directory / name)


@pytest.mark.parametrize(
    ("number", "file"),
    [("0001", "Side A.flac"), ("0002", "Side A.flac"), ("0003", "SideB.flac")],
)
def test_a_track_is_in_the_file_above_it(tmp_path: Path, number: str, file: str) -> None:
    """Of several FILE lines the last one before the track; quoted or not."""
    path = sheet(tmp_path, TWO_FILES.encode())

    assert audio_file(f"{path}/track{number}") == str(tmp_path / file)


@pytest.mark.parametrize(
    "data",
    [
        '\ufeffFILE "Café.flac" WAVE\r\n TRACK 01 AUDIO\r\n'.encode(),
        'FILE "Café.flac" WAVE\nTRACK 1 AUDIO'.encode("cp1252"),
    ],
)
def test_sheets_of_windows_programs_are_read(tmp_path: Path, data: bytes) -> None:
    """With a byte order mark, or in a code page of old."""
    path = sheet(tmp_path, data)

    assert audio_file(f"{path}/track0001") == str(tmp_path / "Café.flac")


def test_a_track_that_is_not_in_the_sheet_has_no_file(tmp_path: Path) -> None:
    """Nor one before any FILE line, nor in a sheet that is garbage or not there."""
    path = sheet(tmp_path, TWO_FILES.encode())
    early = sheet(tmp_path, b"TRACK 01 AUDIO\nFILE x WAVE", "early.cue")
    huge = sheet(tmp_path, b"x" * LARGEST_SHEET + TWO_FILES.encode(), "huge.cue")

    assert audio_file(f"{path}/track0004") is None
    assert audio_file(f"{early}/track0001") is None
    assert audio_file(f"{huge}/track0001") is None
    assert audio_file(f"{tmp_path}/absent.cue/track0001") is None


def test_a_sheet_within_the_audio_file_needs_no_reading() -> None:
    """The container is the file."""
    assert not needs_reading("/music/disc.flac/track0002")
    assert audio_file("/music/disc.flac/track0002") == "/music/disc.flac"


@pytest.mark.parametrize("path", ["/music/a.flac", "/music/disc.cue", "/music/track01.flac"])
def test_other_paths_are_left_alone(path: str) -> None:
    """Only MPD's naming of a track within a sheet is taken apart."""
    assert not needs_reading(path)
    assert audio_file(path) == path
