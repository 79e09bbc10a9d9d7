"""The limit of a first scan: mutagen alone reads every file, its class chosen by the ending.

`python -m tests.benchmarks.raw_mutagen FOLDER PROCESSES` prints the seconds by the clock and those
of processors that it took, the start of the processes included. It is a program of its own so that
these import nothing else.
"""

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wavpack import WavPack

CLASSES: dict[str, Any] = {
    ".mp3": MP3,
    ".flac": FLAC,
    ".m4a": MP4,
    ".ogg": OggVorbis,
    ".opus": OggOpus,
    ".wv": WavPack,
}
BATCH = 64


def main() -> None:
    """Read, and print what it took."""
    begun, cpu_s = time.perf_counter(), cpu_time()
    paths = [entry.path for entry in walk(sys.argv[1])]
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    pool = multiprocessing.get_context("spawn").Pool(int(sys.argv[2]))
    found = sum(pool.imap(read_batch, batches))
    pool.close()
    pool.join()
    if not found:
        sys.exit("no tags were found")
    print(time.perf_counter() - begun, cpu_time() - cpu_s)


def cpu_time() -> float:
    """Processor seconds of this process and of those that it has had."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def walk(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files in `folder` and its folders."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from walk(entry.path)
            else:
                yield entry


def read_batch(paths: list[str]) -> int:
    """How many tags the files have."""
    return sum(len(CLASSES[path[path.rfind(".") :]](path)) for path in paths)


if __name__ == "__main__":
    main()
