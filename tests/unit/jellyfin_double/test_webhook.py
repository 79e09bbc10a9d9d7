"""The double's plugin writes bodies as the real one does."""

import json
from typing import Any

import pytest
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.music import User, make_song
from tests.servers.jellyfin.profiles import WEB
from tests.servers.jellyfin.release import NEWEST, Release
from tests.servers.jellyfin.webhook import EVERYTHING, TWO, Destination

ANNA, BEN = User("Anna"), User("Ben")
SONG = make_song(1, 40.0)
HEAD = "ServerId ServerName ServerVersion ServerUrl NotificationType Timestamp UtcTimestamp Name "
HEAD += "Overview Tagline ItemId ItemType RunTimeTicks RunTime Year Genres Album Artist"
AUDIO = "Title Type Language Codec Channels Bitrate SampleRate Default"
DEVICE = "PlaybackPositionTicks PlaybackPosition MediaSourceId IsPaused IsAutomated DeviceId "
DEVICE += "DeviceName ClientName"
SESSION = "Id UserId NotificationUsername Client LastActivityDate LastPlaybackCheckIn"


def some_seconds(
    release: Release = NEWEST, destinations: tuple[Destination, ...] = EVERYTHING, *users: User
) -> House:
    """A house in which a song is begun, heard for 12 s and stopped."""
    house = House(release=release, destinations=destinations)
    client = house.client("Jellyfin Web", *(users or (ANNA,)), habits=WEB)
    client.play([SONG])
    house.timeline.run(12)
    client.stop()
    house.timeline.run(1)
    return house


def bodies(house: House) -> list[dict[str, Any]]:
    """All that was posted."""
    return [json.loads(post.body) for post in house.posts]


def first(house: House, kind: str) -> dict[str, Any]:
    """The first body of a kind."""
    return next(body for body in bodies(house) if body["NotificationType"] == kind)


@pytest.mark.parametrize(
    ("release", "kind", "between", "after"),
    [
        (Release("10.8.13", 11), "PlaybackStart", "", "NotificationUsername UserId"),
        (Release("10.9.11", 15), "PlaybackProgress", "PlayMethod", "NotificationUsername UserId"),
        (NEWEST, "PlaybackStart", "PlayMethod", f"{SESSION} RemoteEndPoint"),
        (NEWEST, "PlaybackStop", "PlayedToCompletion", f"{SESSION} RemoteEndPoint"),
    ],
)
def test_keys_stand_in_the_order_of_their_insertion(
    release: Release, kind: str, between: str, after: str
) -> None:
    """Older plugins leave the session out; a stop does not say how it was played."""
    ids = ["Provider_musicbrainztrack"]
    if release == NEWEST:
        ids.insert(0, "Provider_musicbrainzrecording")
    audio = [f"Audio_0_{name}" for name in AUDIO.split()]
    wanted = [*HEAD.split(), *ids, *audio, *DEVICE.split(), *between.split(), *after.split()]
    assert list(first(some_seconds(release), kind)) == wanted


def test_user_data_has_no_session() -> None:
    """It ends with why it was saved, and for whom."""
    keys = list(first(some_seconds(), "UserDataSaved"))
    assert keys[-4:] == ["LastPlayedDate", "SaveReason", "NotificationUsername", "UserId"]
    assert not {"Id", "DeviceId", "ClientName"} & set(keys)


def test_bodies_are_one_line_of_ascii() -> None:
    """Whatever the title is; quotes in it are escaped twice, those of the album once."""
    house = some_seconds()
    assert all(post.body.isascii() and b"\n" not in post.body for post in house.posts)
    body = first(house, "PlaybackStart")
    assert body["Name"] == 'She Said \\"Stay\\"'
    assert body["Album"] == 'The "Best" of 1'
    assert body["ServerName"] == 'The \\"Attic\\" server'
    assert body["Audio_0_Language"] is None


def test_headers_are_those_of_the_plugin() -> None:
    """Text by default, and what the person set."""
    house = some_seconds()
    assert house.posts[0].headers == (
        ("User-Agent", "Jellyfin-Server/10.11.8"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )
    own = Destination(
        frozenset({"PlaybackStart"}),
        headers=(("Content-Type", "application/json"), ("X-Token", "t")),
    )
    headers = dict(some_seconds(NEWEST, (own,)).posts[0].headers)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["X-Token"] == "t"


def test_each_user_of_a_session_has_a_body() -> None:
    """The session's id is the same, the user is not."""
    house = some_seconds(NEWEST, EVERYTHING, ANNA, BEN)
    starts = [body for body in bodies(house) if body["NotificationType"] == "PlaybackStart"]
    assert [body["NotificationUsername"] for body in starts] == ["Anna", "Ben"]
    assert len({body["Id"] for body in starts}) == 1
    assert len({body["UserId"] for body in starts}) == 2


def test_the_template_keeps_guesses_back() -> None:
    """Two destinations: begin and end in full, and only what the client itself reports."""
    told = bodies(some_seconds(NEWEST, TWO))
    assert [body["NotificationType"] for body in told] == [
        "PlaybackStart",
        "PlaybackProgress",
        "PlaybackStop",
    ]
    assert told[1]["IsAutomated"] == "False"
    assert told[1]["ItemId"] == str(SONG.id)
    assert told[0]["ItemId"] == SONG.id.hex
