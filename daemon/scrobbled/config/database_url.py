"""Database URLs, which may hold a password and must not show it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import PlainSerializer, PlainValidator, SecretStr, WithJsonSchema

from scrobbled.config.context import wrong
from scrobbled.log import hide_secret

SCHEMES = ("sqlite", "mariadb", "mysql", "postgresql")
MASK = "***"
_FORMS = "must start with sqlite:/// (and an absolute path), mariadb://, mysql:// or postgresql://"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECRET_IN_QUERY = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database's URL; `str()` and `repr()` show it with the password masked."""

    _text: str = field(repr=False)

    @property
    def scheme(self) -> str:
        """One of `SCHEMES`."""
        return self._text.partition("://")[0]

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine."""
        return self.scheme == "sqlite"

    @property
    def sqlite_file(self) -> Path | None:
        """The database file; None when it is on a server."""
        if not self.is_sqlite:
            return None
        return Path(unquote(self._text.removeprefix("sqlite:///").partition("?")[0]))

    @property
    def has_password(self) -> bool:
        """Whether the URL holds one, as part of the user or of the query."""
        return self._mask() != self._text

    def reveal(self) -> str:
        """The whole URL, WITH its password."""
        return self._text

    def with_password(self, password: SecretStr) -> "DatabaseUrl":
        """The same URL with `password`, percent-encoded."""
        head, _, tail = self._text.partition("://")
        user, _, place = tail.rpartition("@")
        secret = quote(password.get_secret_value(), safe="")
        return DatabaseUrl(f"{head}://{user}:{secret}@{place}")

    def _mask(self) -> str:
        if self.is_sqlite:
            return self._text
        head, _, tail = self._text.partition("://")
        user, at, place = tail.rpartition("@")
        name, colon, _ = user.partition(":")
        shown = f"{name}:{MASK}" if colon else name
        return _SECRET_IN_QUERY.sub(rf"\1{MASK}", f"{head}://{shown}{at}{place}")

    def __str__(self) -> str:
        """The URL with `***` for the password."""
        return self._mask()

    def __repr__(self) -> str:
        """As `str()`."""
        return f"DatabaseUrl({self._mask()!r})"


def sqlite_url(file: Path) -> str:
    """The URL of a database file; `%` and `?` in its path are encoded."""
    return f"sqlite:///{str(file).replace('%', '%25').replace('?', '%3F')}"


def parse_database_url(value: Any) -> DatabaseUrl:
    """Reads a URL; whether the store can use the database is the store's to say.

    Raises:
        PydanticCustomError: it is no URL of a known database. Its text does not hold
            the URL.
    """
    if isinstance(value, DatabaseUrl):
        return value
    scheme, found, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
    if scheme == "postgres":
        raise wrong("must start with postgresql://, not postgres://")
    if not found or scheme not in SCHEMES or _CONTROL.search(value):
        raise wrong(_FORMS)
    if scheme == "sqlite":
        _check_sqlite(rest)
    else:
        _check_server(value)
        if password := urlsplit(value).password:
            hide_secret(SecretStr(unquote(password)))
    return DatabaseUrl(value)


def _check_sqlite(rest: str) -> None:
    if not rest.startswith("/"):
        raise wrong("must start with sqlite:/// and an absolute path: sqlite:////path/to/file.db")
    if not rest.startswith("//") or rest.endswith("/"):
        raise wrong(
            "needs the absolute path of a file, four slashes in all: sqlite:////path/to/file.db"
        )


def _check_server(url: str) -> None:
    if " " in url:
        raise wrong("has a space in it: write %20, or use the password's file")
    place, _, rest = url.partition("://")[2].partition("/")
    if "@" in rest.partition("?")[0] or "#" in place:
        raise wrong(
            'has "/" or "#" in its user or password: write %2F or %23, or use the password\'s file'
        )
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise wrong("has a host or a port that cannot be read") from None
    if not parts.username or not host or not parts.path.strip("/"):
        raise wrong(f"must name user, host and database, such as {parts.scheme}://user@host/name")


DatabaseUrlText = Annotated[
    DatabaseUrl,
    PlainValidator(parse_database_url),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": "^(sqlite:///|mariadb://|mysql://|postgresql://)"}
    ),
]
"""A database URL in the configuration."""
