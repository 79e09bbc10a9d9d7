"""What could be heard from an mpd, worked out from looks at it and from what was done to it.

This is an account of its own: it knows nothing of the daemon but when it was killed and when it
watched again. Each play gets two figures, the seconds that sounded for certain, as far as a daemon
can know them, and the most that can have sounded. Between them lies what nobody can tell.

All times are real ones of the monotonic clock; seconds of audio are `speed` times as many.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

RESTART_S = 2.5
"""mpd started anew at a position below this may be another play of the song, or the same."""
AHEAD_S = 4.0
"""A song is surely taken up again if it is found at most so far beyond where it was left."""


@dataclass(frozen=True)
class Look:
    """What mpd said at one moment.

    Attributes:
        run: which of its processes it was, from 0.
        entry: its number of the song in the queue; None when it stood still without one.
    """

    at: float
    run: int
    playing: bool
    entry: str | None = None
    file: str | None = None
    elapsed_s: float = 0.0
    length_s: float = 0.0

    def same_entry(self, other: "Look") -> bool:
        """Whether the same song of the same process was on."""
        return (self.run, self.entry) == (other.run, other.entry)


@dataclass(frozen=True)
class Span:
    """A stretch of time."""

    start: float
    end: float

    def meets(self, start: float, end: float) -> bool:
        """Whether it has a moment in common with another."""
        return self.start <= end and start <= self.end


@dataclass
class Heard:
    """One play of a song.

    Attributes:
        began: when it was first seen.
        certain_s: seconds that sounded for certain.
        most_s: the most that can have sounded.
        resumes: whether it begins where an mpd that was started anew may have gone on.
        surely_resumes: whether it is for certain the same play as the one before it.
        blind: times in which nobody could see how long it sounded.
    """

    file: str
    length_s: float
    began: float
    certain_s: float = 0.0
    most_s: float = 0.0
    resumes: bool = False
    surely_resumes: bool = False
    blind: set[Span] = field(default_factory=set)


@dataclass
class Account:
    """Everything that was seen of mpd and done to it, in the order of time.

    Attributes:
        speed: seconds of audio in a second.
        heartbeat_s: after so many real seconds at most a daemon has looked again.
        looks: at mpd.
        commands: when something was commanded that changes what sounds.
        deaths: when mpd was killed.
        blind: when no daemon was there: from its death until it watched again.
        apart: when mpd was not watched: from its death until it was watched again.
    """

    speed: float
    heartbeat_s: float
    looks: list[Look] = field(default_factory=list)
    commands: list[Span] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    blind: list[Span] = field(default_factory=list)
    apart: list[Span] = field(default_factory=list)

    def plays(self) -> list[Heard]:
        """Every play, in order."""
        found: list[Heard] = []
        current: Heard | None = None
        looks = list(self.looks)
        for before, now in itertools.pairwise(looks):
            following = current if now.file is not None else None
            if now.file is not None and (current is None or not now.same_entry(before)):
                following = self._opened(before, now)
                found.append(following)
            self._share_out(current, following, before, now)
            if following is None and current is not None:
                self._forget_unseen(current, now)
            current = following
        for play in found:
            play.most_s += sum((span.end - span.start) * self.speed for span in play.blind)
        return found

    def _share_out(
        self, current: Heard | None, following: Heard | None, before: Look, now: Look
    ) -> None:
        """Gives the time between two looks to the plays that can have sounded in it."""
        clock_s = (now.at - before.at) * self.speed
        natural = before.run == now.run and not _any(self.commands, before.at, now.at)
        sure = natural and before.playing and not self._unknown(before.at, now.at)
        rest_s = max(0.0, before.length_s - before.elapsed_s)
        if current is not None:
            moved_s = now.elapsed_s - before.elapsed_s if current is following else rest_s
            current.certain_s += max(0.0, min(moved_s, clock_s)) if sure else 0.0
            current.most_s += min(clock_s, rest_s + 1.0) if natural else clock_s
            # Nobody saw when it made way for another: it may get all that time.
            current.blind |= set(self._disturbed(before.at, now.at))
        if following is not None and following is not current and now.playing:
            following.certain_s += min(now.elapsed_s, clock_s) if sure else 0.0
            following.most_s += clock_s

    def _forget_unseen(self, last: Heard, now: Look) -> None:
        """The last song of a queue that nobody saw begin or end leaves nothing to be found."""
        if any(span.start - 0.1 <= last.began and now.at <= span.end for span in self.blind):
            last.certain_s = 0.0

    def _opened(self, before: Look, now: Look) -> Heard:
        """The play that `now` shows the beginning of."""
        resumes = before.run != now.run and before.file == now.file
        surely = resumes and now.elapsed_s > RESTART_S and not self._unknown(before.at, now.at)
        for span in self.apart:
            if surely and span.meets(before.at, now.at):
                met = next((look for look in self.looks if look.at >= span.end), now)
                surely = met.entry == now.entry and met.elapsed_s < before.elapsed_s + AHEAD_S
        return Heard(now.file or "", now.length_s, now.at, resumes=resumes, surely_resumes=surely)

    def _unknown(self, start: float, end: float) -> bool:
        """Whether a daemon cannot know what sounded between two moments.

        Nobody watched a new mpd yet; or something was done while there was no daemon, and then
        what the last one had not looked at is lost as well.
        """
        return _any(self.apart, start, end) or any(self._disturbed(start, end))

    def _disturbed(self, start: float, end: float) -> Iterator[Span]:
        """The times without a daemon, and with something done, that cast doubt on this one."""
        for span in self.blind:
            if span.meets(start - 0.1, end + self.heartbeat_s + 0.4):
                done = _any(self.commands, span.start - 0.2, span.end)
                died = any(span.start - 0.2 <= death <= span.end for death in self.deaths)
                if done or died:
                    yield span


@dataclass(frozen=True)
class Expected:
    """How many listens of a song there must be at least, and may be at most."""

    least: int
    most: int


def expected(plays: Sequence[Heard], required: float, margin_s: float) -> dict[str, Expected]:
    """What each song's plays come to.

    Args:
        plays: in order.
        required: the part of its length that a song must sound.
        margin_s: seconds by which a play must be beyond, or short of, that to be certain.
    """
    by_file: dict[str, list[Heard]] = defaultdict(list)
    for play in plays:
        by_file[play.file].append(play)
    counts = {file: list(_counts(heard, required, margin_s)) for file, heard in by_file.items()}
    return {
        file: Expected(sum(least for least, _ in each), sum(most for _, most in each))
        for file, each in counts.items()
    }


def _counts(heard: Sequence[Heard], required: float, margin_s: float) -> Iterator[tuple[int, int]]:
    """Least and most listens of each run of plays that may be one."""
    runs: list[list[Heard]] = []
    for play in heard:
        if play.resumes and runs:
            runs[-1].append(play)
        else:
            runs.append([play])
    for run in runs:
        threshold_s = run[0].length_s * required
        together = all(play.surely_resumes for play in run[1:])
        certain_s = [play.certain_s for play in run]
        surest_s = sum(certain_s) if together else max(certain_s)
        most_s = sum(play.most_s for play in run)
        separate = 1 + sum(not play.surely_resumes for play in run[1:])
        reachable = int(most_s // max(0.1, threshold_s - margin_s))
        yield int(surest_s >= threshold_s + margin_s), min(separate, reachable)


def _any(spans: Sequence[Span], start: float, end: float) -> bool:
    return any(span.meets(start, end) for span in spans)
