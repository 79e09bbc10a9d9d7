"""A player like MPD on a virtual clock, which also keeps the truth: what really sounded when.

How it behaves was measured on real mpds; docs/capture.md tells the facts. It reports what an
MPD would report (whole seconds of `playtime` that run ahead of the sound and over-count at jumps,
an elapsed time that wobbles after pauses and reads 0.000 when a crossfade is announced), never
what really sounded: that is in `sounded`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import (
    Cause,
    Observation,
    PlayerEvidence,
    PlayerState,
    TrackInfo,
)

EPOCH_S = 1_760_000_000.0
PIPE_S = 1.486
"""256 KiB of CD quality: so much audio is handed over before it sounds."""
FILL_RATE = 5.0
"""How much faster than it plays the pipe fills."""
CROSSFADE_SETTLES_S = 0.3
CROSSFADE_LEAST_S = 20.0
WOBBLE_S = 0.02
WOBBLES_FOR_S = 0.1
NEVER = math.inf


def song(name: str, duration_s: float | None = 20.0, **tags: str | tuple[str, ...]) -> TrackInfo:
    """A track of that length; its title is its name unless told otherwise."""
    told: dict[str, str | tuple[str, ...]] = {"title": name.capitalize(), **tags}
    return replace(TrackInfo(uri=f"{name}.flac", duration_s=duration_s), **told)  # type: ignore[arg-type]  # whatever the test calls for


@dataclass(frozen=True)
class Sounded:
    """A stretch of a track that really sounded, in true seconds since the start."""

    uri: str
    title: str | None
    from_s: float
    to_s: float


@dataclass
class Entry:
    """An entry of the queue."""

    entry_id: int
    track: TrackInfo


@dataclass(frozen=True)
class Saved:
    """A state file."""

    state: PlayerState
    tracks: tuple[TrackInfo, ...]
    index: int | None
    position_s: float


@dataclass
class VirtualPlayer:
    """The player; change its options freely, and its state by the commands.

    `events` counts what it has told its clients: each change twice, as MPD does.
    """

    queue: list[Entry] = field(default_factory=list)
    repeat: bool = False
    single: str = "off"
    consume: bool = False
    order: list[int] | None = None
    crossfade_s: float = 0.0
    counts_audio: bool = True
    player: str = ""

    now_s: float = 0.0
    wall_jump_s: float = 0.0
    suspended_s: float = 0.0
    host_boot: int = 1
    host_started_s: float = -1000.0

    state: PlayerState = PlayerState.STOPPED
    index: int | None = None
    position_s: float = 0.0
    frozen: bool = False
    events: int = 0
    sounded: list[Sounded] = field(default_factory=list)
    titles: dict[str, list[tuple[float, str | None]]] = field(default_factory=dict)
    stations: dict[str, float] = field(default_factory=dict)

    _next_id: int = 1
    _started_s: float = -500.0
    _handed_s: float = 0.0
    _filling_s: float = 0.0
    _announced_s: float = -NEVER
    _crossfaded: bool = False
    _resumed_s: float = -NEVER
    queue_version: int = 1

    # What it tells

    def moment(self) -> Moment:
        """The present by the clocks of the host."""
        monotonic_s = self.now_s - self.suspended_s - self.host_started_s
        wall_s = EPOCH_S + self.now_s + self.wall_jump_s
        return Moment(monotonic_s, wall_s, f"boot-{self.host_boot}")

    def look(self, cause: Cause = Cause.EVENT) -> Observation:
        """What a client sees that looks now."""
        entry = self.current
        loaded = entry is not None
        stopped = self.state is PlayerState.STOPPED
        return Observation(
            player=self.player,
            state=self.state,
            at=self.moment(),
            entry_id=str(entry.entry_id) if entry else None,
            track=self._described(entry) if entry else None,
            position_s=round(self._shown_s(), 3) if loaded and not stopped else None,
            cause=cause,
            evidence=PlayerEvidence(
                playtime_s=math.floor(self._handed_s + self._ahead_s() + 1e-6)
                if self.counts_audio
                else None,
                uptime_s=math.floor(self.now_s - self.suspended_s - self._started_s)
                if self.counts_audio
                else None,
                crossfade_s=self.crossfade_s,
            ),
        )

    @property
    def current(self) -> Entry | None:
        """The entry that is loaded."""
        return None if self.index is None else self.queue[self.index]

    def between(self, before: Observation | None) -> tuple[TrackInfo, ...]:
        """The tracks between an entry seen before and the current one, if played in order."""
        in_order = self.order is None and self.single == "off" and not self.consume
        ids = [str(entry.entry_id) for entry in self.queue]
        if before is None or before.entry_id not in ids or self.index is None or not in_order:
            return ()
        first = ids.index(before.entry_id) + 1
        return tuple(entry.track for entry in self.queue[first : self.index])

    def truth_s(self, uri: str, from_s: float = -NEVER, to_s: float = NEVER) -> float:
        """Seconds that a track really sounded between two true times."""
        return sum(
            max(0.0, min(piece.to_s, to_s) - max(piece.from_s, from_s))
            for piece in self.sounded
            if piece.uri == uri
        )

    def _described(self, entry: Entry) -> TrackInfo:
        track = entry.track
        if track.stream:
            return replace(track, title=self._title(track.uri), station="Radio Test")
        return track

    def _title(self, uri: str) -> str | None:
        title = None
        for at_s, told in self.titles.get(uri, ()):
            if self.position_s + 1e-9 >= at_s:
                title = told
        return title

    def _shown_s(self) -> float:
        if self._crossfaded and self.now_s - self._announced_s < CROSSFADE_SETTLES_S:
            return 0.0
        wobbles = self.now_s - self._resumed_s < WOBBLES_FOR_S
        return self.position_s + (WOBBLE_S if wobbles else 0.0)

    def _ahead_s(self) -> float:
        """Audio that was handed over and has not sounded; none is left when a song ends."""
        rest_s = self._length_s() - self.position_s
        return max(0.0, min(PIPE_S, rest_s, FILL_RATE * self._filling_s))

    def _length_s(self) -> float:
        entry = self.current
        if entry is None:
            return 0.0
        if entry.track.stream:
            return self.stations.get(entry.track.uri, NEVER)
        return self.lengths.get(entry.track.uri, entry.track.duration_s or NEVER)

    lengths: dict[str, float] = field(default_factory=dict)

    # Time

    def until_event_s(self) -> float:
        """Seconds until it changes by itself."""
        entry = self.current
        if entry is None or not self._sounds:
            return NEVER
        ends_s = self._length_s() - self.position_s
        told = [at_s - self.position_s for at_s, _ in self.titles.get(entry.track.uri, ())]
        return min([ends_s, *(due_s for due_s in told if due_s > 1e-9)])

    @property
    def _sounds(self) -> bool:
        return self.state is PlayerState.PLAYING and not self.frozen

    def pass_time(self, seconds: float) -> None:
        """Lets time go by, no further than to the next change (`until_event_s`)."""
        if seconds <= 0:
            return
        if not self._sounds:
            self.now_s += seconds
            return
        due_s = self.until_event_s()
        self._sound(seconds)
        if seconds >= due_s - 1e-9:
            if self.position_s >= self._length_s() - 1e-9:
                self._song_over()
            self.tell()

    def _sound(self, seconds: float) -> None:
        entry = self.current
        if entry is None:
            raise AssertionError("nothing is loaded")
        title = self._described(entry).title
        began_s = self.now_s
        self.now_s += seconds
        self.position_s += seconds
        self._handed_s += seconds
        self._filling_s += seconds
        self.sounded.append(Sounded(entry.track.uri, title, began_s, self.now_s))

    def _song_over(self) -> None:
        old = self.current
        if old is None:
            raise AssertionError("nothing is loaded")
        length_s = self._length_s()
        following = self._following()
        if self.consume and self.index is not None:
            del self.queue[self.index]
            following = None if following is None else self.index
            if following is not None and following >= len(self.queue):
                following = None
        self._fresh_pipe()
        self.position_s = 0.0
        if following is None:
            self.index, self.state = None, PlayerState.STOPPED
            return
        self.index = following
        self._announced_s, self._crossfaded = self.now_s, False
        if self.single in {"on", "oneshot"} and not self.repeat:
            self.state = PlayerState.PAUSED
            self.single = "off" if self.single == "oneshot" else "on"
            return
        self._overlap(old, length_s)

    def _overlap(self, old: Entry, length_s: float) -> None:
        """The next song has been under way for the length of the crossfade when it is told."""
        new = self.current
        if new is None or self.crossfade_s <= 0 or new is old:
            return
        if min(length_s, self._length_s()) < CROSSFADE_LEAST_S:
            return
        self._crossfaded = True
        self.position_s = self.crossfade_s
        began_s = self.now_s - self.crossfade_s
        self.sounded.append(Sounded(new.track.uri, new.track.title, began_s, self.now_s))

    def _following(self) -> int | None:
        if self.index is None:
            return None
        if self.single in {"on", "oneshot"} and self.repeat:
            return self.index
        if self.order is not None:
            place = self.order.index(self.index) + 1
            return self.order[place] if place < len(self.order) else None
        if self.index + 1 < len(self.queue):
            return self.index + 1
        return 0 if self.repeat else None

    def _fresh_pipe(self) -> None:
        self._filling_s = 0.0
        self._crossfaded = False

    def _dropped(self) -> None:
        """A jump throws away what was handed over and has not sounded; it stays counted."""
        self._handed_s += self._ahead_s()
        self._fresh_pipe()

    def tell(self) -> None:
        """Tells its clients that something changed, twice."""
        self.events += 2

    # Commands

    def add(self, tracks: Iterable[TrackInfo]) -> None:
        """Puts tracks at the end of the queue."""
        for track in tracks:
            self.queue.append(Entry(self._next_id, track))
            self._next_id += 1
        self.queue_version += 1
        self.tell()

    def play(self, index: int | None = None) -> None:
        """Plays from the start of an entry, or goes on."""
        if index is None and self.state is PlayerState.PAUSED:
            self.resume()
            return
        if index is None and self.state is PlayerState.PLAYING:
            return
        if not self.queue:
            return
        self._dropped()
        self.index = index if index is not None else (self.index or 0)
        self.position_s, self.state = 0.0, PlayerState.PLAYING
        self.tell()

    def pause(self) -> None:
        """Pauses."""
        if self.state is PlayerState.PLAYING:
            self.state = PlayerState.PAUSED
            self.tell()

    def resume(self) -> None:
        """Goes on after a pause."""
        if self.state is PlayerState.PAUSED:
            self.state = PlayerState.PLAYING
            self._resumed_s = self.now_s
            self.tell()

    def stop(self) -> None:
        """Stops; the entry stays loaded."""
        if self.state is not PlayerState.STOPPED:
            self._dropped()
            self.state, self.position_s = PlayerState.STOPPED, 0.0
            self.tell()

    def next(self) -> None:
        """Goes to the next entry, and plays even if it was paused."""
        self._go(self._following_by_hand())

    def previous(self) -> None:
        """Goes to the entry before."""
        if self.index is not None:
            self._go(max(0, self.index - 1))

    def seek(self, to_s: float) -> None:
        """Moves the position, whether playing or paused."""
        if self.index is None or self.state is PlayerState.STOPPED:
            return
        if self.current is not None and self.current.track.stream:
            return
        self._dropped()
        self.position_s = min(max(0.0, to_s), max(0.0, self._length_s() - 0.01))
        self.tell()

    def delete(self, index: int) -> None:
        """Takes an entry out of the queue."""
        playing = index == self.index
        if playing:
            self._dropped()
        del self.queue[index]
        self.queue_version += 1
        if self.index is not None and index < self.index:
            self.index -= 1
        if playing:
            self.position_s = 0.0
            if self.index is not None and self.index >= len(self.queue):
                self.index, self.state = None, PlayerState.STOPPED
        self.tell()

    def clear(self) -> None:
        """Empties the queue."""
        self._dropped()
        self.queue.clear()
        self.index, self.state, self.position_s = None, PlayerState.STOPPED, 0.0
        self.queue_version += 1
        self.tell()

    def move(self, index: int, to: int) -> None:
        """Moves an entry; its id stays."""
        current = self.current
        self.queue.insert(to, self.queue.pop(index))
        self.index = None if current is None else self.queue.index(current)
        self.queue_version += 1
        self.tell()

    def retag(self, uri: str, **tags: str | float | tuple[str, ...] | None) -> None:
        """Changes what is said of a track, in the queue and in place."""
        for entry in self.queue:
            if entry.track.uri == uri:
                entry.track = replace(entry.track, **tags)  # type: ignore[arg-type]  # as `song`
        self.tell()

    def _following_by_hand(self) -> int | None:
        if self.index is None:
            return None
        if self.order is not None:
            return self._following()
        if self.index + 1 < len(self.queue):
            return self.index + 1
        return 0 if self.repeat else None

    def _go(self, index: int | None) -> None:
        if self.index is None or self.state is PlayerState.STOPPED:
            return
        self._dropped()
        self.position_s = 0.0
        if index is None:
            self.index, self.state = None, PlayerState.STOPPED
        else:
            self.index, self.state = index, PlayerState.PLAYING
        self.tell()

    # Troubles

    def freeze(self) -> None:
        """Its only output goes away: it says that it plays, and nothing sounds."""
        self.frozen = True
        self.tell()

    def thaw(self) -> None:
        """The output comes back."""
        self.frozen = False
        self.tell()

    def save(self) -> Saved:
        """What its state file would hold now."""
        tracks = tuple(entry.track for entry in self.queue)
        return Saved(self.state, tracks, self.index, self.position_s)

    def start_anew(self, saved: Saved | None = None, *, paused: bool = False) -> None:
        """Starts again after having been killed, with a state file or with an empty queue."""
        self.queue = []
        self._next_id, self._handed_s, self._started_s = 1, 0.0, self.now_s - self.suspended_s
        self.state, self.index, self.position_s, self.frozen = PlayerState.STOPPED, None, 0.0, False
        self._announced_s = self._resumed_s = -NEVER
        self._fresh_pipe()
        self.queue_version = 1
        if saved is not None:
            self.add(saved.tracks)
            self.index, self.state = saved.index, saved.state
            self.position_s = saved.position_s
            if paused and self.state is PlayerState.PLAYING:
                self.state = PlayerState.PAUSED

    def jump_wall(self, seconds: float) -> None:
        """Somebody sets the host's clock."""
        self.wall_jump_s += seconds

    def suspend(self, seconds: float) -> None:
        """The host sleeps: the wall clock goes on, the monotonic one stands."""
        self.now_s += seconds
        self.suspended_s += seconds

    def reboot(self, away_s: float, saved: Saved | None = None, *, paused: bool = False) -> None:
        """The host goes down and comes back."""
        self.now_s += away_s
        self.host_boot += 1
        self.host_started_s = self.now_s - self.suspended_s - 5.0
        self.start_anew(saved, paused=paused)
