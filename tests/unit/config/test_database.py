"""The configuration's part about the database."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.database import DatabaseSettings, SchemaName, TlsSettings
from scrobbled.config.database_url import DatabaseUrl, DatabaseUrlText
from scrobbled.log import without_secrets

SQLITE = "sqlite:////var/lib/scrobbled/scrobbled.db"
SERVER = "mariadb://anna@db.example.org/music"


def _url(text: str) -> DatabaseUrl:
    url = validate(DatabaseUrlText, text)
    assert isinstance(url, DatabaseUrl)
    return url


@pytest.mark.parametrize(
    "text",
    [
        SQLITE,
        "sqlite:////home/anna/My Music ♫/scrobbled.db",
        SERVER,
        "mysql://anna:secret@[::1]:3306/music",
        "postgresql://anna@localhost:5432/music?connect_timeout=3",
    ],
)
def test_the_urls_of_known_databases_are_taken(text: str) -> None:
    """They reach the driver as they were written."""
    assert _url(text).reveal() == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must start with sqlite:///"),
        ("scrobbled.db", "must start with sqlite:///"),
        ("oracle://u@h/d", "must start with sqlite:///"),
        ("mariadb+pymysql://u@h/d", "must start with sqlite:///"),
        ("sqlite:/a.db", "must start with sqlite:///"),
        ("mariadb://u:pass word@h/d", "has a space in it"),
        ("sqlite:////a\nb.db", "must start with sqlite:///"),
        ("postgres://u@h/d", "must start with postgresql://, not postgres://"),
        ("sqlite://", "must start with sqlite:/// and an absolute path"),
        ("sqlite:///", "absolute path of a file, four slashes"),
        ("sqlite:///scrobbled.db", "absolute path of a file, four slashes"),
        ("sqlite:///:memory:", "absolute path of a file, four slashes"),
        ("sqlite:////", "absolute path of a file, four slashes"),
        ("sqlite:////var/lib/", "absolute path of a file, four slashes"),
        ("mariadb://h/d", "must name user, host and database, such as mariadb://user@host/name"),
        ("mariadb://u@/d", "must name user, host and database"),
        ("postgresql://u@h", "must name user, host and database"),
        ("mariadb://u@h:port/d", "has a host or a port that cannot be read"),
        ("mariadb://u@[::1/d", "has a host or a port that cannot be read"),
        ("mariadb://u:pass/word@h/d", "write %2F or %23, or use the password's file"),
        ("mariadb://u:pass#word@h/d", "write %2F or %23, or use the password's file"),
    ],
)
def test_other_urls_are_refused(text: str, problem: str) -> None:
    """The message says what is wrong and does not hold the URL, which may hold a password."""
    with pytest.raises(ValidationError) as caught:
        validate(DatabaseUrlText, text)

    message = caught.value.errors(include_input=False)[0]["msg"]
    assert problem in message
    assert not re.search("pass.word", message)


@pytest.mark.parametrize("value", [None, 3, ["sqlite:////a.db"]])
def test_other_values_are_no_urls(value: object) -> None:
    """Neither are null, numbers and lists."""
    with pytest.raises(ValidationError, match="must start with"):
        validate(DatabaseUrlText, value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (SQLITE, SQLITE),
        (SERVER, SERVER),
        ("mysql://anna:open@h/d", "mysql://anna:***@h/d"),
        ("mysql://anna:op%40en@h/d", "mysql://anna:***@h/d"),
        ("mysql://anna:op@en@h/d", "mysql://anna:***@h/d"),
        ("mysql://anna:@h/d", "mysql://anna:***@h/d"),
        ("mysql://a@h/d?password=open&x=1", "mysql://a@h/d?password=***&x=1"),
        ("mysql://a@h/d?x=1&sslpass=open", "mysql://a@h/d?x=1&sslpass=***"),
    ],
)
def test_a_password_is_masked_wherever_a_url_is_shown(text: str, shown: str) -> None:
    """In text, in representations and in JSON; who needs the whole asks for it by name."""
    url = _url(text)

    assert str(url) == shown
    assert repr(url) == f"DatabaseUrl({shown!r})"
    assert f"{DatabaseSettings(url=url).model_dump(mode='json')['url']}" == shown
    assert url.reveal() == text


PASSWORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)


@given(PASSWORDS)
def test_any_password_survives_the_url(password: str) -> None:
    """A password from a file is percent-encoded into the URL, and not shown in it."""
    url = _url(SERVER).with_password(SecretStr(password))

    assert unquote(urlsplit(url.reveal()).password or "") == password
    assert str(url) == "mariadb://anna:***@db.example.org/music"
    assert url.has_password


def test_the_log_hides_a_password_that_stood_in_the_url() -> None:
    """Also where a driver's error repeats it alone, decoded or not."""
    _url("postgresql://anna:pr%40ctically@h/d")

    assert without_secrets("wrong: pr@ctically") == without_secrets("wrong: pr%40ctically")
    assert "ctically" not in without_secrets("wrong: pr@ctically")


def test_a_url_tells_its_kind() -> None:
    """A file on this machine, or a server."""
    assert _url(SQLITE).sqlite_file == Path("/var/lib/scrobbled/scrobbled.db")
    assert _url(SQLITE + "?timeout=3").sqlite_file == Path("/var/lib/scrobbled/scrobbled.db")
    assert _url(SERVER).sqlite_file is None
    assert (_url(SQLITE).scheme, _url(SERVER).scheme) == ("sqlite", "mariadb")
    assert (_url(SQLITE).is_sqlite, _url(SERVER).is_sqlite) == (True, False)


@pytest.mark.parametrize(
    "name", ["listens", "_x", "Media_Library2", "x" * 63, "maintenance", "temporary"]
)
def test_schemas_have_plain_names(name: str) -> None:
    """What needs no quoting on any of the databases."""
    assert validate(SchemaName, name) == name


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_schema_name_is_none(empty: str | None) -> None:
    """Then it is the connection's default schema."""
    assert validate(SchemaName, empty) is None


@pytest.mark.parametrize(
    "name", ["1a", "a-b", "a b", "a.b", "ä", "x" * 64, 'a"b', "listens\n", "drop;", 3, ["a"]]
)
def test_schema_names_that_need_quoting_are_refused(name: object) -> None:
    """They would be spelt differently on each database."""
    with pytest.raises(ValidationError, match="must be a letter or _ followed by at most 62"):
        validate(SchemaName, name)


@pytest.mark.parametrize("name", ["main", "temp", "MAIN", "Temp"])
def test_sqlites_own_schema_names_are_refused(name: str) -> None:
    """`main` and `temp` always mean something to SQLite."""
    with pytest.raises(ValidationError, match=f"{name} is a name that SQLite keeps for itself"):
        validate(SchemaName, name)


def test_a_password_comes_from_its_file(tmp_path: Path) -> None:
    """The driver gets it within the URL; nobody else sees it."""
    file = tmp_path / "password"
    file.write_text("p@ss\n")
    settings = validate(DatabaseSettings, {"url": SERVER, "password_file": str(file)})

    assert settings.connection_url() == "mariadb://anna:p%40ss@db.example.org/music"
    assert settings.analyzer_connection_url() == settings.connection_url()
    assert "p@ss" not in repr(settings) + settings.model_dump_json()
    assert "p%40ss" not in repr(settings) + settings.model_dump_json()


def test_the_analyzer_may_have_a_role_of_its_own(tmp_path: Path) -> None:
    """With a password of its own."""
    file = tmp_path / "password"
    file.write_text("other")
    settings = validate(
        DatabaseSettings,
        {"url": SERVER, "analyzer_url": SERVER, "analyzer_password_file": str(file)},
    )

    assert settings.connection_url() == SERVER
    assert settings.analyzer_connection_url() == "mariadb://anna:other@db.example.org/music"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"url": SQLITE, "password_file": 0}, "password_file is given, but url is SQLite"),
        (
            {"url": "mysql://a:b@h/d", "password_file": 0},
            "stands both in url and in password_file: keep one",
        ),
        ({"url": SERVER, "analyzer_password_file": 0}, "but no analyzer_url that it is for"),
        (
            {"url": SERVER, "analyzer_url": "mysql://a:b@h/d", "analyzer_password_file": 0},
            "stands both in analyzer_url and in analyzer_password_file",
        ),
    ],
)
def test_each_url_has_one_password(tmp_path: Path, given: dict[str, Any], problem: str) -> None:
    """Two passwords for one URL, or one for none, are a mistake."""
    file = tmp_path / "password"
    file.write_text("secret")
    values = {key: value or str(file) for key, value in given.items()}

    with pytest.raises(ValidationError, match=problem):
        validate(DatabaseSettings, values)


@pytest.mark.parametrize("alone", ["cert_file", "key_file"])
def test_a_certificate_and_its_key_go_together(alone: str) -> None:
    """One without the other cannot be used."""
    both = TlsSettings(cert_file=Path("/c"), key_file=Path("/k"))
    assert (both.cert_file, both.key_file) == (Path("/c"), Path("/k"))

    with pytest.raises(ValidationError, match="cert_file and key_file are given together"):
        validate(TlsSettings, {alone: "/x"})


@pytest.mark.parametrize(("key", "value"), [("size", 0), ("size", 65), ("timeout", "0s")])
def test_the_pool_has_limits(key: str, value: object) -> None:
    """No connections, no waiting and hundreds of threads help nobody."""
    with pytest.raises(ValidationError, match=key):
        validate(DatabaseSettings, {"url": SQLITE, "pool": {key: value}})
