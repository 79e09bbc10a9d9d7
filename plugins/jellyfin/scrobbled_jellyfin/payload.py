"""What a body of the Webhook plugin says, for the plugin's versions 10 to 21. Pure.

Facts about the bodies are from the plugin's source (https://github.com/jellyfin/
jellyfin-plugin-webhook, `Helpers/DataObjectHelpers.cs` and `Notifiers/`) and from captured ones.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scrobbled.domain.observation import TrackInfo
from scrobbled_jellyfin.values import Fields


class Kind(StrEnum):
    """What a body tells of."""

    START = "playbackstart"
    PROGRESS = "playbackprogress"
    STOP = "playbackstop"


class Malformed(ValueError):
    """A body cannot be understood; the text says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Report:
    """One word of a client about the music that it plays, or the server's guess at one.

    Attributes:
        session: the server, the client on it and the user, as one key.
        at_s: when, by the server's clock; None when not told.
        checked_in_s: when the client last said something of what it plays, likewise.
        active_s: when the client last asked the server for anything, likewise.
        position_s: into the track, as told; None when not told at all.
        automated: whether it is the server's guess.
    """

    kind: Kind
    session: tuple[str, ...]
    user_id: str
    user_name: str
    track: TrackInfo
    at_s: float | None
    checked_in_s: float | None
    active_s: float | None
    position_s: float | None
    paused: bool
    automated: bool


def read_body(body: bytes | str) -> dict[str, Any]:
    """A body's JSON object; its content type says nothing.

    Raises:
        Malformed: it is none.
    """
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body.removeprefix("\ufeff")
        found = json.loads(text, strict=False)
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8 ({error.reason}).") from error
    except json.JSONDecodeError as error:
        raise Malformed(
            f"The body is not JSON ({error.msg} at character {error.pos}): let the destination "
            "send all properties, or use the template that comes with the plugin."
        ) from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is JSON that nobody writes: too deep, or too long.") from error
    if not isinstance(found, dict):
        raise Malformed("The body is JSON, but not an object.")
    return found


def report_of(body: dict[str, Any]) -> Report | None:
    """What a body reports of music; None when it is about something else.

    Raises:
        Malformed: it is about music that plays, but does not say what, or who hears it.
    """
    fields = Fields(body)
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(fields.text("NotificationType").casefold())
    if kind is None or fields.text("ItemType").casefold() != "audio":
        return None
    item_id, user_id = fields.id("ItemId"), fields.id("UserId")
    if not item_id or not user_id:
        missing = "ItemId" if not item_id else "UserId"
        raise Malformed(
            f"The body says that music plays, but has no {missing}: let the destination send "
            "all properties, or use the template that comes with the plugin."
        )
    return Report(
        kind=kind,
        session=_session(fields, user_id),
        user_id=user_id,
        user_name=fields.text("NotificationUsername") or fields.text("Username"),
        track=_track(fields, item_id),
        at_s=fields.time("UtcTimestamp"),
        checked_in_s=fields.time("LastPlaybackCheckIn"),
        active_s=fields.time("LastActivityDate"),
        position_s=fields.seconds("PlaybackPositionTicks"),
        paused=fields.flag("IsPaused"),
        automated=kind is Kind.PROGRESS and fields.flag("IsAutomated"),
    )


def _session(fields: Fields, user_id: str) -> tuple[str, ...]:
    """The session's id is made of client and device; plugins before version 17 do not tell it."""
    session_id = fields.id("Id")
    client = (session_id,) if session_id else (fields.text("DeviceId"), fields.text("ClientName"))
    return (fields.id("ServerId"), *client, user_id)


def _track(fields: Fields, item_id: str) -> TrackInfo:
    """What the body says of the item; minimal ones say no more than its id and length."""
    duration_s = fields.seconds("RunTimeTicks") or None
    title = fields.text("Name", escaped=True)
    if not title:
        return TrackInfo(uri=item_id, duration_s=duration_s)
    artist = fields.text("Artist")
    return TrackInfo(
        uri=item_id,
        title=title,
        artists=(artist,) if artist else (),
        album=fields.text("Album") or None,
        date=fields.text("PremiereDate") or _year(fields),
        genres=tuple(filter(None, fields.text("Genres").split(", "))),
        duration_s=duration_s,
        file_path=fields.text("Path") or None,
        recording_mbid=fields.mbid("Provider_musicbrainzrecording"),
        release_mbid=fields.mbid("Provider_musicbrainzalbum"),
        release_track_mbid=fields.mbid("Provider_musicbrainztrack"),
        artist_mbids=fields.mbids("Provider_musicbrainzartist"),
        extra=_extra(fields),
    )


def _year(fields: Fields) -> str | None:
    year = fields.number("Year")
    return f"{year:04.0f}" if year else None


def _extra(fields: Fields) -> tuple[tuple[str, str], ...]:
    told = (
        ("musicbrainz_albumartistid", " ".join(fields.mbids("Provider_musicbrainzalbumartist"))),
        ("musicbrainz_releasegroupid", fields.mbid("Provider_musicbrainzreleasegroup") or ""),
        ("client", fields.text("ClientName") or fields.text("Client", escaped=True)),
        ("device", fields.text("DeviceName", escaped=True)),
    )
    return tuple((name, value) for name, value in told if value)
