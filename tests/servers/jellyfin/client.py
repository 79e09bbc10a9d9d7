"""Programs that play music from a server, each with its habits of telling about it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.servers.jellyfin.ears import Ears, Sound
from tests.servers.jellyfin.music import Song, User
from tests.servers.jellyfin.server import Device, Jellyfin
from tests.servers.jellyfin.timeline import TICKS_S, Due, Timeline, ticks

NOTICED_SEEK_S = 15.0
"""A jump back to where the last report was looks like sound that stood still since."""


class StopPosition(Enum):
    """Which position a client tells when it stops."""

    REAL = "real"
    ZERO = "zero"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a client reports.

    Attributes:
        report_every_s: seconds from one report of its progress to the next; None for never.
        reports_paused: whether it does so while it stands paused.
        tells_changes: whether pausing, resuming and seeking are told at once.
        tells_starts: whether it says that it begins a song.
        tells_stops: whether it ever says that a song is over.
        stop_position: what it says then.
        stops_again_s: it says so once more after this long; None if not.
        flaps: whether it begins each song, stops it, and begins it again.
        magnifies: its positions are too large by this factor; 0 for one that always tells 0.
        wraps: whether a repeated song begins anew without a word.
        gap_s: silence between two songs.
        latency_s: from the client to the server, at the most.
    """

    report_every_s: float | None = 10.0
    reports_paused: bool = True
    tells_changes: bool = True
    tells_starts: bool = True
    tells_stops: bool = True
    stop_position: StopPosition = StopPosition.REAL
    stops_again_s: float | None = None
    flaps: bool = False
    magnifies: int = 1
    wraps: bool = False
    gap_s: float = 0.4
    latency_s: float = 0.12


class Client:
    """One program on one device, and the person who uses it."""

    def __init__(
        self,
        server: Jellyfin,
        ears: Ears,
        device: Device,
        users: tuple[User, ...],
        *,
        habits: Habits,
        chance: random.Random,
    ) -> None:
        """Is logged in and silent.

        Args:
            server: what it plays from and reports to.
            ears: who hears it.
            device: where it runs.
            users: who is logged in, then those who listen along.
            habits: how it reports.
            chance: for how long reports are under way.
        """
        self.users = users
        self._server = server
        self._timeline: Timeline = server.timeline
        self._device = device
        self._habits = habits
        self._chance = chance
        self._sound = Sound(server.timeline, ears, users)
        self._queue: list[Song] = []
        self._again = 0
        self._over: Due | None = None
        self._next_report: Due | None = None
        self._line_free_at = 0
        self._left = False

    # What a person does

    def play(self, songs: Sequence[Song], *, repeats: int = 0) -> None:
        """Plays songs one after the other, instead of what is on; repeats the first of them."""
        self.stop()
        if self._left:
            return
        self._queue, self._again = list(songs), repeats
        self._begin_next()

    def pause(self) -> None:
        """Stands still."""
        if self._sound.sounds:
            self._sound.pause()
            self._changed()

    def resume(self) -> None:
        """Goes on."""
        if self._sound.song is not None and not self._sound.sounds:
            self._sound.resume()
            self._changed()

    def seek(self, position_s: float) -> None:
        """Goes on elsewhere in the song."""
        if self._sound.song is not None:
            self._sound.seek(position_s)
            self._changed()

    def seek_anywhere(self, chance: random.Random) -> None:
        """Goes on at some place of the song, not at its beginning or just before its end."""
        song = self._sound.song
        if song is None:
            return
        place_s = chance.uniform(5.0, song.length_s * 0.9)
        if abs(place_s - self._sound.position / TICKS_S) > NOTICED_SEEK_S:
            self.seek(place_s)

    def leave(self) -> None:
        """Stops, and does nothing more whatever is done to it."""
        self.stop()
        self._left = True

    def skip(self) -> None:
        """Goes on with the next song of the queue."""
        self._end_song()
        self._begin_next()

    def stop(self) -> None:
        """Ends it all."""
        self._queue = []
        self._end_song()

    def crash(self) -> None:
        """Dies in mid-word."""
        self._queue = []
        self._sound.end()
        self._call_off()

    def stir(self) -> None:
        """Tells how it stands, unasked, as programs do that were in the background for long."""
        self._tell_progress()

    @property
    def busy(self) -> bool:
        """Whether anything is on, or about to be."""
        return self._sound.song is not None or bool(self._queue)

    # What the program does

    def _begin_next(self) -> None:
        if not self._queue:
            return
        song = self._queue.pop(0)
        self._sound.begin(song)
        habits = self._habits
        if habits.tells_starts:
            self._tell_start(song)
            if habits.flaps:
                self._timeline.after(0.2, lambda: self._tell_stop(song, 0))
                self._timeline.after(0.5, lambda: self._tell_start(song))
        self._expect_end()
        self._report_later()

    def _song_over(self) -> None:
        song = self._sound.song
        if song is None:
            return
        if self._again and self._habits.wraps:
            self._again -= 1
            self._sound.begin(song)
            self._expect_end()
            return
        if self._again:
            self._again -= 1
            self._queue.insert(0, song)
        self._end_song()
        self._timeline.after(self._habits.gap_s, self._go_on_if_silent)

    def _go_on_if_silent(self) -> None:
        if self._sound.song is None:
            self._begin_next()

    def _end_song(self) -> None:
        song = self._sound.song
        if song is None:
            return
        position = self._sound.position
        self._sound.end()
        self._call_off()
        if not self._habits.tells_stops:
            return
        self._tell_stop(song, position)
        again_s = self._habits.stops_again_s
        if again_s is not None:
            self._timeline.after(again_s, lambda: self._tell_stop(song, position))

    def _changed(self) -> None:
        self._expect_end()
        if self._habits.tells_changes:
            self._tell_progress()
            self._report_later()

    def _expect_end(self) -> None:
        if self._over is not None:
            self._over.call_off()
        sounds = self._sound.sounds
        self._over = self._timeline.after(self._sound.rest_s, self._song_over) if sounds else None

    def _report_later(self) -> None:
        if self._next_report is not None:
            self._next_report.call_off()
        if self._habits.report_every_s is not None:
            self._next_report = self._timeline.after(self._habits.report_every_s, self._report)

    def _report(self) -> None:
        if self._sound.song is None:
            return
        if self._sound.sounds or self._habits.reports_paused:
            self._tell_progress()
        self._report_later()

    def _call_off(self) -> None:
        for due in (self._over, self._next_report):
            if due is not None:
                due.call_off()

    # What it tells

    def _tell_start(self, song: Song) -> None:
        device, users = self._device, self.users
        position = self._told(self._sound.position if self._sound.song is song else 0)
        self._send(lambda: self._server.start(device, users, song, position))

    def _tell_progress(self) -> None:
        song = self._sound.song
        if song is None:
            return
        device, users, paused = self._device, self.users, not self._sound.sounds
        position = self._told(self._sound.position)
        self._send(lambda: self._server.progress(device, users, song, position, paused=paused))

    def _tell_stop(self, song: Song, position: int) -> None:
        device, users = self._device, self.users
        told: int | None = self._told(position)
        if self._habits.stop_position is not StopPosition.REAL:
            told = 0 if self._habits.stop_position is StopPosition.ZERO else None
        self._send(lambda: self._server.stop(device, users, song, told))

    def _told(self, position: int) -> int:
        return position * self._habits.magnifies

    def _send(self, report: Callable[[], None]) -> None:
        """Reports arrive in order, each a little later than it was made."""
        under_way = ticks(self._chance.uniform(0.01, self._habits.latency_s))
        self._line_free_at = max(self._timeline.now + under_way, self._line_free_at + 10_000)
        self._timeline.at(self._line_free_at, report)
