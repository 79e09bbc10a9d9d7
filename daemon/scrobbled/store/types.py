"""The column types of the store, and with them the one place where values are made to fit.

SQLite enforces neither lengths nor encodings while the database servers do; so that a value means
the same on every engine it is cleaned, shortened or rejected here, before an engine sees it.
"""

import math
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from scrobbled.domain.text import KEY_LENGTH, escape_undecodable, nfc_stripped, shorten_key
from scrobbled.errors import ItemRejected

DISPLAY_LENGTH = 500
"""Characters of a name or title that is kept to be shown."""


class ValueDoesNotFit(ItemRejected, DontWrapMixin):
    """A value is too long or of the wrong kind for its column."""


class _BinaryText(TypeDecorator[str]):
    """Text that is compared byte by byte on every engine.

    MariaDB would otherwise take Björk for Bjork and one emoji for another. The dialect is asked
    for by name because a `mysql://` URL to a MariaDB server makes it `mysql`.
    """

    impl = sa.VARCHAR
    cache_ok = True
    fixed: ClassVar[bool] = False

    def __init__(self, length: int = KEY_LENGTH) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any]
        if dialect.name in {"mysql", "mariadb"}:
            from sqlalchemy.dialects import mysql  # noqa: PLC0415 - 1 MB that SQLite has no use for

            text = mysql.CHAR if self.fixed else mysql.VARCHAR
            kind = text(self.length, collation="utf8mb4_bin")
        elif dialect.name == "postgresql":
            # Its CHAR would fill up with blanks.
            kind = sa.VARCHAR(self.length, collation="C")
        else:
            kind = (sa.CHAR if self.fixed else sa.VARCHAR)(self.length)
        return dialect.type_descriptor(kind)


class KeyText(_BinaryText):
    """Text that takes part in keys: NFC, stripped, compared as bytes; too long is an error."""

    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """`value` made canonical.

        Raises:
            ValueDoesNotFit: it is longer than the column.
        """
        if value is None:
            return None
        text = nfc_stripped(value)
        if len(text) > self.length:
            raise ValueDoesNotFit(
                f"A value of {len(text)} characters was given where {self.length} are possible.",
            )
        return text


class Code(KeyText):
    """Text of one known length, or shorter: MusicBrainz ids, UUIDs, hexadecimal hashes."""

    cache_ok = True

    fixed = True


class ShortenedText(_BinaryText):
    """A key made of text of any length, shortened by `shorten_key` when stored or looked up."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(KEY_LENGTH)

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """`value` made canonical and short."""
        return None if value is None else shorten_key(nfc_stripped(value))


class DisplayText(TypeDecorator[str]):
    """A name or title to be shown, as it was told; cut with an ellipsis beyond its length."""

    impl = sa.VARCHAR
    cache_ok = True

    def __init__(self, length: int = DISPLAY_LENGTH) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """`value`, cut if it is too long."""
        if value is None:
            return None
        text = escape_undecodable(value)
        return text if len(text) <= self.length else text[: self.length - 1] + "…"


class LongText(TypeDecorator[str]):
    """Text of any length, as it was told, without what no server takes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """`value` without what no server takes."""
        return None if value is None else escape_undecodable(value)


class Instant(TypeDecorator[datetime]):
    """A point in time: aware `datetime` in Python, whole seconds since the epoch (UTC) stored.

    Fractions are cut off downwards, on every engine alike. What is read is in UTC.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> int | None:
        """Seconds since the epoch.

        Raises:
            ValueDoesNotFit: the time has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueDoesNotFit("A time without a time zone cannot be stored.")
        return math.floor(value.timestamp())

    def process_result_value(self, value: int | None, _dialect: sa.Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class WholeSeconds(TypeDecorator[float]):
    """A length of time in whole seconds, rounded half up, so that sums of it stay exact."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: float | None, _dialect: sa.Dialect) -> int | None:
        """`value` rounded."""
        return None if value is None else math.floor(value + 0.5)


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A surrogate key: 64 bits everywhere; SQLite numbers rows by itself only for INTEGER."""
