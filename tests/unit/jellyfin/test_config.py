"""What can be configured, whose plays are whose, and where files are."""

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.unit.jellyfin.bodies import USER, dashed
from tests.unit.jellyfin.mailing import TOKEN, StandingClock, settings

from scrobbled.domain.observation import TrackInfo
from scrobbled_jellyfin.config import JellyfinSettings, own_name
from scrobbled_jellyfin.diagnose import diagnose
from scrobbled_jellyfin.locate import located


def test_defaults(tmp_path: Path) -> None:
    """Only the name and the token have to be given; the token is not shown."""
    found = settings(tmp_path, users={})

    assert (found.url, found.unmapped_users, found.path_map) == (None, "ignore", {})
    assert found.webhook_token_file.get_secret_value() == TOKEN
    assert TOKEN not in repr(found)


def test_the_token_is_needed() -> None:
    """There is no hook without one."""
    with pytest.raises(ValidationError, match="webhook_token_file"):
        JellyfinSettings.model_validate({"name": "home"})


def test_a_token_that_no_header_can_carry(tmp_path: Path) -> None:
    """It is refused when the configuration is read, not when the first body comes."""
    token = tmp_path / "broken"
    token.write_text("one\ntwo")

    with pytest.raises(ValidationError, match="letters and digits"):
        settings(tmp_path, webhook_token_file=str(token))


def test_user_is_refused(tmp_path: Path) -> None:
    """The server has users of its own."""
    with pytest.raises(ValidationError, match="say in `users` whose plays are whose"):
        settings(tmp_path, user="anna")


@pytest.mark.parametrize(
    ("users", "ours"),
    [
        ({"ann": "anna"}, "anna"),
        ({"ANN": "anna"}, "anna"),
        ({USER: "anna"}, "anna"),
        ({dashed(USER).upper(): "anna"}, "anna"),
        ({"ann": "other", USER: "anna"}, "anna"),
        ({"bob": "anna"}, None),
        ({}, None),
    ],
    ids=range(7),
)
def test_whose_plays_are_whose(tmp_path: Path, users: dict[str, str], ours: str | None) -> None:
    """By id, which wins, or by name in any case."""
    assert settings(tmp_path, users=users).user_of(USER, "ann") == ours


def test_users_that_are_created(tmp_path: Path) -> None:
    """Those that are not mapped keep their names."""
    found = settings(tmp_path, unmapped_users="create")

    assert found.user_of("ff", "Bob") == "Bob"
    assert found.user_of(USER, "ann") == "anna"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Bob", "Bob"),
        (" a/b\n ", "a-b"),
        ("", "jellyfin-11112222"),
        ("\u200b\t", "jellyfin-11112222"),
        ("x" * 100, "x" * 64),
    ],
    ids=range(5),
)
def test_names_that_cannot_be_ours(name: str, ours: str) -> None:
    """They are made to fit."""
    assert own_name(USER, name) == ours


@pytest.mark.parametrize(
    ("told", "local"),
    [
        ("/media/music/a/b.flac", "/srv/music/a/b.flac"),
        ("/media/music", "/srv/music"),
        ("/media/musical/b.flac", "/media/musical/b.flac"),
        ("/media/music/live/c.mp3", "/srv/live/c.mp3"),
        ("D:\\music\\d.mp3", None),
        (None, None),
    ],
    ids=range(6),
)
def test_files(tmp_path: Path, told: str | None, local: str | None) -> None:
    """The longest beginning wins; paths of other systems need one."""
    found = settings(
        tmp_path, path_map={"/media/music": "/srv/music", "/media/music/live/": "/srv/live"}
    )

    assert located(TrackInfo(uri="x", file_path=told), found).file_path == local


def test_the_doctor(tmp_path: Path) -> None:
    """It finds a source that keeps nothing, and a token that can be guessed."""
    short = tmp_path / "short"
    short.write_text("guess")
    clock = StandingClock()
    well = asyncio.run(diagnose(settings(tmp_path), clock))
    everybody = settings(tmp_path, users={}, unmapped_users="create")
    ill = settings(tmp_path, users={}, webhook_token_file=str(short))
    found = asyncio.run(diagnose(ill, clock))

    assert all(check.ok for check in [*well, *asyncio.run(diagnose(everybody, clock))])
    assert [check.ok for check in found] == [False, False]
    assert all(check.advice for check in found)
