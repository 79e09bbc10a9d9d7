"""How long to wait before the next attempt."""

import random as random_numbers


class Backoff:
    """Waits that grow from attempt to attempt, spread so that many waiters do not meet.

    Each wait is drawn from `(1 - jitter) * base .. base`, where `base` is `first_s` at first and
    `factor` times the one before after that, never more than `most_s`. Growth is one
    multiplication a step, cut off at `most_s`, so that it cannot overflow however often it is
    asked.

    Args:
        first_s: the longest first wait, seconds; above 0.
        most_s: no wait is longer, seconds; at least `first_s`.
        factor: growth a step; at least 1.
        jitter: the part of a wait that is left to chance, 0 to below 1.
        random: the source of chance.

    Raises:
        ValueError: a number lies outside these bounds.
    """

    def __init__(
        self,
        first_s: float,
        most_s: float,
        *,
        factor: float = 2.0,
        jitter: float = 0.2,
        random: random_numbers.Random,
    ) -> None:
        if not (0 < first_s <= most_s and factor >= 1 and 0 <= jitter < 1):
            raise ValueError("needs 0 < first_s <= most_s, factor >= 1 and 0 <= jitter < 1")
        self._first_s = first_s
        self._most_s = most_s
        self._factor = factor
        self._jitter = jitter
        self._random = random
        self._base_s = first_s

    def next_s(self) -> float:
        """Seconds to wait before the next attempt; the one after will be longer."""
        base_s = self._base_s
        self._base_s = min(base_s * self._factor, self._most_s)
        return base_s * (1 - self._jitter * self._random.random())

    def longest_s(self) -> float:
        """Seconds of the longest wait, spread likewise; the next waits are as long."""
        self._base_s = self._most_s
        return self.next_s()

    def reset(self) -> None:
        """Starts again with the first wait: the last attempt succeeded."""
        self._base_s = self._first_s
