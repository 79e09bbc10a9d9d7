"""Files that are no music, or not what they seem, cost a sentence and nothing else."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.music import FORMATS, audio, write_music
from tests.unit.analyzer.nobody import as_nobody

from scrobbled.analyzer.reader import Reading, read_music


def read(path: Path) -> Reading:
    """What comes of reading a file that was last seen long ago."""
    return read_music(os.fsencode(path), 1, 2)


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    """Zero bytes hold no music."""
    path = tmp_path / "song.mp3"
    path.touch()

    assert read(path).problem == "The file is empty (0 bytes)."


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    """A file may vanish between walk and reading; it keeps the time it was found with."""
    reading = read(tmp_path / "song.mp3")

    assert reading.problem == "It cannot be opened: No such file or directory."
    assert (reading.mtime_ns, reading.size) == (1, 2)


def test_a_file_that_may_not_be_read_says_so(open_path: Path) -> None:
    """A missing permission is told."""
    path = write_music(open_path / "song.mp3")
    path.chmod(0)

    with as_nobody():
        assert read(path).problem == "It cannot be opened: Permission denied."


def make_fifo(path: Path) -> None:
    """A pipe, which would wait for a writer if it were opened the usual way."""
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    """A folder with the name of a song."""
    path.mkdir()


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", [make_fifo, make_folder])
def test_what_is_no_file_is_not_waited_for(make: Callable[[Path], None], tmp_path: Path) -> None:
    """Pipes and folders are told apart from files without waiting."""
    path = tmp_path / "song.mp3"
    make(path)

    problem = read(path).problem

    assert problem in {
        "It is not a regular file.",
        "It cannot be opened: Is a directory.",
    }


def test_a_socket_is_not_opened(tmp_path: Path) -> None:
    """A socket with the name of a song is a problem, not a connection."""
    path = tmp_path / "song.mp3"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))

        assert read(path).problem == "It cannot be opened: No such device or address."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("song.mp3", b"This is a text, whatever it is called. " * 50),
        ("song.flac", b"fLaC"),
        ("song.ogg", b"OggS" + bytes(100)),
        ("song.m4a", bytes(100)),
        ("song.wav", b"RIFF" + bytes(20)),
        ("song.wma", b"\x30\x26\xb2\x75" + bytes(50)),
        ("song.ape", b"MAC " + bytes(10)),
        ("cover.mp3", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)),
    ],
)
def test_broken_files_say_what_is_wrong(name: str, content: bytes, tmp_path: Path) -> None:
    """A file that is no music gets one sentence."""
    path = tmp_path / name
    path.write_bytes(content)

    reading = read(path)

    assert reading.tags is None
    assert reading.problem is not None
    assert reading.problem.startswith("It ")
    assert reading.problem.endswith(".")
    assert "\n" not in reading.problem


@pytest.mark.parametrize("suffix", FORMATS)
@given(cut=st.integers(1, 400), flips=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255))))
def test_damaged_files_never_raise(
    suffix: str, cut: int, flips: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However a file is cut or overwritten, it is read or it is a problem."""
    content = bytearray(audio(suffix, 1))
    for place, value in flips:
        content[place % len(content)] = value
    path = tmp_path_factory.getbasetemp() / f"damaged{suffix}"
    path.write_bytes(content[:cut] if cut < 300 else content)

    reading = read(path)

    assert (reading.tags is None) is (reading.problem is not None)


def test_names_need_not_be_utf8(tmp_path: Path) -> None:
    """A file is found by its bytes."""
    path = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    write_music(Path(os.fsdecode(path)), {"title": "Found"})

    reading = read_music(path, 0, 0)

    assert reading.tags is not None
    assert (reading.path, reading.tags.title) == (path, "Found")
