"""The walk through music folders."""

import os
import resource
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.analyzer.nobody import as_nobody

from scrobbled.analyzer.known import KnownFiles
from scrobbled.analyzer.spool import Spool
from scrobbled.analyzer.survey import survey
from scrobbled.analyzer.walk import Entry, Walk


def fill(folder: Path, *names: str) -> None:
    """Files of these names, folders made as needed."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(walk: Walk, folder: Path) -> set[str]:
    """The names of the files that a walk finds, each once."""
    paths = [os.fsdecode(path) for path, _, _ in walk.files()]

    assert len(paths) == len(set(paths))
    return {os.path.relpath(path, folder) for path in paths}


def walk(*folders: Path, may_be_gone: bool = False) -> Walk:
    """A walk through folders."""
    return Walk([os.fsencode(folder) for folder in folders], may_be_gone=may_be_gone)


def test_music_is_found_by_its_ending(tmp_path: Path) -> None:
    """Endings of music in any case, in folders of any depth; nothing else."""
    music = ("a.mp3", "b.FLAC", "x/c.Opus", "x/y/z/d.m4a", "x/y/e.tar.ogg")
    fill(tmp_path, *music, "cover.jpg", "x/notes.txt", "mp3", "x/README")

    assert found(walk(tmp_path), tmp_path) == set(music)


def test_time_and_size_are_told(tmp_path: Path) -> None:
    """What is compared with the last scan is what stat says, to the nanosecond."""
    fill(tmp_path, "a.mp3")
    os.utime(tmp_path / "a.mp3", ns=(1, 1_234_567_890_123_456_789))

    assert list(walk(tmp_path).files()) == [
        (os.fsencode(tmp_path / "a.mp3"), 1_234_567_890_123_456_789, 1)
    ]


def test_hidden_and_service_folders_are_passed_over(tmp_path: Path) -> None:
    """Trash, previews and what a Mac leaves behind are no music."""
    fill(
        tmp_path,
        *("a.mp3", "._a.mp3", ".hidden/b.mp3", "@eaDir/c.mp3", "lost+found/d.mp3"),
        *("$RECYCLE.BIN/e.mp3", "#recycle/f.mp3", ".Trash-1000/g.mp3"),
    )

    assert found(walk(tmp_path), tmp_path) == {"a.mp3"}


def test_folders_that_are_called_like_music_are_folders(tmp_path: Path) -> None:
    """A folder `x.mp3` is looked into."""
    fill(tmp_path, "x.mp3/song.flac")

    assert found(walk(tmp_path), tmp_path) == {"x.mp3/song.flac"}


def test_what_is_no_file_is_no_music(tmp_path: Path) -> None:
    """Pipes, sockets and links to nowhere are passed over."""
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "nowhere.mp3").symlink_to(tmp_path / "gone.mp3")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.mp3"))
        going = walk(tmp_path)

        assert found(going, tmp_path) == set()
    assert going.problems == []


def test_names_need_not_be_utf8(tmp_path: Path) -> None:
    """Bytes go in and come out."""
    folder = os.fsencode(tmp_path) + b"/\xff\xfe"
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder + b"/caf\xe9.mp3")).touch()

    assert [path for path, _, _ in walk(tmp_path).files()] == [folder + b"/caf\xe9.mp3"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """A link to a folder above leads nowhere new."""
    fill(tmp_path, "x/a.mp3")
    (tmp_path / "x" / "up").symlink_to(tmp_path)
    (tmp_path / "x" / "self").symlink_to(tmp_path / "x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert found(walk(tmp_path), tmp_path) == {"x/a.mp3"}


def test_links_to_elsewhere_are_followed_once(tmp_path: Path) -> None:
    """Music on another disk that is linked twice is found once."""
    fill(tmp_path, "disk/a.mp3", "music/b.mp3")
    for name in ("one", "two"):
        (tmp_path / "music" / name).symlink_to(tmp_path / "disk")

    names = found(walk(tmp_path / "music"), tmp_path / "music")

    assert len(names) == 2
    assert {Path(name).name for name in names} == {"a.mp3", "b.mp3"}


def test_a_linked_folder_has_its_own_name_where_it_lies(tmp_path: Path) -> None:
    """A folder that is in the music anyway is not called by the link to it."""
    fill(tmp_path, "z/a.mp3")
    (tmp_path / "a").symlink_to(tmp_path / "z")

    assert found(walk(tmp_path), tmp_path) == {"z/a.mp3"}


def test_folders_within_each_other_are_walked_once(tmp_path: Path) -> None:
    """A library of a folder and one inside it has each file once."""
    fill(tmp_path, "a.mp3", "x/b.mp3")

    assert found(walk(tmp_path, tmp_path / "x"), tmp_path) == {"a.mp3", "x/b.mp3"}


def test_a_root_may_be_a_file(tmp_path: Path) -> None:
    """One file can be looked at alone."""
    fill(tmp_path, "a.mp3", "b.mp3")

    assert found(walk(tmp_path / "a.mp3"), tmp_path) == {"a.mp3"}


def test_a_missing_root_is_a_problem(tmp_path: Path) -> None:
    """A folder of the library that is not there is told, unless it may be gone."""
    going, may_be_gone = walk(tmp_path / "gone"), walk(tmp_path / "gone", may_be_gone=True)

    assert found(going, tmp_path) == found(may_be_gone, tmp_path) == set()
    assert [(p.path, p.reason) for p in going.problems] == [
        (
            os.fsencode(tmp_path / "gone"),
            "It does not exist; mount the disk, or correct library.folders.",
        )
    ]
    assert may_be_gone.problems == []


def test_a_root_that_is_no_folder_is_a_problem(tmp_path: Path) -> None:
    """A text is no music folder."""
    fill(tmp_path, "notes.txt")
    going = walk(tmp_path / "notes.txt")

    assert found(going, tmp_path) == set()
    assert going.problems[0].reason == "It is not a folder; correct library.folders."


def test_a_folder_without_permission_is_a_problem(open_path: Path) -> None:
    """The rest is walked, and the folder is told with what to do."""
    fill(open_path, "a.mp3", "x/b.mp3")
    (open_path / "x").chmod(0)
    going = walk(open_path)

    with as_nobody():
        assert found(going, open_path) == {"a.mp3"}
    assert [(problem.path, problem.reason) for problem in going.problems] == [
        (
            os.fsencode(open_path / "x"),
            "The daemon's user may not read it; give it permission to read and enter.",
        )
    ]


_REGULAR = Path(__file__).stat()


class Made:
    """A file that a made-up file system lists."""

    def __init__(self, folder: bytes, name: bytes) -> None:
        """In this folder, of this name."""
        self.name = name
        self.path = folder + b"/" + name

    def stat(self) -> os.stat_result:
        """A regular file."""
        return _REGULAR

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002 - as os.DirEntry
        """It is none."""
        return False

    def is_symlink(self) -> bool:
        """It is none."""
        return False


def test_a_folder_that_fails_in_the_middle_is_a_problem(tmp_path: Path) -> None:
    """A disk that breaks while it is listed is told; what was found before stands."""

    @contextmanager
    def breaking(folder: bytes) -> Iterator[Iterator[Entry]]:
        def entries() -> Iterator[Entry]:
            yield Made(folder, b"a.mp3")
            raise OSError(5, "Input/output error")

        yield entries()

    going = Walk([os.fsencode(tmp_path)], list_folder=breaking)

    assert found(going, tmp_path) == {"a.mp3"}
    assert "Input/output error" in going.problems[0].reason


def test_a_million_files_in_one_folder_stay_small(tmp_path: Path) -> None:
    """A huge folder goes through the walk without being kept in memory."""

    @contextmanager
    def huge(folder: bytes) -> Iterator[Iterator[Entry]]:
        yield (Made(folder, b"%d.mp3" % number) for number in range(1_000_000))

    folder = os.fsencode(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Spool() as spool:
        result = survey(Walk([folder], list_folder=huge), KnownFiles(), spool)
        first = next(spool.batches(1))

        assert (result.seen, spool.count) == (1_000_000, 1_000_000)
    assert first == [(folder + b"/0.mp3", _REGULAR.st_mtime_ns, _REGULAR.st_size)]
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 40


def test_a_known_file_takes_little_memory() -> None:
    """A million known files fit into some 150 MB."""
    count = 100_000
    tracemalloc.start()
    known = KnownFiles()
    for start in range(0, count, 1_000):
        known.add_files(
            (f"/music/artist/album/{n}.mp3", None, n, n, n, 0) for n in range(start, start + 1_000)
        )
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(known.there) == count
    assert taken / count < 200
