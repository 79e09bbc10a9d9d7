"""MPD's replies become observations, nothing guessed and nothing lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, PlayerState
from scrobbled_mpd.protocol import Pairs
from scrobbled_mpd.snapshot import Looked, has_output, observe, songs_of, track_of

AT = Moment(100.0, 1_700_000_000.0, "boot")
MBID = "0123abcd-0123-4567-89ab-0123456789ab"
STATUS: Pairs = [
    ("repeat", "0"),
    ("random", "0"),
    ("xfade", "4"),
    ("state", "play"),
    ("song", "0"),
    ("songid", "3"),
    ("elapsed", "12.345"),
    ("duration", "20.016"),
]
SONG: Pairs = [("file", "A/a.flac"), ("Title", "One"), ("duration", "20.000"), ("Id", "3")]
STATS: Pairs = [("uptime", "7"), ("playtime", "42")]


def nowhere(_name: str) -> None:
    """Locates nothing."""


def song(*pairs: tuple[str, str]) -> Pairs:
    """A song with a file and further fields."""
    return [("file", "a.flac"), *pairs]


def test_a_playing_song_is_observed_whole() -> None:
    """State, position, entry, evidence; the database's length wins over the decoder's."""
    seen = observe(
        Looked(STATUS, SONG, STATS, AT),
        partition="default",
        rate=10.0,
        cause=Cause.EVENT,
        locate=lambda name: f"/music/{name}",
    )

    assert (seen.player, seen.state, seen.cause, seen.at) == ("", PlayerState.PLAYING, "event", AT)
    assert (seen.entry_id, seen.position_s) == ("3", 12.345)
    assert seen.track is not None
    assert (seen.track.uri, seen.track.title, seen.track.duration_s) == ("A/a.flac", "One", 20.0)
    assert seen.track.file_path == "/music/A/a.flac"
    assert seen.evidence.playtime_s == 42
    assert (seen.evidence.uptime_s, seen.evidence.uptime_slack_s) == (70, 30)
    assert seen.evidence.crossfade_s == 4


def test_an_empty_queue_is_observed_as_silence() -> None:
    """No song, no position; without `xfade` nothing overlaps."""
    seen = observe(
        Looked([("state", "stop")], [], STATS, AT),
        partition="kitchen",
        rate=1.0,
        cause=Cause.CONNECT,
        locate=nowhere,
    )

    assert (seen.player, seen.state) == ("kitchen", PlayerState.STOPPED)
    assert (seen.entry_id, seen.track, seen.position_s) == (None, None, None)
    assert seen.evidence.crossfade_s == 0


def test_replies_of_two_songs_are_torn() -> None:
    """A change between `status` and `currentsong` shows by their ids."""
    assert Looked(STATUS, [("file", "b.flac"), ("Id", "4")], STATS, AT).torn
    assert Looked(STATUS, [], STATS, AT).torn
    assert Looked([("state", "stop")], SONG, STATS, AT).torn
    assert not Looked(STATUS, SONG, STATS, AT).torn
    assert not Looked([("state", "stop")], [], STATS, AT).torn


def test_repeated_tags_stay_lists_and_are_never_split() -> None:
    """Artists keep their order, their commas and their semicolons."""
    track = track_of(
        song(
            ("Artist", "First Artist"),
            ("Artist", "Second, Artist"),
            ("AlbumArtist", "A; B"),
            ("Genre", "Jazz"),
            ("Genre", "Jazz"),
        ),
        nowhere,
    )

    assert track.artists == ("First Artist", "Second, Artist")
    assert track.album_artists == ("A; B",)
    assert track.genres == ("Jazz", "Jazz")


def test_every_musicbrainz_id_has_its_place() -> None:
    """MPD's names are Picard's of old: TRACKID is the recording, ALBUMID the release."""
    track = track_of(
        song(
            ("MUSICBRAINZ_TRACKID", MBID.upper()),
            ("MUSICBRAINZ_ALBUMID", MBID),
            ("MUSICBRAINZ_RELEASETRACKID", f" {MBID} "),
            ("MUSICBRAINZ_ARTISTID", MBID),
            ("MUSICBRAINZ_ARTISTID", MBID.replace("0", "1")),
            ("MUSICBRAINZ_WORKID", MBID),
            ("MUSICBRAINZ_RELEASEGROUPID", MBID),
        ),
        nowhere,
    )

    assert track.recording_mbid == track.release_mbid == track.release_track_mbid == MBID
    assert track.artist_mbids == (MBID, MBID.replace("0", "1"))
    assert track.extra == (("MUSICBRAINZ_WORKID", MBID), ("MUSICBRAINZ_RELEASEGROUPID", MBID))


def test_what_is_no_musicbrainz_id_stays_a_tag() -> None:
    """Neither garbage nor two recordings in one file become the id of one recording."""
    track = track_of(
        song(
            ("MUSICBRAINZ_TRACKID", MBID),
            ("MUSICBRAINZ_TRACKID", MBID.replace("0", "1")),
            ("MUSICBRAINZ_ALBUMID", "none"),
        ),
        nowhere,
    )

    assert (track.recording_mbid, track.release_mbid) == (None, None)
    assert len(track.extra) == 3


def test_second_values_and_unknown_tags_are_kept() -> None:
    """What has no place of its own goes to the rest; what is no tag does not."""
    track = track_of(
        song(
            ("Last-Modified", "2026-11-22T13:15:25Z"),
            ("Added", "2026-11-22T13:15:25Z"),
            ("Format", "44100:16:2"),
            ("Title", "One"),
            ("Title", "Two"),
            ("Composer", "C"),
            ("Name", "not a stream"),
            ("NewTagOfMpd9", "x"),
            ("Time", "6"),
            ("duration", "6.000"),
            ("Pos", "0"),
            ("Id", "3"),
            ("Prio", "1"),
        ),
        nowhere,
    )

    assert (track.title, track.station) == ("One", None)
    assert track.extra == (
        ("Title", "Two"),
        ("Composer", "C"),
        ("Name", "not a stream"),
        ("NewTagOfMpd9", "x"),
    )


def test_tags_are_known_in_any_case() -> None:
    """MPD 0.24 and others may write names otherwise."""
    assert track_of(song(("ARTIST", "A"), ("title", "T")), nowhere).artists == ("A",)


def test_empty_tags_are_none() -> None:
    """An empty title is no title."""
    track = track_of(song(("Title", ""), ("Artist", ""), ("Artist", "B")), nowhere)

    assert (track.title, track.artists, track.extra) == (None, ("B",), ())


def test_a_part_of_a_file_is_named_by_its_range() -> None:
    """Parts of one file are different tracks; the file itself is what is located."""
    track = track_of(
        song(("Range", "0.000-5.000"), ("duration", "5.000")), lambda name: f"/m/{name}"
    )

    assert track.uri == "a.flac#0.000-5.000"
    assert track.file_path == "/m/a.flac"


@pytest.mark.parametrize(
    ("fields", "decoded_s", "length_s"),
    [
        ([("Time", "20"), ("duration", "20.400")], 20.5, 20.4),
        ([("Time", "20")], None, 20.0),
        ([], 20.5, 20.5),
        ([("Time", "0"), ("duration", "0.000")], 7.0, 7.0),
        ([("duration", "nonsense")], None, None),
        ([("duration", "nan")], None, None),
        ([], None, None),
    ],
)
def test_the_length_comes_from_where_there_is_one(
    fields: Pairs, decoded_s: float | None, length_s: float | None
) -> None:
    """The database's in milliseconds, its older whole seconds, then the decoder's; never 0."""
    assert track_of(song(*fields), nowhere, decoded_s).duration_s == length_s


def test_a_stream_is_an_address_without_length() -> None:
    """Its name for itself is the station; a file over HTTP has a length and is none."""
    address = ("file", "http://radio.example/listen")
    radio = track_of([address, ("Name", "Radio"), ("Title", "A - B")], nowhere)
    podcast = track_of([address, ("Name", "Podcast"), ("duration", "60.0")], nowhere)

    assert (radio.stream, radio.station, radio.title) == (True, "Radio", "A - B")
    assert (podcast.stream, podcast.station) == (False, None)
    assert not track_of(song(), nowhere).stream


def test_an_address_has_no_local_path() -> None:
    """Whatever the map says of names."""
    track = track_of([("file", "http://radio.example/listen")], lambda name: f"/music/{name}")

    assert track.file_path is None


def test_bytes_that_are_no_utf_8_can_be_written_anywhere() -> None:
    """In tags they become U+FFFD, in names they stay readable; NULs go."""
    name, tag = b"b\xff.flac".decode("utf-8", "surrogateescape"), "Caf\udce9\0"
    track = track_of([("file", name), ("Title", tag), ("Composer", tag)], nowhere)

    assert track.uri == r"b\xff.flac"
    assert track.title == "Caf\ufffd"
    assert track.extra == (("Composer", "Caf\ufffd"),)


@given(st.lists(st.tuples(st.sampled_from(["Title", "Artist", "Range", "X"]), st.binary())))
def test_whatever_a_file_is_tagged_with_can_be_stored(tags: list[tuple[str, bytes]]) -> None:
    """Any bytes end as text that UTF-8 and JSON can hold."""
    fields = [(name, value.decode("utf-8", "surrogateescape")) for name, value in tags]
    track = track_of(song(*fields), nowhere)

    for text in (track.uri, track.title or "", *track.artists, *map(str, track.extra)):
        assert json.loads(json.dumps(text, ensure_ascii=False).encode()) == text


@given(
    st.lists(st.tuples(st.sampled_from(["Title", "Artist", "Composer"]), st.text("ab", min_size=1)))
)
def test_no_tag_is_lost_or_doubled(tags: Pairs) -> None:
    """Each value told is found once, in its place or among the rest."""
    track = track_of(song(*tags), nowhere)
    titles = [] if track.title is None else [("Title", track.title)]
    found = [*titles, *(("Artist", name) for name in track.artists), *track.extra]

    assert sorted(found) == sorted(tags)


def test_songs_of_a_list_are_told_apart() -> None:
    """Each begins with its file."""
    reply = [("file", "a"), ("Title", "A"), ("file", "b"), ("file", "c"), ("Title", "C")]

    assert songs_of(reply) == [reply[:2], reply[2:3], reply[3:]]
    assert songs_of([]) == []


def test_a_partition_of_dummies_has_no_output() -> None:
    """As `outputs` tells of outputs that were moved away; a disabled one is one."""
    dummy = [("outputid", "0"), ("plugin", "dummy"), ("outputenabled", "0")]
    disabled = [("outputid", "1"), ("plugin", "alsa"), ("outputenabled", "0")]

    assert not has_output([])
    assert not has_output(dummy)
    assert has_output(dummy + disabled)
