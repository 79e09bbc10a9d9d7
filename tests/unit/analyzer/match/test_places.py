"""Where a file may be that a player named."""

import pytest

from scrobbled.analyzer.match.places import (
    NOWHERE,
    Folder,
    names_of,
    possible_places,
    without_range,
)
from scrobbled.store.listens.link_read import Told

MUSIC = Folder(b"/music", b"/music")
LINKED = Folder(b"/srv/music", b"/disk/1")


def told(uri: str, file_path: str | None = None, *, stream: bool = False) -> Told:
    """What a player said."""
    return Told(uri, file_path, stream, ())


@pytest.mark.parametrize(
    ("uri", "parted"),
    [
        ("a.flac#0.000-12.500", ("a.flac", 0)),
        ("a.flac#62.013-", ("a.flac", 62013)),
        ("Song #1.flac", ("Song #1.flac", None)),
        ("a#1-2", ("a#1-2", None)),
        ("a.flac", ("a.flac", None)),
    ],
)
def test_ranges_are_parted_from_names(uri: str, parted: tuple[str, int | None]) -> None:
    """Only what MPD writes for one is a range."""
    assert without_range(uri) == parted


def test_a_path_that_was_told_is_where_it_is() -> None:
    """By any name of its music folder; if it lies in none, the name is tried in each."""
    places = possible_places(told("a/b.mp3", "/disk/1/a/../a/b.mp3"), [MUSIC, LINKED])
    away = possible_places(told("a/b.mp3", "/nas/a/b.mp3"), [MUSIC, LINKED])

    assert places.told == (b"/disk/1/a/b.mp3", b"/srv/music/a/b.mp3")
    assert places.guessed == ()
    assert away.told == (b"/nas/a/b.mp3",)
    assert away.guessed == (b"/music/a/b.mp3", b"/srv/music/a/b.mp3")


def test_nothing_is_guessed_about_what_lies_in_a_music_folder() -> None:
    """The player knows better than its name in another folder."""
    places = possible_places(told("a/b.mp3", "/srv/music/a/b.mp3"), [MUSIC, LINKED])

    assert places.told == (b"/srv/music/a/b.mp3", b"/disk/1/a/b.mp3")
    assert places.guessed == ()
    assert places.name == (b"a/b.mp3",)


@pytest.mark.parametrize(
    "uri", ["http://x/a.mp3", "/a.mp3", "../a.mp3", "a/../../b.mp3", "", "cdda:///1"]
)
def test_names_that_are_no_paths_in_a_folder_are_not_guessed(uri: str) -> None:
    """Names with a colon or with dots in them are."""
    assert possible_places(told(uri), [MUSIC]).guessed == ()
    assert possible_places(told("a: b/..c.mp3"), [MUSIC]).guessed == (b"/music/a: b/..c.mp3",)


def test_a_stream_is_nowhere() -> None:
    """Whatever its name looks like."""
    assert possible_places(told("a.mp3", stream=True), [MUSIC]) == NOWHERE


def test_bytes_that_are_no_text_are_read_both_ways() -> None:
    """As the bytes that they stand for, and as they are written."""
    places = possible_places(told("\\xe4.mp3", "/music/\\xe4.mp3#0"), [MUSIC])

    assert places.told == (b"/music/\xe4.mp3#0", b"/music/\\xe4.mp3#0")
    assert places.name == (b"\xe4.mp3", b"\\xe4.mp3")


def test_a_file_has_all_names_that_lead_to_it() -> None:
    """Its paths by both names of its folder, and its name within it."""
    paths, names = names_of(b"/srv/music/a/b.mp3", [MUSIC, LINKED, Folder(b"/srv", b"/srv")])

    assert paths == [b"/srv/music/a/b.mp3", b"/disk/1/a/b.mp3"]
    assert names == [b"a/b.mp3", b"music/a/b.mp3"]


def test_the_root_may_be_a_music_folder() -> None:
    """Its slash is not doubled."""
    root = Folder(b"/", b"/")

    assert possible_places(told("a.mp3"), [root]).guessed == (b"/a.mp3",)
    assert names_of(b"/a.mp3", [root]) == ([b"/a.mp3"], [b"a.mp3"])
