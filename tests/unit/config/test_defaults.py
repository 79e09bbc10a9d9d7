"""What holds where the configuration says nothing."""

import os
import pwd
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import make_url
from tests.unit.config.loading import HOME, MpdLikeSettings, load, load_text, problems_of

from scrobbled.config.defaults import default_mpd, default_state_dir, default_user
from scrobbled.config.load import load_settings
from scrobbled.errors import ConfigurationError


def test_everything_has_a_default_that_works() -> None:
    """Without a file there are one user, one MPD, SQLite and a page on this machine."""
    settings = load(None)

    assert settings.source_file is None
    assert settings.state_dir == Path("/home/anna/.local/state/scrobbled")
    assert (
        settings.database.connection_url()
        == "sqlite:////home/anna/.local/state/scrobbled/scrobbled.db"
    )
    assert [user.name for user in settings.users] == ["anna"]
    assert settings.default_user.timezone is None
    assert settings.sources == (
        MpdLikeSettings(type="mpd", name="default", host="localhost", port=6600),
    )
    assert str(settings.web.listen) == "127.0.0.1:8420"
    assert settings.library.folders == ()


def test_without_the_plugin_for_mpd_there_are_no_sources() -> None:
    """A default that nothing could watch would only be an error."""
    assert load_settings(None, {}, HOME).sources == ()


@pytest.mark.parametrize(
    ("environ", "state_dir", "variable"),
    [
        ({"STATE_DIRECTORY": "/var/lib/scrobbled"}, "/var/lib/scrobbled", "STATE_DIRECTORY"),
        ({"STATE_DIRECTORY": "/a:/b", "XDG_STATE_HOME": "/c"}, "/a", "STATE_DIRECTORY"),
        ({"XDG_STATE_HOME": "/state/"}, "/state/scrobbled", "XDG_STATE_HOME"),
        ({"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/scrobbled", "HOME"),
        ({"STATE_DIRECTORY": "", "HOME": "/h/"}, "/h/.local/state/scrobbled", "HOME"),
    ],
)
def test_the_state_directory_is_systemds_or_the_users(
    environ: dict[str, str], state_dir: str, variable: str
) -> None:
    """That of systemd first, then the person's own; a relative XDG path is ignored."""
    assert default_state_dir(environ) == (state_dir, variable)


def test_the_systems_configuration_is_for_the_services_state() -> None:
    """Commands that anybody runs look where the service keeps it, unless systemd says otherwise."""
    own = {"XDG_STATE_HOME": "/state", "HOME": "/h"}

    assert default_state_dir(own, system_wide=True) == ("/var/lib/scrobbled", None)
    own["STATE_DIRECTORY"] = "/var/lib/other"
    assert default_state_dir(own, system_wide=True) == ("/var/lib/other", "STATE_DIRECTORY")


def test_the_systems_configuration_is_known_by_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file in /etc is it, however it was found."""
    file = tmp_path / "scrobbled.yaml"
    file.write_text("users: [{name: anna}]\n", encoding="utf-8")
    assert load(file).state_dir == Path("/home/anna/.local/state/scrobbled")

    monkeypatch.setattr("scrobbled.config.load.SYSTEM_FILE", file)
    assert load(file).state_dir == Path("/var/lib/scrobbled")
    assert load(file).database.connection_url() == "sqlite:////var/lib/scrobbled/scrobbled.db"


def test_without_any_variable_the_account_is_asked() -> None:
    """A service may be started with an empty environment."""
    account = pwd.getpwuid(os.getuid())

    assert default_state_dir({}) == (f"{account.pw_dir}/.local/state/scrobbled", "HOME")
    assert default_user({}) == account.pw_name


def test_the_database_follows_the_state_directory(tmp_path: Path) -> None:
    """Who moves one moves both, unless the database has a URL."""
    moved = load_text(tmp_path, "state_dir: ~/s")
    fixed = load_text(tmp_path, "state_dir: ~/s\ndatabase: {url: sqlite:////d.db}")

    assert moved.database.url.sqlite_file == Path("/home/anna/s/scrobbled.db")
    assert fixed.database.url.sqlite_file == Path("/d.db")


@pytest.mark.parametrize("name", ["My Music", "Björk ♫", "100%", "100%25", "what?", "a#b", "a@b"])
def test_any_state_directory_can_hold_the_database(name: str) -> None:
    """Whatever characters are in its path, the URL names the file in it."""
    settings = load(None, HOME | {"STATE_DIRECTORY": f"/srv/{name}"})
    url = settings.database.connection_url()

    assert settings.database.url.sqlite_file == settings.state_dir / "scrobbled.db"
    assert make_url(url).database == f"/srv/{name}/scrobbled.db"


def test_a_wrong_state_directory_is_one_problem(tmp_path: Path) -> None:
    """The database's URL that follows from it is not a second one."""
    assert problems_of(tmp_path, "state_dir: s") == [
        "1:12: state_dir: is a relative path: start it with / or ~/"
    ]


def test_a_variable_is_named_for_what_it_gave() -> None:
    """The person who has to mend it looks into the environment, not into a file."""
    with pytest.raises(ConfigurationError) as caught:
        load(None, HOME | {"STATE_DIRECTORY": "relative", "MPD_PORT": "many"})

    assert caught.value.problems == [
        "$STATE_DIRECTORY: state_dir: is a relative path: start it with / or ~/",
        "$MPD_PORT: sources[0].port: must be a whole number",
    ]


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LOGNAME": "anna", "USER": "bob"}, "anna"),
        ({"USER": "bob"}, "bob"),
        ({"LOGNAME": "a/b", "USER": "bob"}, "bob"),
        ({"LOGNAME": "", "USER": "bob"}, "bob"),
    ],
)
def test_the_user_has_the_login_name_of_the_environment(environ: dict[str, str], name: str) -> None:
    """As far as it can be the name of a user here."""
    assert default_user(environ) == name


@pytest.mark.parametrize(
    ("mpd_host", "host", "password"),
    [
        ("music.lan", "music.lan", None),
        ("secret@music.lan", "music.lan", "secret"),
        ("/run/mpd/socket", "/run/mpd/socket", None),
        ("secret@/run/mpd/socket", "/run/mpd/socket", "secret"),
        ("@mpd", "@mpd", None),
        ("secret@@mpd", "@mpd", "secret"),
        ("secret@", "localhost", "secret"),
        ("", "localhost", None),
    ],
)
def test_mpd_host_is_understood_as_mpc_does(mpd_host: str, host: str, password: str | None) -> None:
    """A host, a socket or an abstract socket, with or without a password before it."""
    settings = load(None, HOME | {"MPD_HOST": mpd_host, "MPD_PORT": "6601"})

    assert settings.sources == (
        MpdLikeSettings(
            type="mpd",
            name="default",
            host=host,
            port=6601,
            password_file=None if password is None else SecretStr(password),
        ),
    )


@given(st.text(st.characters(exclude_characters="\0"), max_size=20))
def test_no_value_of_mpd_host_loses_anything(value: str) -> None:
    """Password and host together are what the variable said."""
    entry, _ = default_mpd({"MPD_HOST": value})
    password = entry.get("password_file")

    if value and not value.endswith("@"):
        joined = f"{password.get_secret_value()}@{entry['host']}" if password else entry["host"]
        assert joined == value


def test_a_file_without_a_key_has_its_default(tmp_path: Path) -> None:
    """What is left out, or null, is as if there were no file; an empty list is a choice."""
    assert load_text(tmp_path, "").sources == load(None).sources
    assert load_text(tmp_path, "sources:\nusers:\ndatabase:\n").users == load(None).users
    assert load_text(tmp_path, "sources: []").sources == ()


def test_without_an_account_there_is_still_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run under numbers that no account has."""
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)

    assert default_user({}) == "me"
    assert default_state_dir({}) == ("/.local/state/scrobbled", "HOME")
