"""Where to listen, and under which address others reach it."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from scrobbled.config.context import wrong

LONGEST_SOCKET_PATH = 107
"""Bytes that fit into `sun_path` with its closing NUL (unix(7))."""

HIGHEST_PORT = 65535
_HOST_PORT = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:/\[\]@]+)):(?P<port>[0-9]+)"
)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A TCP address or the path of a unix socket; `str()` gives it as it is written.

    Attributes:
        host: name or address, IPv6 without brackets; None for a unix socket.
        port: 0 takes any free one; None for a unix socket.
        path: the unix socket's absolute path; None for TCP.
    """

    host: str | None = None
    port: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        """`host:port`, `[host]:port` or the path."""
        if self.path is not None:
            return self.path
        return (
            f"[{self.host}]:{self.port}" if ":" in (self.host or "") else f"{self.host}:{self.port}"
        )


def parse_listen_address(value: Any) -> ListenAddress:
    """Reads `127.0.0.1:8420`, `[::1]:8420` or `/run/scrobbled/web.sock`.

    Raises:
        PydanticCustomError: it is neither.
    """
    if isinstance(value, ListenAddress):
        return value
    if isinstance(value, str) and value.startswith("/"):
        if len(value.encode("utf-8", "surrogateescape")) > LONGEST_SOCKET_PATH:
            raise wrong(f"is too long for a unix socket: at most {LONGEST_SOCKET_PATH} bytes")
        return ListenAddress(path=value)
    found = _HOST_PORT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(
            "must be host:port, such as 127.0.0.1:8420 or 0.0.0.0:8420 for all interfaces, "
            "or the absolute path of a unix socket"
        )
    if (port := int(found["port"])) > HIGHEST_PORT:
        raise wrong(f"port {port} does not exist: the highest is {HIGHEST_PORT}")
    return ListenAddress(host=found["v6"] or found["host"], port=port)


ListenOn = Annotated[
    ListenAddress,
    PlainValidator(parse_listen_address),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^(/.+|.+:[0-9]+)$"}),
]
"""`host:port` or the path of a unix socket."""


def _check_http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise wrong("is not a URL, such as https://music.example.org") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise wrong("must start with http:// or https:// and a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise wrong("must be scheme, host and path alone, without user, query or fragment")
    return value.rstrip("/")


HttpUrl = Annotated[
    str,
    AfterValidator(_check_http_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"}),
]
"""An http or https URL, kept without the slash at its end."""
