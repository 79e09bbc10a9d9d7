"""How the daemon's parts are doing, for `/healthz`, `systemctl status` and `doctor`."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from scrobbled.log import without_secrets
from scrobbled.runtime.clock import Clock


class State(StrEnum):
    """How one part, or the whole, is doing."""

    STARTING = "starting"
    """Not yet known."""
    OK = "ok"
    DEGRADED = "degraded"
    """Something outside is away; it works on what it can and tries again."""
    FAILED = "failed"
    """It does not work: a bug, or a person must act."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """One part at one moment.

    Attributes:
        state: how it is doing.
        detail: one sentence about it, without secrets; "" when there is nothing to say.
        since: when it came into this state, UTC.
        counters: what it counts, by name.
        essential: whether plays can only be captured while it works.
    """

    state: State
    detail: str
    since: datetime
    counters: Mapping[str, float]
    essential: bool


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """All parts at one moment.

    Attributes:
        state: of the whole. `failed`, `stopped` or `starting` when an essential part is so;
            `degraded` when any other part does not work; `starting` while any still starts, or
            no essential one is known yet.
        capturing: True when plays are captured: every essential part is known and works.
        components: the parts by name, in the order they were made.
    """

    state: State
    capturing: bool
    components: Mapping[str, ComponentHealth]

    def sentence(self) -> str:
        """Everything in one line, for `systemctl status`: what does not work, and why."""
        ailing = [
            f"{name}: {part.detail or part.state.value}"
            for name, part in self.components.items()
            if part.state in {State.DEGRADED, State.FAILED}
        ]
        first = "Capturing plays" if self.capturing else "Capturing nothing"
        return "; ".join([first, *ailing])


class Component:
    """Where one part says how it is doing; safe to use from any thread."""

    def __init__(self, clock: Clock, *, essential: bool) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._essential = essential
        self._counters: dict[str, float] = {}
        self._state = State.STARTING
        self._detail = ""
        self._since = self._now()

    def ok(self, detail: str = "") -> None:
        """It works."""
        self._enter(State.OK, detail)

    def degraded(self, detail: str) -> None:
        """Something it needs is away; `detail` says what, in a sentence."""
        self._enter(State.DEGRADED, detail)

    def failed(self, detail: str) -> None:
        """It does not work; `detail` says why, in a sentence."""
        self._enter(State.FAILED, detail)

    def stopped(self, detail: str = "") -> None:
        """It has ended, as it was asked to."""
        self._enter(State.STOPPED, detail)

    def count(self, counter: str, by: float = 1) -> None:
        """Adds `by` to a counter, which begins at 0."""
        with self._lock:
            self._counters[counter] = self._counters.get(counter, 0) + by

    def measure(self, counter: str, value: float) -> None:
        """Sets a counter that goes up and down, such as the length of a queue."""
        with self._lock:
            self._counters[counter] = value

    def snapshot(self) -> ComponentHealth:
        """How it is doing now."""
        with self._lock:
            counters = MappingProxyType(dict(self._counters))
            return ComponentHealth(
                self._state, self._detail, self._since, counters, self._essential
            )

    def _enter(self, state: State, detail: str) -> None:
        detail = without_secrets(detail)
        with self._lock:
            if state is not self._state:
                self._since = self._now()
            self._state, self._detail = state, detail

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.moment().wall_s, UTC)


class Health:
    """The registry of all parts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._components: dict[str, Component] = {}

    def component(self, name: str, *, essential: bool = False) -> Component:
        """The part called `name`; made, as `starting`, when it is first asked for.

        Args:
            name: such as `journal`, `database`, `mpd:livingroom`.
            essential: whether plays can only be captured while it works; the first call counts.
        """
        if name not in self._components:
            made = Component(self._clock, essential=essential)
            self._components = {**self._components, name: made}
        return self._components[name]

    def snapshot(self) -> HealthSnapshot:
        """How everything is doing now."""
        parts = {name: component.snapshot() for name, component in self._components.items()}
        essential = [part.state for part in parts.values() if part.essential]
        working = [state in {State.OK, State.DEGRADED} for state in essential]
        return HealthSnapshot(
            _overall(essential, [part.state for part in parts.values()]),
            bool(working) and all(working),
            MappingProxyType(parts),
        )


def _overall(essential: list[State], everything: list[State]) -> State:
    for state in (State.FAILED, State.STOPPED, State.STARTING):
        if state in essential:
            return state
    if State.DEGRADED in everything or State.FAILED in everything:
        return State.DEGRADED
    return State.STARTING if State.STARTING in everything or not essential else State.OK
