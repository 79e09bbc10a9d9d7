"""The contract between the daemon and a media server's plugin."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from scrobbled.domain.credit import CreditPolicy
from scrobbled.domain.observation import Observation
from scrobbled.runtime.clock import Clock

API_VERSION = 1
"""Raised when a plugin written for an older version would no longer work."""


class SourceSettings(BaseModel):
    """What every source has in the configuration; a plugin's own model extends it.

    Attributes:
        type: the plugin's type, such as `mpd`.
        name: the person's name for this media server; `<type>:<name>` is the source's name.
        user: whose plays these are; None for the first user of the configuration.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """What the daemon would like of the source after an observation.

    Attributes:
        counts_in_s: look again after this many seconds of play, since then the play may count;
            None when there is nothing to wait for.
    """

    counts_in_s: float | None = None


class SourceContext(Protocol):
    """What a running source is given; the only way from a plugin into the daemon."""

    @property
    def name(self) -> str:
        """`<type>:<name>`."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that observations are stamped with."""
        ...

    async def observe(self, observation: Observation) -> Attention:
        """Hands over one observation; returns once it is safe on disk.

        Raises:
            RetryLater: it could not be kept now (disk full); the source may go on.
        """
        ...

    async def lost(self, player: str) -> None:
        """Says that contact with `player` was lost just now; later calls of an outage are no news.

        A play that was sounding is credited up to this moment if it is not taken up again.
        """
        ...

    def last_observation(self, player: str) -> Observation | None:
        """The last observation of `player` that is on disk, also from before a restart."""
        ...

    def players(self) -> tuple[str, ...]:
        """The players of this source of which a play is still open."""
        ...

    def available(self, detail: str) -> None:
        """Says that the media server answers; `detail` such as "MPD 0.23.5 at localhost:6600"."""
        ...

    def unavailable(self, reason: str) -> None:
        """Says that it does not, and why, in one sentence; logged once per outage."""
        ...

    def library_changed(self) -> None:
        """Hints that the media server's library, and so maybe the music folders, changed."""
        ...


class Source(Protocol):
    """One configured media server, running."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Watches the media server until `stopping` is set, reconnecting by itself.

        When `stopping` is set it hands over a last observation and returns within 2 s.
        It is cancelled if it takes longer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of `scrobbled doctor`.

    Attributes:
        ok: whether it is as it should be.
        what: what was looked at and found, one sentence.
        advice: what to do about it; None when `ok`.
    """

    ok: bool
    what: str
    advice: str | None = None


async def no_checks(_settings: Any, _clock: Clock) -> list[Check]:
    """The `diagnose` of a plugin that has nothing to check."""
    return []


@dataclass(frozen=True, slots=True)
class Plugin:
    """What a plugin registers as its entry point.

    Attributes:
        source_type: such as `mpd`; equal to the entry point's name.
        settings: the model of this source's part of the configuration.
        credit: how two of its observations become seconds that sounded.
        create: makes a source from its settings and its context.
        diagnose: checks one configured server for `scrobbled doctor`, each wait bounded.
        api_version: the `API_VERSION` that it was written for.
    """

    source_type: str
    settings: type[SourceSettings]
    credit: CreditPolicy
    create: Callable[[Any, SourceContext], Source]
    diagnose: Callable[[Any, Clock], Any] = no_checks
    api_version: int = API_VERSION
