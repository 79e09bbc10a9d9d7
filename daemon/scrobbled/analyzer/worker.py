"""A process that reads music files for a scan: batches in on stdin, records out on stdout.

It is a process of its own so that files are read on all cores, and so that a file on which a
parser crashes or hangs costs a process and not the daemon. Started with
`python -m scrobbled.analyzer.worker`; it ends when its stdin ends.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO

from scrobbled.analyzer.library import file_record
from scrobbled.analyzer.reader import read_music

LENGTH = struct.Struct("<I")
"""Goes before each message, in both directions: how many bytes it has."""

MOST_MEMORY = 1 << 30
"""Bytes of address space; a file that claims to hold more is broken."""

_NICENESS = 10


def main() -> None:
    """Reads batches until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends us
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers each batch of (path, mtime in nanoseconds, size) with its records, in order."""
    while head := requests.read(LENGTH.size):
        batch = pickle.loads(requests.read(*LENGTH.unpack(head)))  # noqa: S301 - from the daemon
        answer = pickle.dumps([file_record(read_music(*file)) for file in batch], protocol=5)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
