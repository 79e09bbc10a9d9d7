"""How two observations of one play become seconds that sounded.

The lifecycle of a play (`session`) is the same for every media server; what two successive
reports prove is not. A plugin names the policy that fits what its server can tell.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation


class Irregularity(StrEnum):
    """Why a position did not follow the clock."""

    SEEK = "seek"
    STALL = "stall"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a play has earned so far, and what bounds the rest; all in seconds.

    Attributes:
        played_s: credited to this play.
        settled_s: credited before the anchor. What came since is worked out from the anchor anew
            at every step, so that the jitter of single reports does not add up.
        anchor_position_s: position since which the play has run evenly; None when unknown.
        anchor_at: when it was there.
        base_playtime_s: the player's count of audio when the play opened, or when the player was
            last found started anew; None when the player does not count.
        base_played_s: what had been credited when `base_playtime_s` was taken.
        overlap_s: what the play earned beyond the clock by crossfade.
        overlap_open: whether it may still earn such an overlap.
        silent: whether nothing sounded in the last step, although the player said that it played.
    """

    played_s: float
    settled_s: float
    anchor_position_s: float | None
    anchor_at: Moment
    base_playtime_s: float | None
    base_played_s: float
    overlap_s: float = 0.0
    overlap_open: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Credited:
    """The outcome of one step: the new tally, and what was irregular about it (None: nothing)."""

    tally: Tally
    irregularity: Irregularity | None = None


class CreditPolicy(Protocol):
    """Decides what a step from one observation to the next earns. Pure."""

    def open(self, first: Observation, *, head_s: float, follows: bool) -> Tally:
        """The tally of a play first seen in `first`.

        Args:
            first: what was seen.
            head_s: seconds of it that are known to have sounded before `first`.
            follows: whether the track before it had just come to its end.
        """
        ...

    def step(self, tally: Tally, before: Observation, now: Observation) -> Credited:
        """What an unbroken step from `before` to `now`, both of this play, earns."""
        ...

    def bridge(
        self, tally: Tally, before: Observation, now: Observation, lost_at: Moment | None
    ) -> Tally | None:
        """What a time without contact earns, if the same play can have gone on through it.

        Args:
            tally: what the play has earned.
            before: the last observation, of this play.
            now: the first observation after the gap, of the same track.
            lost_at: when contact was lost; None when that is not known.

        Returns:
            None when it must have ended in between.
        """
        ...

    def end(
        self,
        tally: Tally,
        before: Observation,
        at: Moment,
        *,
        playtime_s: float | None,
        natural: bool,
    ) -> Tally:
        """What the play earned after `before`, its last observation, when it is over at `at`.

        Args:
            tally: what the play has earned.
            before: its last observation.
            at: when it was found to be over, or contact was lost.
            playtime_s: the player's count of audio then; None when unknown.
            natural: whether it reached its end.
        """
        ...

    def reached_end(self, tally: Tally, before: Observation, now: Observation) -> bool:
        """Whether a track that played at `before` can have come to its end by `now`."""
        ...

    def same_run(self, before: Observation, now: Observation) -> bool:
        """Whether the player has not been started anew between the two observations."""
        ...
