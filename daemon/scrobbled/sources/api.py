"""The contract between the daemon and a media server's plugin."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from scrobbled.domain.credit import CreditPolicy
from scrobbled.domain.moment import Moment
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
class Receipt:
    """One body that a media server posted, as the journal has it.

    Attributes:
        number: in the order of arrival, never given twice.
        received: when it arrived.
        body: the text.
    """

    number: int
    received: Moment
    body: str


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a media server is answered.

    Attributes:
        status: of HTTP.
        reason: what is wrong, one sentence; None when nothing is.
    """

    status: int
    reason: str | None = None


class Inbox(Protocol):
    """Where a webhook puts what it is sent."""

    @property
    def name(self) -> str:
        """`<type>:<name>` of the source."""
        ...

    @property
    def clock(self) -> Clock:
        """The present."""
        ...

    async def keep(self, body: str) -> None:
        """Keeps a body; returns once it is safe on disk. It is interpreted later.

        Raises:
            RetryLater: it could not be kept now; answer so by letting this through.
        """
        ...

    async def bury(self, body: str, reason: str) -> None:
        """Keeps what cannot be understood for inspection, as long as it does not come in floods.

        Raises:
            RetryLater: it could not be kept now.
        """
        ...


class Webhook(Protocol):
    """What answers `POST /hooks/<type>/<name>`."""

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Whether who sends these headers (names in any case) may post."""
        ...

    async def receive(self, body: bytes) -> HookAnswer:
        """Takes a body in; waits for nothing but the journal.

        Raises:
            RetryLater: it could not be kept now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What a receipt came to.

    Attributes:
        receipt: its number.
        observation: what it tells; None when that is nothing.
    """

    receipt: int
    observation: Observation | None = None


class Interpreter(Protocol):
    """Turns receipts into observations; all time comes with them.

    It may hold receipts back for a while, such as to put them in order. What it holds when the
    daemon ends it is given again at the next start.
    """

    def recall(self, receipt: Receipt) -> None:
        """Learns from a receipt that was done before a restart, such as how clocks differ.

        Called before all else, in the order of arrival; nothing comes out of these.
        """
        ...

    def take(self, receipt: Receipt) -> None:
        """Takes a receipt in, in the order of arrival."""
        ...

    def due(self, at: Moment) -> Sequence[Interpreted]:
        """What is ready by `at`, in order; each receipt comes out once."""
        ...

    def wait_s(self, at: Moment) -> float | None:
        """Seconds after which to ask again if nothing arrives; None when nothing is held."""
        ...


LastSeen = Callable[[str], Observation | None]
"""Gives the last observation of a player that is on disk, also from before a restart."""


@dataclass(frozen=True, slots=True)
class WebhookSupport:
    """What a plugin offers whose media server posts to us.

    Attributes:
        open: makes the webhook of one source from its settings and its inbox.
        interpret: makes the interpreter of one source from its settings (None: of everybody's
            plays, for replaying a trace).
        redact: a body without what tells of persons and their music: names and ids are replaced
            by what the given function makes of them, times and numbers stay.
    """

    open: Callable[[Any, Inbox], Webhook]
    interpret: Callable[[Any, LastSeen], Interpreter]
    redact: Callable[[str, Callable[[str], str]], str]


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
        webhook: what takes in posts of its media servers; None when they are not asked to post.
        players_are_sources: whether a player's name stands behind the source's in the history.
        api_version: the `API_VERSION` that it was written for.
    """

    source_type: str
    settings: type[SourceSettings]
    credit: CreditPolicy
    create: Callable[[Any, SourceContext], Source]
    diagnose: Callable[[Any, Clock], Any] = no_checks
    webhook: WebhookSupport | None = None
    players_are_sources: bool = True
    api_version: int = API_VERSION
