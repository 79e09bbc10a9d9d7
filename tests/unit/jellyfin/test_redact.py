"""Bodies without what tells of persons and their music."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.jellyfin.bodies import ITEM, SESSION, USER, body, fields, minimal

from scrobbled_jellyfin.payload import read_body, report_of
from scrobbled_jellyfin.redact import redact

TELLING = ["Lantern", "Harbour", "Keepers", "attic", "Kitchen", "ann", "192.0.2.7", "device-1"]


def other(text: str) -> str:
    """Another one, the same for the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def test_nothing_telling_is_left() -> None:
    """Neither names nor ids, in full bodies and in those of templates."""
    for text in (body(), minimal("PlaybackStop", 0, 0)):
        redacted = redact(text, other)
        told = json.loads(redacted)

        assert [word for word in [ITEM, SESSION, USER, *TELLING] if f'"{word}' in redacted] == []
        assert told["ClientName"] == "Jellyfin Web"


def test_times_and_numbers_stay() -> None:
    """They are what errors come from."""
    told = fields("PlaybackProgress", 12.5, IsPaused=True, PlaybackPositionTicks=77)
    redacted = json.loads(redact(json.dumps(told), other))
    kept = ["UtcTimestamp", "LastPlaybackCheckIn", "PlaybackPositionTicks", "RunTimeTicks"]
    kept += ["IsPaused", "IsAutomated", "NotificationType", "ItemType", "ServerVersion", "RunTime"]

    assert {name: redacted[name] for name in kept} == {name: told[name] for name in kept}
    assert list(redacted) == list(told)


def test_names_that_look_like_something_else() -> None:
    """A song may be called like a number or a time."""
    told = json.loads(redact(body(Name="1999", Artist="12:34:56", Album="True Stories"), other))

    assert told["Name"].startswith("Name ")
    assert told["Artist"].startswith("Artist ")
    assert told["Album"].startswith("Album ")


def test_the_same_stays_the_same() -> None:
    """With and without dashes, so that a trace is replayed as it was."""
    full = report_of(read_body(redact(body("PlaybackProgress"), other)))
    small = report_of(read_body(redact(minimal("PlaybackProgress", 0, 0), other)))

    assert full is not None
    assert small is not None
    assert full.session == small.session
    assert full.track.uri == small.track.uri
    assert full.user_id == small.user_id


def test_what_cannot_be_read() -> None:
    """Only how long it is, and why."""
    told = json.loads(redact('{"Name": "Lantern', other))

    assert told["characters"] == 17
    assert "Lantern" not in str(told)


@given(st.dictionaries(st.text(max_size=8), st.text(min_size=9, max_size=30), max_size=5))
def test_unknown_properties_are_not_told(told: dict[str, str]) -> None:
    """What a person added may hold anything."""
    redacted = json.loads(redact(json.dumps(told), other))

    for name, value in told.items():
        assert redacted[name] != value
