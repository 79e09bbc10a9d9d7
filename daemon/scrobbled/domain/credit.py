"""How two observations of one play become seconds that sounded.

The lifecycle of a play (`session`) is the same for every media server; what two successive
reports prove is not. A plugin names the policy that fits what its server can tell.
"""

from dataclasses import dataclass
from typing import Protocol

from scrobbled.domain.observation import Observation


@dataclass(frozen=True, slots=True)
class Tally:
    """What a play has earned so far, and what bounds the rest.

    Attributes:
        played_s: seconds credited to this play.
        settled_s: seconds credited before `anchor`; credit since then is worked out from the
            anchor anew at every step, so that jitter of single reports does not add up.
        anchor: the observation since which the play has run evenly.
        base_playtime_s: the player's count of audio when the play opened (or when the player was
            last started), None when the player does not count.
        base_played_s: what had been credited when `base_playtime_s` was taken.
        overlap_s: what the play earned beyond the clock by crossfade.
    """

    played_s: float
    settled_s: float
    anchor: Observation
    base_playtime_s: float | None
    base_played_s: float
    overlap_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Credited:
    """The outcome of one step.

    Attributes:
        tally: the new tally.
        jump: True when the position did not follow the clock (seek, stall); a reason to say so.
    """

    tally: Tally
    jump: bool


class CreditPolicy(Protocol):
    """Decides what a step from one observation to the next earns; pure."""

    def open(self, first: Observation, head_s: float) -> Tally:
        """The tally of a play first seen in `first`, of which `head_s` are known to have sounded.

        `head_s` is above 0 only when the play follows another one without a gap: what of it
        sounded between the change and the look at the player.
        """
        ...

    def step(self, tally: Tally, before: Observation, now: Observation) -> Credited:
        """What the step from `before` to `now`, both of this play, earns."""
        ...

    def last_step(self, tally: Tally, before: Observation, now: Observation) -> Tally:
        """What the play earned between `before`, its last observation, and `now`, after its end."""
        ...

    def same_run(self, before: Observation, now: Observation) -> bool:
        """Whether the player has not been started anew between the two observations."""
        ...
