"""The configuration's part about the database."""

import re
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    WithJsonSchema,
    model_validator,
)

from scrobbled.config.context import wrong
from scrobbled.config.database_url import DatabaseUrl, DatabaseUrlText
from scrobbled.config.durations import Interval
from scrobbled.config.paths import AbsolutePath
from scrobbled.config.secrets import SecretFile
from scrobbled.config.section import Section

_SCHEMA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_SQLITE_OWN_SCHEMAS = frozenset({"main", "temp"})


def parse_schema_name(value: Any) -> str | None:
    """Reads a schema's name; an empty one means none.

    Raises:
        PydanticCustomError: it would need quoting somewhere, or means something to SQLite.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _SCHEMA_NAME.fullmatch(value):
        raise wrong(
            "must be a letter or _ followed by at most 62 letters, digits or _, "
            "or empty for the connection's default schema"
        )
    if value.lower() in _SQLITE_OWN_SCHEMAS:
        raise wrong(f"{value} is a name that SQLite keeps for itself: choose another")
    return value


SchemaName = Annotated[
    str | None,
    BeforeValidator(parse_schema_name),
    WithJsonSchema({"type": ["string", "null"], "pattern": "^([A-Za-z_][A-Za-z0-9_]{0,62})?$"}),
]
"""The name of a schema (a database, in MariaDB's words), or None for the default one."""


class TlsSettings(Section):
    """TLS towards a database server; SQLite has no use for it.

    Attributes:
        ca_file: certificates that the server's must be signed by; null trusts the system's.
        cert_file: our own certificate, where the server asks for one.
        key_file: the key of `cert_file`.
        verify: whether a server that cannot prove its name is refused.
    """

    ca_file: AbsolutePath | None = None
    cert_file: AbsolutePath | None = None
    key_file: AbsolutePath | None = None
    verify: bool = True

    @model_validator(mode="after")
    def _cert_and_key_go_together(self) -> Self:
        if (self.cert_file is None) is not (self.key_file is None):
            raise wrong("cert_file and key_file are given together or not at all")
        return self


class PoolSettings(Section):
    """The connections that are kept open for reading.

    Attributes:
        size: the most that are open at a time; further readers wait.
        timeout: how long a reader waits for a connection before it gives up.
        recycle: a connection to a server that is older than this is replaced.
    """

    size: int = Field(default=4, ge=1, le=64)
    timeout: Interval = 10.0
    recycle: Interval = 1800.0


class DatabaseSettings(Section):
    """Where the listening history and the media library are kept.

    Attributes:
        url: `sqlite:////path/to/file.db`, `mariadb://user@host/name`, `mysql://user@host/name`
            or `postgresql://user@host/name`; by default `scrobbled.db` in the state directory.
        password_file: a file that holds the password for `url`; null when it needs none.
        analyzer_url: the same database by a second role, with the analyzer's rights alone;
            null uses `url` for everything.
        analyzer_password_file: a file that holds the password for `analyzer_url`.
        medialibrary_schema: the schema of the media library's tables; null is the default one.
        listens_schema: the schema of the listening history's tables; null is the default one.
        tls: TLS towards a database server.
        pool: the connections that are kept open.
    """

    url: DatabaseUrlText
    password_file: SecretFile | None = None
    analyzer_url: DatabaseUrlText | None = None
    analyzer_password_file: SecretFile | None = None
    medialibrary_schema: SchemaName = None
    listens_schema: SchemaName = None
    tls: TlsSettings = Field(default_factory=TlsSettings)
    pool: PoolSettings = Field(default_factory=PoolSettings)

    @model_validator(mode="after")
    def _one_password_each(self) -> Self:
        if self.password_file is not None:
            _check_takes_password(self.url, "url", "password_file")
        if self.analyzer_password_file is not None:
            if self.analyzer_url is None:
                raise wrong("analyzer_password_file is given, but no analyzer_url that it is for")
            _check_takes_password(self.analyzer_url, "analyzer_url", "analyzer_password_file")
        return self

    def connection_url(self) -> str:
        """`url` as the database driver wants it, WITH its password: not to be shown."""
        return _with_password(self.url, self.password_file)

    def analyzer_connection_url(self) -> str:
        """The same for the analyzer's role; `connection_url()` where it has none of its own."""
        if self.analyzer_url is None:
            return self.connection_url()
        return _with_password(self.analyzer_url, self.analyzer_password_file)


def _check_takes_password(url: DatabaseUrl, name: str, file: str) -> None:
    if url.is_sqlite:
        raise wrong(f"{file} is given, but {name} is SQLite, which has no passwords")
    if url.has_password:
        raise wrong(f"the password stands both in {name} and in {file}: keep one of them")


def _with_password(url: DatabaseUrl, password: SecretStr | None) -> str:
    return url.reveal() if password is None else url.with_password(password).reveal()
