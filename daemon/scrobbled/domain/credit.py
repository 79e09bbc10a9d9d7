"""How two observations of one play become seconds that sounded.

The lifecycle of a play (`session`) is the same for every media server; what two successive
reports prove is not. A plugin names the policy that fits what its server can tell.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import Certainty


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

    def settled(self, now: Observation, earned_s: float = 0.0) -> "Tally":
        """Credits `earned_s` and lets the play run evenly from `now` on."""
        played_s = self.played_s + earned_s
        return replace(
            self,
            played_s=played_s,
            settled_s=played_s,
            anchor_position_s=now.position_s,
            anchor_at=now.at,
            silent=False,
        )

    def run_on(self, now: Observation) -> "Tally":
        """Position and clock agree: the play ran evenly since its anchor."""
        if self.anchor_position_s is None or now.position_s is None:
            return self.settled(now)
        moved_s = now.position_s - self.anchor_position_s
        run_s = min(moved_s, now.at.seconds_since(self.anchor_at))
        running = replace(self, played_s=max(self.played_s, self.settled_s + run_s), silent=False)
        return running if now.plays else running.settled(now)


@dataclass(frozen=True, slots=True)
class Credited:
    """The outcome of one step: the new tally, and what was irregular about it (None: nothing)."""

    tally: Tally
    irregularity: Irregularity | None = None


class CreditPolicy(Protocol):
    """Decides what a step from one observation to the next earns. Pure."""

    @property
    def silence_s(self) -> float | None:
        """How long a track is silent before another one that began shows that it is over.

        None for a player that sounds one track at a time, and tells of all of them.
        """
        ...

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
        told: bool = True,
    ) -> Tally:
        """What the play earned after `before`, its last observation, when it is over at `at`.

        Args:
            tally: what the play has earned.
            before: its last observation.
            at: when it was found to be over, or contact was lost.
            playtime_s: the player's count of audio then; None when unknown.
            natural: whether it reached its end.
            told: whether the player itself said that it is over.
        """
        ...

    def reached_end(self, tally: Tally, before: Observation, now: Observation) -> bool:
        """Whether a track that played at `before` can have come to its end by `now`."""
        ...

    def same_run(self, before: Observation, now: Observation) -> bool:
        """Whether the player has not been started anew between the two observations."""
        ...

    def certainty(self, last: Observation, *, told: bool) -> Certainty:
        """How sure a play is whose last observation is `last`.

        Args:
            last: its last observation.
            told: whether its end was seen or told.
        """
        ...

    def is_flap(self, played_s: float, lasted_s: float) -> bool:
        """Whether so short a play is only a player's way of beginning another one.

        Args:
            played_s: seconds that it sounded.
            lasted_s: seconds from its start to its end.
        """
        ...
