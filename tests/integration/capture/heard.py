"""How long something must have sounded, as far as the outside can tell."""

from dataclasses import dataclass

from scrobbled.domain.play import ClosedPlay

GRAIN_S = 1.5
"""Seconds that a credit may fall short of what was heard, however quick the machine.

MPD counts audio in whole seconds, and the daemon takes a position for steady that is off the clock
by no more than a second. What a busy machine adds is measured (see `Heard`), not allowed for.
"""
AHEAD_S = 2.5
"""Seconds by which a credit may exceed it.

MPD hands audio to its outputs 1.5 s before it sounds, and counts it then, in whole seconds. So an
output that falls behind the clock by less than this cannot be told from a listener who went back
by as much and heard it twice, and the listener is believed.
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds of audio that sounded, between what is sure and what is possible.

    The least is where mpd said it was right before a command; the most is that and all the time
    that passed until the daemon had seen the command's effect. So a machine that stumbles widens
    the bounds by just the time that it lost.
    """

    least_s: float
    most_s: float

    def __add__(self, other: "Heard | float") -> "Heard":
        """Both, one after the other."""
        if not isinstance(other, Heard):
            other = Heard(other, other)
        return Heard(self.least_s + other.least_s, self.most_s + other.most_s)

    def __sub__(self, seconds: float) -> "Heard":
        """Without so many seconds, as after a start in mid-song."""
        return Heard(self.least_s - seconds, self.most_s - seconds)

    def __contains__(self, plays: ClosedPlay | list[ClosedPlay]) -> bool:
        """Whether the seconds credited to a play, or to several together, fit."""
        each = plays if isinstance(plays, list) else [plays]
        heard_s = sum(play.played_s for play in each)
        return self.least_s - GRAIN_S <= heard_s <= self.most_s + AHEAD_S


def exactly(seconds: float) -> Heard:
    """What is known without measuring, as of a whole song."""
    return Heard(seconds, seconds)


def told(plays: list[ClosedPlay]) -> list[str]:
    """Each play in short: P if it counts, else p; its title or name; what ended it."""
    return [
        f"{'P' if play.verdict.counts else 'p'} {play.track.title or play.track.uri} "
        f"{play.closed_by.value}"
        for play in plays
    ]
