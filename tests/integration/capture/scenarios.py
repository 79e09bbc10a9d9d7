"""What people and machines do to an MPD, and the plays that must come of it.

Each scenario has a number, and `@shows(number)` on the test that plays it on a real mpd;
`test_scenarios.py` fails when one has no test. In what is expected, P is a play that counts and p
one that is kept as a skip.
"""

from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

SCENARIOS = {
    1: "a queue of three songs to its end: P P P, the last one too",
    2: "one song repeated (single and repeat), stopped in its fourth round: P P P p",
    3: "repeat with one song in the queue: the same",
    4: "a song begun, then taken close to its end: p, the part left out is not heard",
    5: "a song taken back to its start before it counts: one P",
    6: "a song taken back to its start after it counted: P P",
    7: "a song that counts taken back a little: one P, longer than the song",
    8: "a pause before the song counts: p, the pause is not heard",
    9: "a pause in a song that comes to count: P, the pause is not heard",
    10: "a seek during a pause: earns nothing",
    11: "two songs skipped at once: nothing of them",
    12: "a song skipped before half: p",
    13: "a song stopped after half and played again: P P",
    14: "single: P as soon as the song ends, nothing of the next one",
    15: "single for once: the same",
    16: "consume: P P P",
    17: "random: a P for each song in the order in which they sounded",
    18: "the same file twice in the queue: P P",
    19: "the queue moved, shuffled and cropped in mid-song: one P",
    20: "the playing song deleted after half: P, the next begins",
    21: "the queue cleared before half: p",
    22: "crossfade: each song whole, the overlap heard in both",
    23: "a file that breaks off at once: nothing of it",
    24: "mpd killed in mid-song and back with its state: one P, not two",
    25: "mpd killed and back empty, another song gets the same id: p, a new play from 0",
    26: "mpd restarted in the second half: one P",
    27: "mpd comes back with a paused song: nothing",
    28: "the daemon killed after a song counted, and started anew: one P",
    29: "the daemon killed before a song counts, and started anew: one P",
    30: "the connection cut over a change of songs: P P",
    31: "the output moved away while mpd says that it plays: p, the silence is not heard",
    32: "mpd stopped by SIGSTOP for a while: no more than its position tells",
    33: "radio: a P for each title",
    34: "radio without titles: one play a connection, P only if stations count",
    35: "radio whose title goes and comes back: one play",
    36: "the parts of a file with a CUE sheet: a P for each, with its own tags",
    37: "tags edited in mid-song: one P with the new tags",
    38: "the file renamed in mid-song: one P under the old name",
    39: "several artists, one with a comma in the name: kept as they are tagged",
    40: "a file without tags: P under its name",
    41: "two partitions at once: P in each",
    42: "a partition made later: watched from then on",
    43: "the shortest song that counts: p at 29 s, P at 30 s",
    44: "a song of ten minutes: P from four minutes on, one only",
    45: "a length that becomes known after a while: it decides from then on",
    46: "a password that is wrong or revoked: told, tried again, and works once it is right",
    47: "the wall clock set back in mid-song: one P of the right length",
    48: "a second daemon on the same state: refuses to start",
    49: "a queue that ended, and its last song again: P P",
    50: "two thousand commands at once: no error, never more than can have sounded",
}


def shows(*numbers: int) -> Callable[[Test], Test]:
    """Says of a test which scenarios it shows."""
    unknown = [number for number in numbers if number not in SCENARIOS]
    if unknown or not numbers:
        raise ValueError(f"there are no scenarios {unknown or 'of no number'}")

    def unchanged(test: Test) -> Test:
        return test

    return unchanged
