"""How a track was named: what is part of it, what is not, and what is shown."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.domain.listen_string import (
    ARTIST_JOINER,
    DURATION_BUCKET_S,
    ListenString,
    display_title,
    listen_string,
)
from scrobbled.domain.observation import TrackInfo

MBID = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
SONG = TrackInfo(
    uri="album/song.flac",
    title="Song",
    artists=("First", "Second"),
    album="Album",
    album_artists=("First",),
    duration_s=201.4,
    recording_mbid=MBID,
    isrc="GBAYE0601498",
)

# Anything that a tag can hold, down to halves of surrogate pairs and the control characters.
texts = st.text(st.characters(), max_size=12)
tracks = st.builds(
    TrackInfo,
    uri=st.text(st.characters(), min_size=1, max_size=30),
    title=st.none() | texts,
    artists=st.lists(texts, max_size=3).map(tuple),
    album=st.none() | texts,
    album_artists=st.lists(texts, max_size=2).map(tuple),
    duration_s=st.none() | st.floats(0, 1e7),
    stream=st.booleans(),
    station=st.none() | texts,
    recording_mbid=st.none() | st.just(MBID) | texts,
    isrc=st.none() | st.just("GB-AYE-06-01498") | texts,
)
strings = st.builds(
    ListenString,
    artist=texts,
    title=texts,
    album=texts,
    album_artist=texts,
    duration_bucket_s=st.none() | st.integers(0, 20),
    recording_mbid=st.none() | st.just(MBID),
    isrc=st.none() | st.just("GBAYE0601498"),
)


def test_everything_that_names_a_track_is_taken() -> None:
    """All artists in order, title, album, length to 5 s, and the ids."""
    assert listen_string(SONG) == ListenString(
        artist="First; Second",
        title="Song",
        album="Album",
        album_artist="First",
        duration_bucket_s=200,
        recording_mbid=MBID,
        isrc="GBAYE0601498",
    )
    assert listen_string(SONG).artists == ("First", "Second")


def test_a_track_without_tags_is_named_by_its_file() -> None:
    """Nothing is made up: what was not told is empty, and the name of the file is the title."""
    named = listen_string(TrackInfo(uri="Somebody/04 Something.flac"))

    assert named == ListenString("", "04 Something", "", "", None, None, None)
    assert named.artists == ()


def test_the_artist_of_the_album_stands_in() -> None:
    """A track without artists of its own is its album artist's."""
    named = listen_string(replace(SONG, artists=()))

    assert (named.artist, named.album_artist) == ("First", "First")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (MBID.upper(), MBID),
        (f"http://musicbrainz.org/recording/{MBID}", None),
        (f"{MBID}; {MBID}", None),
        ("", None),
        (None, None),
    ],
)
def test_only_what_can_be_a_recording_id_is_one(told: str | None, kept: str | None) -> None:
    """A wrong id would be a wrong link; it is no id then."""
    assert listen_string(replace(SONG, recording_mbid=told)).recording_mbid == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [("gb-aye-06-01498", "GBAYE0601498"), ("GBAYE060149", None), ("1BAYE0601498", None)],
)
def test_only_what_can_be_an_isrc_is_one(told: str, kept: str | None) -> None:
    """Likewise; dashes and case are how people write it."""
    assert listen_string(replace(SONG, isrc=told)).isrc == kept


@pytest.mark.parametrize(
    ("track", "shown"),
    [
        (TrackInfo(uri="x.mp3", title="Tagged"), "Tagged"),
        (TrackInfo(uri="a/x.mp3", title="   "), "x"),
        (TrackInfo(uri="a/x.mp3", station="Station"), "x"),
        (TrackInfo(uri="http://r/s", stream=True, station="Station"), "Station"),
        (TrackInfo(uri="http://r/s", stream=True, station=" "), "s"),
        (TrackInfo(uri="http://r.example:8000/", stream=True), "r.example:8000"),
        (TrackInfo(uri="https://r.example/a%20b.ogg?key=1#x", stream=True), "a b"),
        (TrackInfo(uri="http://?", stream=True), "http://?"),
        (TrackInfo(uri="a/album.flac#10.000-20.500"), "album"),
        (TrackInfo(uri="a/album.flac#10.000-"), "album"),
        (TrackInfo(uri="a/Song #1.flac"), "Song #1"),
        (TrackInfo(uri="Étude in C# minor/01 Lento.flac"), "01 Lento"),
        (TrackInfo(uri="a/"), "a"),
        (TrackInfo(uri="/"), "/"),
    ],
)
def test_there_is_always_a_title_to_show(track: TrackInfo, shown: str) -> None:
    """Tag, else station, else the name of the file, whatever signs are in that; else the host."""
    assert display_title(track) == shown


@given(tracks)
def test_any_tags_make_a_string_that_can_be_stored(track: TrackInfo) -> None:
    """No tag is a reason to lose a play: every text is clean, and the hash can be computed."""
    named = listen_string(track)
    written = (named.artist, named.title, named.album, named.album_artist)

    assert all("\0" not in text and text == text.strip() for text in written)
    assert all(text.encode().decode() == text for text in written)
    assert len(named.key_hash) == 64
    if named.duration_bucket_s is not None and track.duration_s is not None:
        assert named.duration_bucket_s % DURATION_BUCKET_S == 0
        assert abs(named.duration_bucket_s - track.duration_s) <= DURATION_BUCKET_S / 2


@given(tracks)
def test_naming_a_track_by_its_string_gives_the_string_again(track: TrackInfo) -> None:
    """What is kept is what is looked for later: nothing more is cleaned away the second time."""
    named = listen_string(track)
    again = listen_string(
        replace(
            track,
            title=named.title or track.title,
            artists=(named.artist,) if named.artist else (),
            album=named.album,
            album_artists=(named.album_artist,) if named.album_artist else (),
        )
    )

    assert again.title == named.title
    assert (again.artist, again.album) == (named.artist, named.album)


@given(st.lists(st.text("abcäöü ,&", min_size=1).filter(str.strip), max_size=4))
def test_artists_come_back_one_by_one(artists: list[str]) -> None:
    """Joined artists can be told apart again, unless a name holds the joiner itself."""
    named = listen_string(replace(SONG, artists=tuple(artists), album_artists=()))

    assert named.artists == tuple(artist.strip() for artist in artists)
    assert named.artist.count(ARTIST_JOINER) == max(0, len(artists) - 1)


@given(strings, strings)
def test_hashes_are_equal_exactly_for_equal_strings(one: ListenString, other: ListenString) -> None:
    """The hash is the key of the table: two namings must never share it."""
    assert (one.key_hash == other.key_hash) == (one == other)


@given(strings, st.sampled_from(["\x1f", ARTIST_JOINER, '","', "\\"]))
def test_no_sign_moves_a_field_into_the_next(named: ListenString, sign: str) -> None:
    """What separates fields may stand in a tag as well."""
    one = replace(named, artist=f"a{sign}b", title="c")
    other = replace(named, artist="a", title=f"b{sign}c")

    assert one.key_hash != other.key_hash


def test_every_field_is_part_of_the_hash() -> None:
    """A field that is added later is added to the hash as well."""
    named = listen_string(SONG)
    changes: list[dict[str, Any]] = [
        {field.name: 7 if field.name == "duration_bucket_s" else "other"}
        for field in fields(ListenString)
    ]
    hashes = {named.key_hash, *(replace(named, **change).key_hash for change in changes)}

    assert len(hashes) == 1 + len(changes)
