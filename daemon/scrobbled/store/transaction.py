"""What a use case is given, and the lanes in which use cases wait."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic

from sqlalchemy import Connection
from typing_extensions import TypeVar

if TYPE_CHECKING:
    from scrobbled.store.schema import Tables

TablesT = TypeVar("TablesT", default="Tables")
"""The tables of a database; those of the data model unless another is named."""

T = TypeVar("T")
"""What a use case returns."""


@dataclass(frozen=True, slots=True)
class Transaction(Generic[TablesT]):
    """An open transaction, as a use case sees it.

    A use case is a plain function of this and its arguments. It opens and ends no transaction,
    keeps nothing of this one, and may be run again from the start when its transaction failed.

    Attributes:
        connection: what it runs its statements on.
        tables: the tables there are.
    """

    connection: Connection
    tables: TablesT


class Lane(Enum):
    """Who goes first.

    CAPTURE is for what must be safe at once: every one that waits goes before any BULK.
    BULK is for scans and imports, which hold a transaction for at most some 10 to 20 ms
    (callers size their chunks) and leave a gap after it.
    """

    CAPTURE = "capture"
    BULK = "bulk"
