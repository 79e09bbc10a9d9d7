"""What people really hear: the truth that capture is held against.

It follows from what is done to a player alone (begin, pause, resume, seek, end), never from what
the player tells a server, and never from a rule of the daemon.
"""

from dataclasses import dataclass, field, replace

from tests.servers.jellyfin.music import Song, User
from tests.servers.jellyfin.timeline import TICKS_S, Timeline, ticks


@dataclass(frozen=True, slots=True)
class Heard:
    """One song that somebody heard, from its beginning until something else was played.

    Attributes:
        user: who.
        song: what.
        began_at: ticks since the epoch, UTC.
        ended_at: likewise.
        seconds: for how long it sounded, pauses left out.
    """

    user: User
    song: Song
    began_at: int
    ended_at: int
    seconds: float

    def later_by(self, seconds: float) -> "Heard":
        """The same by a clock that is ahead by so much."""
        return replace(
            self, began_at=self.began_at + ticks(seconds), ended_at=self.ended_at + ticks(seconds)
        )


@dataclass(slots=True)
class Ears:
    """Everything that is heard in a house, in the order in which it ended."""

    heard: list[Heard] = field(default_factory=list)


@dataclass(slots=True)
class _On:
    song: Song
    began_at: int
    position: int
    as_of: int
    sounds: bool = True
    sounded: int = 0


class Sound:
    """What comes out of one device.

    Attributes:
        users: who listens.
    """

    def __init__(self, timeline: Timeline, ears: Ears, users: tuple[User, ...]) -> None:
        """Is silent at first."""
        self._timeline = timeline
        self._ears = ears
        self.users = users
        self._on: _On | None = None

    @property
    def song(self) -> Song | None:
        """What is on, be it paused."""
        return None if self._on is None else self._on.song

    @property
    def sounds(self) -> bool:
        """Whether anything is to be heard."""
        return self._on is not None and self._on.sounds

    @property
    def position(self) -> int:
        """How far into the song it is, ticks."""
        on = self._lasting()
        return on.position

    @property
    def rest_s(self) -> float:
        """Seconds until the song is over, if nothing is done to it."""
        on = self._lasting()
        return (on.song.length - on.position) / TICKS_S

    def begin(self, song: Song, position_s: float = 0.0) -> None:
        """Lets a song sound; what was on before has ended."""
        self.end()
        now = self._timeline.now
        self._on = _On(song, now, ticks(position_s), now)

    def pause(self) -> None:
        """Stands still."""
        self._lasting().sounds = False

    def resume(self) -> None:
        """Goes on."""
        self._lasting().sounds = True

    def seek(self, position_s: float) -> None:
        """Goes on elsewhere in the song."""
        self._lasting().position = ticks(position_s)

    def end(self) -> None:
        """Falls silent for good."""
        if self._on is None:
            return
        on, now = self._lasting(), self._timeline.now
        self._on = None
        for user in self.users:
            sounded_s = on.sounded / TICKS_S
            self._ears.heard.append(Heard(user, on.song, on.began_at, now, sounded_s))

    def _lasting(self) -> _On:
        """The song that is on, brought up to now."""
        if self._on is None:
            raise RuntimeError("nothing is on")
        on, now = self._on, self._timeline.now
        if on.sounds:
            passed = min(now - on.as_of, on.song.length - on.position)
            on.position, on.sounded = on.position + passed, on.sounded + passed
        on.as_of = now
        return on
