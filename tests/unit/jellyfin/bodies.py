"""Bodies as the Webhook plugin writes them, of one made-up song."""

import json
from datetime import UTC, datetime
from typing import Any

SERVER = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
SESSION = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
USER = "11112222333344445555666677778888"
ITEM = "99990000aaaabbbbccccddddeeeeffff"
LENGTH_S = 200.0
BEGAN_S = 1_795_000_000.0


def stamp(at_s: float) -> str:
    """A time as .NET writes it: seven digits and a Z."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def fields(kind: str = "PlaybackStart", at_s: float = 0.0, **changes: Any) -> dict[str, Any]:
    """All properties of one notification of version 21; `changes` with None take one away.

    Args:
        kind: the notification's type.
        at_s: when, seconds since `BEGAN_S`.
        changes: properties that differ.
    """
    told: dict[str, Any] = {
        "ServerId": SERVER,
        "ServerName": "attic",
        "ServerVersion": "10.11.8",
        "ServerUrl": "",
        "NotificationType": kind,
        "Timestamp": "2026-11-18T12:00:00.1234567+01:00",
        "UtcTimestamp": stamp(BEGAN_S + at_s),
        "Name": "Lantern",
        "Overview": "",
        "Tagline": "",
        "ItemId": ITEM,
        "ItemType": "Audio",
        "RunTimeTicks": int(LENGTH_S * 1e7),
        "RunTime": "00:03:20",
        "Year": 1999,
        "Genres": "Rock, Folk",
        "Album": "Harbour",
        "Artist": "The Keepers",
        "Audio_0_Language": None,
        "PlaybackPositionTicks": 0,
        "PlaybackPosition": "00:00:00",
        "MediaSourceId": ITEM,
        "IsPaused": False,
        "IsAutomated": False,
        "DeviceId": "device-1",
        "DeviceName": "Kitchen",
        "ClientName": "Jellyfin Web",
        "PlayMethod": "DirectPlay",
        "Id": SESSION,
        "UserId": USER,
        "NotificationUsername": "ann",
        "Client": "Jellyfin Web",
        "LastActivityDate": stamp(BEGAN_S + at_s),
        "LastPlaybackCheckIn": stamp(BEGAN_S + at_s),
        "RemoteEndPoint": "192.0.2.7",
    }
    told |= changes
    return {name: value for name, value in told.items() if value is not None}


def body(kind: str = "PlaybackStart", at_s: float = 0.0, **changes: Any) -> str:
    """The same as the text that is posted: one line, ASCII."""
    return json.dumps(fields(kind, at_s, **changes), separators=(",", ":"))


def ticks(seconds: float) -> int:
    """Seconds as Jellyfin counts them."""
    return round(seconds * 1e7)


def minimal(kind: str, at_s: float, position_s: float, **changes: Any) -> str:
    """What a template writes: ids with dashes, everything as text, no names of the music."""
    told = fields(kind, at_s)
    kept = ("NotificationType", "UtcTimestamp", "ItemType", "ClientName", "DeviceId")
    return json.dumps(
        {name: told[name] for name in kept}
        | {name: dashed(told[name]) for name in ("ServerId", "ItemId", "UserId")}
        | {
            "Id": SESSION,
            "NotificationUsername": "ann",
            "RunTimeTicks": str(told["RunTimeTicks"]),
            "PlaybackPositionTicks": str(ticks(position_s)),
            "IsPaused": "False",
            "IsAutomated": "False",
            "LastPlaybackCheckIn": told["LastPlaybackCheckIn"],
        }
        | changes
    )


def dashed(found: str) -> str:
    """A Guid as templates write it."""
    return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))
