"""Reading processes: what they answer, and what happens when they do not."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.music import write_music

from scrobbled.analyzer.known import path_hash
from scrobbled.analyzer.pool import Closed, FoundFile, Patience, ReadingProcess

ODD_WORKER = """
import os, signal, time
from scrobbled.analyzer import worker
read = worker.read_music
def oddly(path, mtime_ns, size):
    if b"boom" in os.path.basename(path):
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"stuck" in os.path.basename(path):
        time.sleep(600)
    return read(path, mtime_ns, size)
worker.read_music = oddly
worker.main()
"""


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[ReadingProcess]:
    """A process that crashes on files with "boom" in their name, and hangs on "stuck"."""
    program = tmp_path / "odd_worker.py"
    program.write_text(ODD_WORKER)
    patience = Patience(batch_s=1.5, file_s=1.0)
    with ReadingProcess(patience=patience, command=(sys.executable, str(program))) as process:
        yield process


def music(folder: Path, *names: str) -> list[FoundFile]:
    """Tagged files, as a walk finds them."""
    found = []
    for name in names:
        path = write_music(folder / f"{name}.flac", {"title": name, "artist": "A"})
        stat = path.stat()
        found.append((os.fsencode(path), stat.st_mtime_ns, stat.st_size))
    return found


def test_records_come_in_order(tmp_path: Path) -> None:
    """One process reads batch after batch."""
    files = music(tmp_path, "a", "b", "c")
    with ReadingProcess() as process:
        answers = [process.read(files), process.read(files[:1]), process.read([])]

    titles = [[r.track.title for r in records if r.track] for records in answers]
    assert titles == [["a", "b", "c"], ["a"], []]
    assert answers[0][0].path_hash == path_hash(files[0][0])
    assert (answers[0][0].mtime_ns, answers[0][0].size) == files[0][1:]


def test_large_answers_come_whole(tmp_path: Path) -> None:
    """Answers larger than a pipe holds are read to their end."""
    path = write_music(tmp_path / "a.flac", {"title": "a", "lyrics": "la " * 5_000})
    files = [(os.fsencode(path), 0, 0)] * 64
    with ReadingProcess() as process:
        records = process.read(files)

    assert [len(r.track.attributes[0][1]) for r in records if r.track] == [14_999] * 64


def test_a_file_that_crashes_the_reader_is_told_alone(odd: ReadingProcess, tmp_path: Path) -> None:
    """The other files of its batch are read."""
    records = odd.read(music(tmp_path, "a", "boom", "b"))

    assert [record.problem for record in records] == [
        None,
        "The program that reads tags crashed on it; the file is probably damaged.",
        None,
    ]
    assert odd.read(music(tmp_path, "c"))[0].problem is None


def test_a_file_on_which_the_reader_hangs_is_given_up(odd: ReadingProcess, tmp_path: Path) -> None:
    """It costs its time once for the batch and once alone, not forever."""
    records = odd.read(music(tmp_path, "a", "stuck"))

    assert [record.problem for record in records] == [None, "Reading it took longer than 1 s."]


def test_closing_ends_what_is_being_read(odd: ReadingProcess, tmp_path: Path) -> None:
    """A scan that is stopped does not wait for its readers."""
    errors: list[BaseException] = []
    begun = threading.Event()

    def read() -> None:
        odd.read(music(tmp_path, "a"))
        begun.set()
        try:
            odd.read(music(tmp_path, "stuck"))
        except Closed as error:
            errors.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    assert begun.wait(10)
    odd.close()
    reading.join(10)

    assert not reading.is_alive()
    assert len(errors) == 1


def test_a_closed_process_reads_no_more(tmp_path: Path) -> None:
    """What was closed stays closed."""
    process = ReadingProcess()
    process.close()

    with pytest.raises(Closed):
        process.read(music(tmp_path, "a"))


def test_the_reader_ignores_the_keyboard_and_steps_back(tmp_path: Path) -> None:
    """Ctrl-C is for the program in front; reading gives way to whatever else runs."""
    with ReadingProcess() as process:
        process.read(music(tmp_path, "a"))
        child = process._process  # noqa: SLF001 - its number is nobody's business but this test's
        assert child is not None
        os.kill(child.pid, signal.SIGINT)
        niceness = os.getpriority(os.PRIO_PROCESS, child.pid)

        assert process.read(music(tmp_path, "b"))[0].problem is None
        assert child is process._process  # noqa: SLF001 - as above
    assert niceness - os.getpriority(os.PRIO_PROCESS, 0) == 10
    assert child.returncode is not None
