"""What bodies say, in all the forms in which they come."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.jellyfin.bodies import (
    BEGAN_S,
    ITEM,
    SERVER,
    SESSION,
    USER,
    body,
    fields,
    minimal,
    ticks,
)

from scrobbled_jellyfin.payload import Kind, Malformed, Report, read_body, report_of


def report(text: str | bytes) -> Report:
    """The report in a body that has one."""
    found = report_of(read_body(text))
    assert found is not None
    return found


def test_all_properties() -> None:
    """A start as version 21 sends it."""
    found = report(body("PlaybackStart", 1.5))

    assert found.kind is Kind.START
    assert found.session == (SERVER, SESSION, USER)
    assert found.user_id == USER
    assert found.user_name == "ann"
    assert found.at_s == pytest.approx(BEGAN_S + 1.5, abs=1e-5)
    assert found.checked_in_s == found.at_s
    assert found.position_s == 0.0
    assert not found.paused
    assert not found.automated


def test_the_track() -> None:
    """Everything that the body says of the music."""
    track = report(
        body(
            Provider_musicbrainzartist="8DA127CC-c432-418f-b356-ef36210d82ac",
            Provider_musicbrainzalbum="7c10f8a5-669f-4ff6-bb88-de59846c0e0c",
            Provider_musicbrainzrecording="3c2c1f40-b22e-360e-a29a-1b1610190a8c",
            Provider_musicbrainztrack="d59f4d85-2704-3622-9b35-6512d7ae8816",
            Provider_musicbrainzreleasegroup="85c9ae8b-13e4-4fbf-9f09-5e405039772c",
        )
    ).track

    assert (track.uri, track.title, track.album) == (ITEM, "Lantern", "Harbour")
    assert track.artists == ("The Keepers",)
    assert track.duration_s == 200.0
    assert track.date == "1999"
    assert track.genres == ("Rock", "Folk")
    assert track.artist_mbids == ("8da127cc-c432-418f-b356-ef36210d82ac",)
    assert track.release_mbid == "7c10f8a5-669f-4ff6-bb88-de59846c0e0c"
    assert track.recording_mbid == "3c2c1f40-b22e-360e-a29a-1b1610190a8c"
    assert track.release_track_mbid == "d59f4d85-2704-3622-9b35-6512d7ae8816"
    assert dict(track.extra) == {
        "musicbrainz_releasegroupid": "85c9ae8b-13e4-4fbf-9f09-5e405039772c",
        "client": "Jellyfin Web",
        "device": "Kitchen",
    }


def test_a_minimal_template_says_the_same() -> None:
    """Ids with dashes and quoted values; of the track no more than id and length."""
    found = report(minimal("PlaybackProgress", 12.0, 11.5, IsPaused="True"))

    assert found.session == report(body()).session
    assert found.user_id == USER
    assert found.position_s == 11.5
    assert found.paused
    assert (found.track.uri, found.track.duration_s) == (ITEM, 200.0)
    assert found.track.title is None
    assert found.track.extra == ()


@pytest.mark.parametrize("value", [True, "True", "true", " TRUE ", "1", 1], ids=repr)
def test_true(value: object) -> None:
    """However a template or a person's field writes it."""
    assert report(body("PlaybackProgress", IsAutomated=value)).automated


@pytest.mark.parametrize("value", [False, "False", "", "0", 0, "no", [], {}], ids=repr)
def test_false(value: object) -> None:
    """Everything else."""
    assert not report(body("PlaybackProgress", IsAutomated=value)).automated


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ('a \\"b\\" c', 'a "b" c'),
        ("Ça va <ok> & \u00b2", "Ça va <ok> & \u00b2"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("nul\0byte", "nulbyte"),
        ("Rock &amp; Roll", "Rock &amp; Roll"),
    ],
)
def test_titles(told: str, title: str) -> None:
    """Quotes are escaped twice in six properties; the rest is JSON's own."""
    assert report(body(Name=told)).track.title == title


def test_entities_of_templates() -> None:
    """Templates write signs as HTML does."""
    text = minimal(
        "PlaybackStart", 0, 0, Name="Rock &amp; R&#246;ll &quot;x&quot;", Artist="A&lt;B"
    )
    track = report(text).track

    assert track.title == 'Rock & Röll "x"'
    assert track.artists == ("A<B",)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("2026-11-18T11:06:40.0000000Z", 1_795_000_000.0),
        ("2026-11-18T12:06:40.0000000+01:00", 1_795_000_000.0),
        ("2026-11-18T11:06:40", 1_795_000_000.0),
        ("0001-01-01T00:00:00.0000000Z", None),
        ("9999-12-31T23:59:59.9999999-14:00", 253402300800.0 + 14 * 3600 - 1e-6),
        ("yesterday", None),
        ("", None),
        (17, None),
    ],
)
def test_times(told: object, seconds: float | None) -> None:
    """Without a zone they are UTC; the year 1 is never."""
    found = report(body(UtcTimestamp=told)).at_s

    assert found == (None if seconds is None else pytest.approx(seconds, abs=0.001))


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (ticks(12.5), 12.5),
        (str(ticks(12.5)), 12.5),
        (1.25e8, 12.5),
        ("", None),
        (None, None),
        ("NaN", None),
        (True, None),
        (10**400, None),
        (-ticks(3), -3.0),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_positions(told: object, seconds: float | None) -> None:
    """Numbers, quoted numbers, and what is none."""
    found = report(body("PlaybackProgress", PlaybackPositionTicks=told))

    assert found.position_s == seconds


def test_a_length_of_zero_is_unknown() -> None:
    """The server writes 0 where it does not know it."""
    assert report(body(RunTimeTicks=0)).track.duration_s is None


def test_without_a_session_block() -> None:
    """Plugins before version 17: device and program tell the client."""
    found = report(body(Id=None, LastPlaybackCheckIn=None, Client=None))

    assert found.session == (SERVER, "device-1", "Jellyfin Web", USER)
    assert found.checked_in_s is None


def test_names_of_properties_in_any_case() -> None:
    """A person's own field may have overwritten one."""
    text = json.dumps({name.upper(): value for name, value in fields().items()})

    assert report(text) == report(body())


def test_what_is_not_music() -> None:
    """Video, and everything that is no playback."""
    assert report_of(fields(ItemType="Episode")) is None
    assert report_of(fields(ItemType="MusicVideo")) is None
    assert report_of(fields("UserDataSaved")) is None
    assert report_of(fields("AnythingNew")) is None
    assert report_of({}) is None
    assert report_of({"NotificationType": ["PlaybackStart"]}) is None


@pytest.mark.parametrize("missing", ["ItemId", "UserId"])
def test_music_that_says_too_little(missing: str) -> None:
    """Without the item or the user nothing can be kept of it."""
    with pytest.raises(Malformed, match=missing):
        report_of(fields() | {missing: ""})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"IsPaused": True}',
        b"[1, 2]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_bodies_that_are_none(text: bytes) -> None:
    """Each is refused with a sentence."""
    with pytest.raises(Malformed, match=r"^The body is .*\.$"):
        read_body(text)


def test_bodies_that_are_almost_right() -> None:
    """A byte order mark, and line breaks within texts."""
    assert read_body(b"\xef\xbb\xbf{}") == {}
    assert read_body('\ufeff{"a": "b\nc"}') == {"a": "b\nc"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(fields())), JSON), st.booleans())
def test_any_value_in_any_property(
    changes: dict[str, Any],
    quoted: bool,  # noqa: FBT001 - drawn by chance
) -> None:
    """It is a report, nothing, or malformed, and nothing else."""
    told = fields("PlaybackProgress") | changes
    if quoted:
        told = {name: str(value) for name, value in told.items()}
    try:
        found = report_of(read_body(json.dumps(told)))
    except Malformed:
        return

    assert found is None or found.track.uri
