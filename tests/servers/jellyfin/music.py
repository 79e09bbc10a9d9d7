"""The music and the people of a Jellyfin server."""

from dataclasses import dataclass
from uuid import UUID

from tests.servers.jellyfin.dotnet import Value, md5_id
from tests.servers.jellyfin.timeline import TICKS_S, ticks

_AUDIO_TYPE = "MediaBrowser.Controller.Entities.Audio.Audio"


@dataclass(frozen=True, slots=True)
class Song:
    """A track of the server's library.

    Attributes:
        title: as in the library; the plugin escapes it by itself.
        artist: the first one, the only one that it tells.
        album: None without one.
        length: in ticks.
        path: on the server; the id is made of it.
        recording_mbid: told from server 10.11 on.
        item_type: the class's name; `Audio` for music.
    """

    title: str
    artist: str
    album: str | None
    length: int
    path: str
    recording_mbid: str | None = None
    item_type: str = "Audio"

    @property
    def id(self) -> UUID:
        """Made of type and path, as `LibraryManager.GetNewItemId` does."""
        return md5_id(_AUDIO_TYPE + self.path)

    @property
    def length_s(self) -> float:
        """Its length in seconds."""
        return self.length / TICKS_S

    def streams(self) -> dict[str, Value]:
        """What the plugin tells of its sound."""
        return {
            "Audio_0_Title": "FLAC - Stereo",
            "Audio_0_Type": "Audio",
            "Audio_0_Language": None,
            "Audio_0_Codec": "flac",
            "Audio_0_Channels": 2,
            "Audio_0_Bitrate": 917349,
            "Audio_0_SampleRate": 44100,
            "Audio_0_Default": False,
        }


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account."""

    name: str

    @property
    def id(self) -> UUID:
        """Fixed by the name."""
        return md5_id(f"user {self.name}")


_TITLES = (
    "Nightingale Road",
    'She Said "Stay"',
    "Größe & Güte",
    "Ça va <encore>?",
    "C:\\Tapes\\One",
    "雨の日",
    "It's 5+5",
    "Emoji 🎧 Song",
    "Tab\tand\nnewline",
    "Plain Song",
)


def make_song(number: int, length_s: float) -> Song:
    """The song of that number: titles come back, with every sign that is awkward on the wire."""
    title = _TITLES[number % len(_TITLES)]
    if number >= len(_TITLES):
        title = f"{title} {number}"
    return Song(
        title=title,
        artist=f"Artist {number % 7} & Söhne",
        album=None if number % 5 == 4 else f'The "Best" of {number % 7}',
        length=ticks(length_s),
        path=f"/media/music/Artist {number % 7}/{number:03d}.flac",
        recording_mbid=f"00000000-0000-4000-8000-{number:012d}",
    )
