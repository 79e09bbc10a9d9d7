"""What an MPD source may be configured with."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.connection import Address


def settings(**keys: Any) -> MpdSettings:
    """As of a YAML file."""
    return MpdSettings.model_validate({"type": "mpd", "name": "test", **keys})


def test_the_defaults_fit_an_mpd_on_this_host() -> None:
    """Nothing but a name has to be said."""
    found = settings()

    assert str(found.address) == "localhost:6600"
    assert found.password is None
    assert found.heartbeat == 15
    assert found.watches("default")
    assert found.watches("kitchen")


def test_named_partitions_are_watched_and_no_others() -> None:
    """Also when the default one is left out."""
    found = settings(partitions=["kitchen"])

    assert found.watches("kitchen")
    assert not found.watches("default")


@pytest.mark.parametrize(
    ("host", "local", "shown"),
    [
        ("nas", False, "nas:6600"),
        ("/run/mpd/socket", True, "/run/mpd/socket"),
        ("~/.mpd/socket", True, "~/.mpd/socket"),
        ("@mpd", True, "@mpd"),
    ],
)
def test_a_host_may_be_a_socket(host: str, local: bool, shown: str) -> None:  # noqa: FBT001 - a parameter of pytest
    """Paths and abstract names are sockets of this host."""
    address = settings(host=host).address

    assert address == Address(host, 6600)
    assert (address.local, str(address)) == (local, shown)


def test_the_password_comes_from_a_file_and_is_masked(tmp_path: Path) -> None:
    """It is read once, and not shown."""
    (tmp_path / "password").write_text("sesame\n")
    found = settings(password_file=str(tmp_path / "password"))

    assert found.password is not None
    assert found.password.get_secret_value() == "sesame"
    assert "sesame" not in repr(found)


def test_a_password_of_two_lines_is_refused(tmp_path: Path) -> None:
    """The protocol cannot carry it; it is not shown in the error."""
    (tmp_path / "password").write_text("open\nsesame\n")
    with pytest.raises(ValidationError, match="line break") as refused:
        settings(password_file=str(tmp_path / "password"))

    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "keys",
    [
        {"port": 0},
        {"port": 70_000},
        {"host": " "},
        {"heartbeat": "0s"},
        {"heartbeat": 15},
        {"partitions": "kitchen"},
        {"partitions": [""]},
        {"partitions": ["a\nb"]},
        {"password": "sesame"},
        {"path_map": ["/srv"]},
        {"path_map": {"/media": "srv"}},
        {"type": "mdp"},
    ],
)
def test_what_cannot_be_meant_is_an_error(keys: dict[str, Any]) -> None:
    """Out of range, without unit, unknown, or of another kind."""
    with pytest.raises(ValidationError):
        settings(**keys)
