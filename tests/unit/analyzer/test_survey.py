"""What the walk found, compared with what the library knows."""

import os
import threading
from pathlib import Path

import pytest

from scrobbled.analyzer.known import KnownFiles, path_hash
from scrobbled.analyzer.spool import Spool
from scrobbled.analyzer.survey import Stopped, Survey, survey
from scrobbled.analyzer.walk import Walk

File = tuple[bytes, int, int]
KnownFile = tuple[str, bytes | None, int, int, int, int]


def music(folder: Path, count: int) -> list[File]:
    """Some files, as a walk finds them."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:04}.mp3").write_bytes(b"x" * (number + 1))
    return sorted(Walk([os.fsencode(folder)]).files())


def row(path: bytes, mtime_ns: int, size: int, number: int, *, missing: bool = False) -> KnownFile:
    """A known file."""
    return (path.decode(), None, mtime_ns, size, number, int(missing))


def compare(
    folder: Path, known: KnownFiles, *, full: bool = False
) -> tuple[Survey, list[list[File]]]:
    """The comparison, and the files to be read."""
    with Spool() as spool:
        found = survey(Walk([os.fsencode(folder)]), known, spool, full=full)
        return found, list(spool.batches(100))


def test_unchanged_files_are_not_read(tmp_path: Path) -> None:
    """Path, time and size tell that nothing happened."""
    files = music(tmp_path, 3)
    known = KnownFiles()
    known.add_files(row(*file, number) for number, file in enumerate(files))

    found, to_read = compare(tmp_path, known)

    assert (found.seen, found.unchanged, to_read) == (3, 3, [])
    assert not found.unseen


@pytest.mark.parametrize("change", [(1, 0), (0, 1), (-1, 0)])
def test_another_time_or_size_is_a_change(change: tuple[int, int], tmp_path: Path) -> None:
    """A file is read again when either differs, whichever way."""
    ((path, mtime_ns, size),) = music(tmp_path, 1)
    known = KnownFiles()
    known.add_files([row(path, mtime_ns + change[0], size + change[1], 7)])

    found, to_read = compare(tmp_path, known)

    assert (found.unchanged, to_read) == (0, [[(path, mtime_ns, size)]])
    assert list(found.unseen) == [7]


def test_missing_files_that_are_back_unchanged_are_not_read(tmp_path: Path) -> None:
    """A disk that was away and is back costs a stat for each file."""
    ((path, mtime_ns, size),) = music(tmp_path, 1)
    known = KnownFiles()
    gone = row(b"/gone.mp3", 1, 1, 8, missing=True)
    known.add_files([row(path, mtime_ns, size, 7, missing=True), gone])

    found, to_read = compare(tmp_path, known)

    assert (list(found.returned), list(found.unseen), to_read) == ([7], [], [])


def test_broken_files_are_only_read_when_they_change(tmp_path: Path) -> None:
    """What could not be read is not tried again, but told when it changed or went."""
    files = music(tmp_path, 2)
    known = KnownFiles()
    known.add_broken([files[0], (files[1][0], 1, 1), (b"/gone.mp3", 1, 1)])

    found, to_read = compare(tmp_path, known)

    assert to_read == [[files[1]]]
    assert set(found.mended) == {path_hash(files[1][0]), path_hash(b"/gone.mp3")}


def test_a_full_scan_reads_everything(tmp_path: Path) -> None:
    """Unchanged files are read as well, and still known to be unchanged."""
    files = music(tmp_path, 3)
    known = KnownFiles()
    known.add_files(row(*file, number) for number, file in enumerate(files))

    found, to_read = compare(tmp_path, known, full=True)

    assert (found.unchanged, sorted(to_read[0])) == (0, files)


def test_folders_with_nothing_in_them_are_told(tmp_path: Path) -> None:
    """An empty folder may be a disk that is not mounted; one with folders in it is none."""
    music(tmp_path / "full", 1)
    (tmp_path / "empty").mkdir()
    (tmp_path / "folders" / "without music").mkdir(parents=True)
    roots = [os.fsencode(tmp_path / name) for name in ("full", "empty", "folders")]
    with Spool() as spool:
        assert survey(Walk(roots), KnownFiles(), spool).empty == roots[1:2]


def test_a_walk_can_be_stopped(tmp_path: Path) -> None:
    """Within some hundred files of being told, the walk ends."""
    music(tmp_path, 600)
    stop = threading.Event()
    stop.set()
    with Spool() as spool, pytest.raises(Stopped):
        survey(Walk([os.fsencode(tmp_path)]), KnownFiles(), spool, stop=stop)


def test_the_walk_tells_how_far_it_is(tmp_path: Path) -> None:
    """Whoever waits hears how many files were seen, and where."""
    music(tmp_path, 600)
    told: list[tuple[int, bytes]] = []
    with Spool() as spool:
        survey(
            Walk([os.fsencode(tmp_path)]),
            KnownFiles(),
            spool,
            report=lambda seen, folder: told.append((seen, folder)),
        )

    assert told == [(512, os.fsencode(tmp_path))]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30])
def test_the_spool_gives_back_what_it_was_given(count: int) -> None:
    """In order, in batches, with any bytes in the names."""
    files = [(b"/\xff\n\0%d" % number, -number, number << 40) for number in range(count)]
    with Spool() as spool:
        for file in files:
            spool.add(*file)
            spool.end_part()
        batches = list(spool.batches(10))

        assert spool.count == count
    assert [file for batch in batches for file in batch] == files
    assert all(len(batch) == 10 for batch in batches[:-1])


def test_the_spool_sorts_the_files_of_a_part() -> None:
    """However a file system lists them, the files of a folder are read by name."""
    with Spool() as spool:
        for name in (b"/b/2", b"/b/1"):
            spool.add(name, 0, 0)
        spool.end_part()
        for name in (b"/a/3", b"/a/2", b"/a/10"):
            spool.add(name, 0, 0)

        ((*files,),) = spool.batches(10)

    assert [path for path, _, _ in files] == [b"/b/1", b"/b/2", b"/a/10", b"/a/2", b"/a/3"]


def test_files_are_read_folder_by_folder_and_by_name(tmp_path: Path) -> None:
    """The same files in the same folders come in the same order on every file system."""
    for name in ("z", "a", "m"):
        music(tmp_path / name, 3)
        (tmp_path / f"{name}.mp3").touch()

    _, (to_read,) = compare(tmp_path, KnownFiles())

    names = [os.fsdecode(path).removeprefix(f"{tmp_path}/") for path, _, _ in to_read]
    inside = [f"{name}/{number:04}.mp3" for name in ("a", "m", "z") for number in range(3)]
    assert names == ["a.mp3", "m.mp3", "z.mp3", *inside]


def test_a_single_file_that_is_as_it_was_is_not_read(tmp_path: Path) -> None:
    """A file that is looked at alone is compared like any other."""
    (file,) = music(tmp_path, 1)
    known = KnownFiles()
    known.add_files([row(*file, 7)])
    with Spool() as spool:
        found = survey(Walk([file[0]]), known, spool)

        assert (found.seen, found.unchanged, spool.count, list(found.unseen)) == (1, 1, 0, [])
