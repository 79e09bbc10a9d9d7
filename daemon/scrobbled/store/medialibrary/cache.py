"""What a scan remembers of rows that it looked up or made, so as not to look again."""

from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Cache(Generic[KeyT, ValueT]):
    """A bounded memory of rows that knows that a transaction may fail.

    What is put in during a transaction is forgotten when the next one begins, unless `keep` said
    that it was committed.
    """

    def __init__(self, limit: int) -> None:
        """Remembers at most about `limit` rows; then it starts anew."""
        self._limit = limit
        self._kept: dict[KeyT, ValueT] = {}
        self._fresh: dict[KeyT, ValueT] = {}

    def begin(self) -> None:
        """A transaction begins, maybe since the last one failed."""
        self._fresh.clear()

    def get(self, key: KeyT) -> ValueT | None:
        """What is remembered under `key`; None if nothing."""
        found = self._fresh.get(key)
        return self._kept.get(key) if found is None else found

    def put(self, key: KeyT, value: ValueT) -> None:
        """Remembers `value`."""
        self._fresh[key] = value

    def keep(self) -> None:
        """The transaction was committed."""
        if len(self._kept) + len(self._fresh) > self._limit:
            self._kept.clear()
        self._kept.update(self._fresh)
        self._fresh.clear()
