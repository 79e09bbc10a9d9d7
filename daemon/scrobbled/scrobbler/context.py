"""What a running source is given: its way into the intake, and where it says how it is doing."""

from collections.abc import Callable
from typing import Protocol

from scrobbled.domain.observation import Observation
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.scrobbler.intake import Intake
from scrobbled.sources import Attention

log = get_logger(__name__)


class SourceHealth(Protocol):
    """Where a source says how its media server is doing; see `runtime.health.Component`."""

    def ok(self, detail: str = "") -> None:
        """It answers."""
        ...

    def degraded(self, detail: str) -> None:
        """It does not."""
        ...

    def count(self, counter: str, by: float = 1) -> None:
        """Adds to a counter."""
        ...


class RunningSource:
    """The `SourceContext` of one source."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        intake: Intake,
        health: SourceHealth,
        *,
        on_library_changed: Callable[[], None],
    ) -> None:
        """Takes its collaborators.

        Args:
            name: `<type>:<name>`.
            clock: the clock that observations are stamped with.
            intake: where observations go.
            health: where to say how the media server is doing.
            on_library_changed: called when the server's library changed.
        """
        self._name = name
        self._clock = clock
        self._intake = intake
        self._health = health
        self._on_library_changed = on_library_changed
        self._away = False

    @property
    def name(self) -> str:
        """`<type>:<name>`."""
        return self._name

    @property
    def clock(self) -> Clock:
        """The clock that observations are stamped with."""
        return self._clock

    async def observe(self, observation: Observation) -> Attention:
        """Hands over one observation; see `SourceContext.observe`."""
        playing = await self._intake.observe(self._name, observation)
        self._health.count("observations")
        if playing is None or playing.paused:
            return Attention()
        return Attention(counts_in_s=playing.counts_in_s)

    async def lost(self, player: str) -> None:
        """Says that contact with `player` was lost; see `SourceContext.lost`."""
        await self._intake.lose(self._name, player)

    def last_observation(self, player: str) -> Observation | None:
        """The last observation of `player`; see `SourceContext.last_observation`."""
        return self._intake.last_observation(self._name, player)

    def players(self) -> tuple[str, ...]:
        """The players of this source on which a play is open."""
        return self._intake.players(self._name)

    def available(self, detail: str) -> None:
        """Says that the media server answers; logged when it did not before."""
        self._health.ok(detail)
        event = "source.recovered" if self._away else "source.connected"
        log.info(event, source=self._name, detail=detail)
        self._away = False

    def unavailable(self, reason: str) -> None:
        """Says that it does not answer; logged once for each outage."""
        self._health.degraded(reason)
        if not self._away:
            log.warning("source.unavailable", source=self._name, reason=reason)
        self._away = True

    def library_changed(self) -> None:
        """Hints that the media server's library changed."""
        log.debug("library.changed", source=self._name)
        self._on_library_changed()
