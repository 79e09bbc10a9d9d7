"""The program behind a `pipe` output of mpd: swallows audio at a multiple of real time.

Usage: rate_limited_output.py SPEED

mpd's own null output either keeps real time (`sync "yes"`) or runs as fast as it can, unevenly
(`sync "no"`). This one takes 44.1 kHz, 16 bit, stereo audio from its standard input at SPEED times
real time and never catches up on what it missed, as a sound card would not.
"""

import contextlib
import fcntl
import os
import sys
import time

BYTES_PER_SECOND = 44_100 * 2 * 2
SLICE_S = 0.01
PIPE_BYTES = 8_192


def swallow(speed: float) -> None:
    """Reads standard input until its end, at `speed` times real time."""
    with contextlib.suppress(OSError):  # a smaller pipe only makes positions more exact
        fcntl.fcntl(0, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    rate = BYTES_PER_SECOND * speed
    due = time.monotonic()
    while data := os.read(0, int(rate * SLICE_S)):
        due += len(data) / rate
        early = due - time.monotonic()
        if early > 0:
            time.sleep(early)
        elif early < -5 * SLICE_S:
            due = time.monotonic()


if __name__ == "__main__":
    swallow(float(sys.argv[1]))
