"""A model of the server's session manager: what it makes of the reports of its clients.

It follows `Emby.Server.Implementations/Session/SessionManager.cs`,
`MediaBrowser.Controller/Session/SessionInfo.cs` and `UserDataManager.cs` of
https://github.com/jellyfin/jellyfin, 10.8 to 12.0. Every event is told twice: the user data that
changes with it, then itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.servers.jellyfin.dotnet import NEVER, md5_id
from tests.servers.jellyfin.music import Song, User
from tests.servers.jellyfin.release import NEWEST, Release
from tests.servers.jellyfin.timeline import TICKS_S, Due, Timeline

IDLE_AFTER_S = 300.0
"""A session that did not check in for longer is stopped, at the next look."""
IDLE_LOOK_S = 300.0
TICK_S = 1.0
_LEAST_RESUMED = 0.05
_MOST_RESUMED = 0.9
_LEAST_RESUMED_LENGTH_S = 300


@dataclass(frozen=True, slots=True)
class Device:
    """A client program on a device.

    Attributes:
        app: the program's name for itself.
        device_id: its own; programs of two devices differ.
        name: of the device.
    """

    app: str
    device_id: str
    name: str

    @property
    def session_id(self) -> str:
        """The session's id, the same after every restart."""
        return md5_id(self.app + self.device_id).hex


@dataclass(slots=True)
class Session:
    """What the server knows of one device.

    Attributes:
        users: the one who is logged in, then those who listen along.
        position: as last reported, or as guessed since; ticks, None when not told.
        reported: as last reported.
        ticking: the next guess.
    """

    device: Device
    users: tuple[User, ...]
    last_activity: int = NEVER
    last_check_in: int = NEVER
    playing: Song | None = None
    position: int | None = None
    reported: int | None = None
    paused: bool = False
    play_method: str | None = None
    ticking: Due | None = None


@dataclass(slots=True)
class UserData:
    """What the server keeps of one song for one user."""

    play_count: int = 0
    played: bool = False
    last_played: int | None = None


@dataclass(frozen=True, slots=True)
class Playback:
    """An event of a session, as the plugin is given it; positions in ticks.

    Attributes:
        kind: PlaybackStart, PlaybackProgress or PlaybackStop.
        session: as it was then.
        completed: only with PlaybackStop.
    """

    kind: str
    song: Song
    session: Session
    position: int | None
    paused: bool = False
    automated: bool = False
    completed: bool | None = None


@dataclass(frozen=True, slots=True)
class DataSaved:
    """A change of what the server keeps of a song for a user."""

    song: Song
    user: User
    data: UserData
    reason: str


Event = Playback | DataSaved


@dataclass(slots=True)
class Jellyfin:
    """One server.

    Attributes:
        timeline: the time that it lives in.
        tell: is given each event as it happens.
        up: whether it answers at all.
        music: told by whether a song is in the library (webhooks are not sent for others).
    """

    timeline: Timeline
    tell: Callable[[Event], None]
    release: Release = NEWEST
    name: str = 'The "Attic" server'
    up: bool = True
    sessions: dict[str, Session] = field(default_factory=dict)
    user_data: dict[tuple[User, Song], UserData] = field(default_factory=dict)
    _looking: Due | None = None

    @property
    def id(self) -> str:
        """The server's id."""
        return md5_id(self.name).hex

    # What clients report

    def start(
        self, device: Device, users: tuple[User, ...], song: Song, position: int | None
    ) -> None:
        """POST /Sessions/Playing."""
        if not self.up:
            return
        session = self._session_of(device, users)
        self._report(session, song, position, paused=False)
        for user in users:
            data = self.data_of(user, song)
            data.play_count += 1
            data.played, data.last_played = True, self.timeline.now
            self._save(user, song, "PlaybackStart")
        self._publish("PlaybackStart", session, song, position)

    def progress(
        self,
        device: Device,
        users: tuple[User, ...],
        song: Song,
        position: int | None,
        *,
        paused: bool,
    ) -> None:
        """POST /Sessions/Playing/Progress."""
        if not self.up:
            return
        session = self._session_of(device, users)
        self._report(session, song, position, paused=paused)
        for user in users:
            self._save(user, song, "PlaybackProgress")
        self._publish("PlaybackProgress", session, song, position, paused=paused)

    def stop(
        self, device: Device, users: tuple[User, ...], song: Song, position: int | None
    ) -> None:
        """POST /Sessions/Playing/Stopped."""
        if self.up:
            self._stopped(self._session_of(device, users), song, position)

    def mark_played(self, user: User, song: Song, at: int | None) -> None:
        """POST /UserPlayedItems, with `datePlayed` or without: what was heard elsewhere."""
        if not self.up:
            return
        data = self.data_of(user, song)
        data.play_count += 1
        data.played, data.last_played = True, self.timeline.now if at is None else at
        self._save(user, song, "TogglePlayed")

    def data_of(self, user: User, song: Song) -> UserData:
        """What is kept of a song for a user."""
        return self.user_data.setdefault((user, song), UserData())

    # The server itself

    def shut_down(self) -> None:
        """Forgets every session, without a word, and answers no more."""
        for session in self.sessions.values():
            _call_off(session)
        if self._looking is not None:
            self._looking.call_off()
        self.sessions, self._looking, self.up = {}, None, False

    def start_up(self) -> None:
        """Answers again."""
        self.up = True

    def _session_of(self, device: Device, users: tuple[User, ...]) -> Session:
        session = self.sessions.setdefault(device.session_id, Session(device, users))
        session.users, session.last_activity = users, self.timeline.now
        return session

    def _report(self, session: Session, song: Song, position: int | None, *, paused: bool) -> None:
        session.playing, session.paused = song, paused
        session.position = session.reported = position
        session.last_check_in = self.timeline.now
        session.play_method = "DirectPlay"
        self._tick_later(session)
        if self._looking is None:
            self._looking = self.timeline.after(IDLE_LOOK_S, self._look_for_idle)

    def _tick_later(self, session: Session) -> None:
        _call_off(session)
        session.ticking = self.timeline.after(TICK_S, lambda: self._tick(session))

    def _tick(self, session: Session) -> None:
        """Guesses that the song went on for a second, and tells so as if it were a report."""
        self._tick_later(session)
        song = session.playing
        if song is None or session.paused:
            return
        position = max(session.position or 0, 0) + TICKS_S
        if position >= song.length:
            return
        session.position = position
        session.last_activity = self.timeline.now
        self._publish("PlaybackProgress", session, song, position, automated=True)

    def _look_for_idle(self) -> None:
        limit = self.timeline.now - int(IDLE_AFTER_S * TICKS_S)
        for session in list(self.sessions.values()):
            if session.playing is not None and session.last_check_in < limit:
                guessed = not self.release.idle_stop_has_last_report
                position = session.position if guessed else session.reported
                self._stopped(session, session.playing, position)
        playing = any(session.playing is not None for session in self.sessions.values())
        again = self.timeline.after(IDLE_LOOK_S, self._look_for_idle) if playing else None
        self._looking = again

    def _stopped(self, session: Session, song: Song, position: int | None) -> None:
        _call_off(session)
        session.playing, session.position, session.paused = None, None, False
        session.play_method = None
        completed = self._completes(song, position)
        for user in session.users:
            data = self.data_of(user, song)
            data.play_count += position is None
            data.played = data.played or completed
            self._save(user, song, "PlaybackFinished")
        self._publish("PlaybackStop", session, song, position, completed=completed)

    @staticmethod
    def _completes(song: Song, position: int | None) -> bool:
        if position is None:
            return True
        if position <= 0 or song.length <= 0 or position / song.length < _LEAST_RESUMED:
            return False
        if position / song.length > _MOST_RESUMED or position >= song.length - TICKS_S:
            return True
        return song.length_s < _LEAST_RESUMED_LENGTH_S

    def _save(self, user: User, song: Song, reason: str) -> None:
        self.tell(DataSaved(song, user, replace(self.data_of(user, song)), reason))

    def _publish(
        self,
        kind: str,
        session: Session,
        song: Song,
        position: int | None,
        *,
        paused: bool = False,
        automated: bool = False,
        completed: bool | None = None,
    ) -> None:
        as_it_is = replace(session, ticking=None)
        self.tell(Playback(kind, song, as_it_is, position, paused, automated, completed))


def _call_off(session: Session) -> None:
    if session.ticking is not None:
        session.ticking.call_off()
        session.ticking = None
