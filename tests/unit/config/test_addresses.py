"""Addresses to listen on, and URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.addresses import HttpUrl, ListenAddress, ListenOn


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8420", ListenAddress("127.0.0.1", 8420)),
        ("0.0.0.0:80", ListenAddress("0.0.0.0", 80)),  # noqa: S104 - what a person may write
        ("music.example.org:65535", ListenAddress("music.example.org", 65535)),
        ("localhost:0", ListenAddress("localhost", 0)),
        ("[::1]:8420", ListenAddress("::1", 8420)),
        ("[fe80::1%eth0]:8420", ListenAddress("fe80::1%eth0", 8420)),
        ("/run/scrobbled/web.sock", ListenAddress(path="/run/scrobbled/web.sock")),
    ],
)
def test_an_address_is_read_and_written(text: str, address: ListenAddress) -> None:
    """Hosts, IPv6 in brackets and sockets' paths; written again they are the same."""
    assert validate(ListenOn, text) == address
    assert str(address) == text
    assert TypeAdapter(ListenOn).dump_python(address, mode="json") == text


@pytest.mark.parametrize(
    "value",
    [
        "8420",
        8421,
        "localhost",
        ":8420",
        "::1:8420",
        "[::1]",
        "a:b",
        "a b:1",
        "http://a:1",
        "",
        None,
    ],
)
def test_what_is_no_address_is_shown_how_to_be_one(value: object) -> None:
    """The message has an example of each kind."""
    with pytest.raises(ValidationError, match=r"host:port, such as 127\.0\.0\.1:8420 .* socket"):
        validate(ListenOn, value)


def test_a_port_has_a_highest_number() -> None:
    """65535 is the last."""
    with pytest.raises(ValidationError, match="port 65536 does not exist"):
        validate(ListenOn, "localhost:65536")


def test_a_socket_path_fits_into_the_kernel() -> None:
    """107 bytes are the most; letters outside ASCII take several."""
    assert validate(ListenOn, "/" + "x" * 106) == ListenAddress(path="/" + "x" * 106)

    for path in ("/" + "x" * 107, "/" + "ö" * 54):
        with pytest.raises(ValidationError, match="too long for a unix socket: at most 107 bytes"):
            validate(ListenOn, path)


def test_an_address_stays_itself() -> None:
    """Programs may give one that was read before."""
    assert validate(ListenOn, ListenAddress("a", 1)) == ListenAddress("a", 1)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader_of_addresses(text: str) -> None:
    """Any text is an address or refused with a sentence."""
    try:
        address = validate(ListenOn, text)
    except ValidationError:
        return
    assert validate(ListenOn, str(address)) == address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://music.example.org", "https://music.example.org"),
        ("https://music.example.org/", "https://music.example.org"),
        ("http://[::1]:8420/scrobbled/", "http://[::1]:8420/scrobbled"),
    ],
)
def test_a_url_is_kept_without_its_last_slash(text: str, url: str) -> None:
    """So that paths can be added to it."""
    assert validate(HttpUrl, text) == url


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("music.example.org", "must start with http:// or https://"),
        ("ftp://music.example.org", "must start with http:// or https://"),
        ("https://", "must start with http:// or https:// and a host"),
        ("https://a:b", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://u:p@example.org", "without user, query or fragment"),
        ("https://example.org/?a=b", "without user, query or fragment"),
        ("https://example.org/#a", "without user, query or fragment"),
    ],
)
def test_what_is_no_web_address_is_refused(text: str, problem: str) -> None:
    """Scheme, host and path are all that it has."""
    with pytest.raises(ValidationError, match=problem):
        validate(HttpUrl, text)
