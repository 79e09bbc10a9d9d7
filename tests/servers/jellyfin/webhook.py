"""The webhook plugin: events become bodies, byte by byte as it would send them.

Follows https://github.com/jellyfin/jellyfin-plugin-webhook, v10 to v21: which keys there are and
in which order, what is escaped before it is written (`Name`, `Overview`, `Tagline`, `ServerName`,
`DeviceName`, `Client`), one notification for each user of a session, and no other try.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.project.tree import ROOT
from tests.servers.jellyfin.dotnet import Stamp, Value, clock_text, json_object
from tests.servers.jellyfin.handlebars import compile_template
from tests.servers.jellyfin.music import Song, User
from tests.servers.jellyfin.server import DataSaved, Event, Jellyfin, Playback, Session

LOCAL_OFFSET_MIN = 60
"""The server's time zone."""
STARTS_AND_STOPS = frozenset({"PlaybackStart", "PlaybackStop"})
PROGRESS = frozenset({"PlaybackProgress"})
DATA = frozenset({"UserDataSaved"})


@dataclass(frozen=True)
class Destination:
    """One entry of the plugin's `GenericOptions`.

    Attributes:
        types: the notifications that it wants.
        template: None to send all properties.
        headers: set by the person, in order.
    """

    types: frozenset[str]
    template: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def fill(self) -> Callable[[Mapping[str, Value]], str]:
        """Makes the text of a body."""
        return json_object if self.template is None else compile_template(self.template)


EVERYTHING = (Destination(STARTS_AND_STOPS | PROGRESS | DATA),)
"""One destination with all properties: about one body a second for each session that plays."""


MINIMAL = (ROOT / "plugins/jellyfin/templates/progress.handlebars").read_text(encoding="utf-8")
"""The template that we ship: it keeps the server's own guesses back, and says what is needed."""

TWO = (Destination(STARTS_AND_STOPS), Destination(PROGRESS, MINIMAL))
"""What is recommended: begin and end with all properties, and short words in between."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request that the plugin makes.

    Attributes:
        at: when, ticks since the epoch.
        headers: all that it sets, but for the host and the length.
        body: as sent.
    """

    at: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Plugin:
    """The plugin in one server.

    Attributes:
        posts: everything it has sent.
    """

    def __init__(self, destinations: tuple[Destination, ...] = EVERYTHING) -> None:
        """Sends to `destinations`, one after the other."""
        self._destinations = destinations
        self.posts: list[Post] = []

    def notify(self, server: Jellyfin, event: Event) -> None:
        """Tells of an event, once for each user."""
        if isinstance(event, DataSaved):
            self._send(server, "UserDataSaved", _data_saved(server, event))
            return
        for user in event.session.users:
            self._send(server, event.kind, _playback(server, event, user))

    def _send(self, server: Jellyfin, kind: str, values: dict[str, Value]) -> None:
        for destination in self._destinations:
            if kind not in destination.types:
                continue
            text = destination.fill(values).strip()
            if text:  # TrimWhitespace and SkipEmptyMessageBody
                at = server.timeline.now
                headers = _headers(server, destination)
                self.posts.append(Post(at, headers, text.encode()))


def _headers(server: Jellyfin, destination: Destination) -> tuple[tuple[str, str], ...]:
    kind = "text/plain"
    sent = [("User-Agent", f"Jellyfin-Server/{server.release.server}")]
    for name, value in destination.headers:
        if name.lower() == "content-type":
            kind = value
        else:
            sent.append((name, value))
    return (*sent, ("Content-Type", f"{kind}; charset=utf-8"))


def _escape(text: str) -> str:
    return text.replace('"', '\\"')


def _base(server: Jellyfin, kind: str, song: Song) -> dict[str, Value]:
    now = server.timeline.now
    values: dict[str, Value] = {
        "ServerId": server.id,
        "ServerName": _escape(server.name),
        "ServerVersion": server.release.server,
        "ServerUrl": "",
        "NotificationType": kind,
        "Timestamp": Stamp(now, LOCAL_OFFSET_MIN),
        "UtcTimestamp": Stamp(now + 20),
        "Name": _escape(song.title),
        "Overview": "",
        "Tagline": "",
        "ItemId": song.id,
        "ItemType": song.item_type,
        "RunTimeTicks": song.length,
        "RunTime": clock_text(song.length),
        "Year": 2008,
        "Genres": "Pop, Dance",
    }
    if song.album is not None:
        values["Album"] = song.album
    values["Artist"] = song.artist
    if song.recording_mbid is not None:
        if server.release.knows_recordings:
            values["Provider_musicbrainzrecording"] = song.recording_mbid
        values["Provider_musicbrainztrack"] = song.recording_mbid.replace("0000-4", "0001-4")
    return values | song.streams()


def _playback(server: Jellyfin, event: Playback, user: User) -> dict[str, Value]:
    session, position = event.session, event.position or 0
    values = _base(server, event.kind, event.song)
    values |= {
        "PlaybackPositionTicks": position,
        "PlaybackPosition": clock_text(position),
        "MediaSourceId": event.song.id.hex,
        "IsPaused": event.paused,
        "IsAutomated": event.automated,
        "DeviceId": session.device.device_id,
        "DeviceName": session.device.name,
        "ClientName": session.device.app,
    }
    if server.release.tells_play_method and session.play_method is not None:
        values["PlayMethod"] = session.play_method
    if event.completed is not None:
        values["PlayedToCompletion"] = event.completed
    if server.release.tells_session:
        values |= _session_block(session)
    return values | {"NotificationUsername": user.name, "UserId": user.id}


def _session_block(session: Session) -> dict[str, Value]:
    return {
        "Id": session.device.session_id,
        "UserId": session.users[0].id,
        "NotificationUsername": _escape(session.users[0].name),
        "Client": _escape(session.device.app),
        "LastActivityDate": Stamp(session.last_activity),
        "LastPlaybackCheckIn": Stamp(session.last_check_in),
        "DeviceName": _escape(session.device.name),
        "DeviceId": session.device.device_id,
        "RemoteEndPoint": "192.168.0.220",
    }


def _data_saved(server: Jellyfin, event: DataSaved) -> dict[str, Value]:
    values = _base(server, "UserDataSaved", event.song)
    values |= {
        "Likes": False,
        "Rating": 0,
        "PlaybackPositionTicks": 0,
        "PlaybackPosition": "00:00:00",
        "PlayCount": event.data.play_count,
        "Favorite": False,
        "Played": event.data.played,
        "AudioStreamIndex": -1,
        "SubtitleStreamIndex": -1,
    }
    if event.data.last_played is not None:
        values["LastPlayedDate"] = Stamp(event.data.last_played)
    values["SaveReason"] = event.reason
    return values | {"NotificationUsername": event.user.name, "UserId": event.user.id}
