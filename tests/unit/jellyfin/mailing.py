"""Settings, an inbox in memory, and an interpreter whose time is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.jellyfin.bodies import BEGAN_S

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.errors import DatabaseUnavailable
from scrobbled.sources import Receipt
from scrobbled_jellyfin.config import JellyfinSettings
from scrobbled_jellyfin.reports import Reports

TOKEN = "1f0e2d3c4b5a69788796a5b4c3d2e1f0"  # noqa: S105 - made up for tests


def settings(directory: Path, **changes: Any) -> JellyfinSettings:
    """A source of which `ann` of the server is our `anna`."""
    file = directory / "token"
    file.write_text(f"{TOKEN}\n")
    told = {"name": "home", "webhook_token_file": str(file), "users": {"ann": "anna"}}
    return JellyfinSettings.model_validate(told | changes)


def moment(at_s: float, boot: str = "boot") -> Moment:
    """A moment, in seconds since `BEGAN_S`."""
    return Moment(5000.0 + at_s, BEGAN_S + at_s, boot)


@dataclass
class StandingClock:
    """Time that is set."""

    now_s: float = 0.0
    rate: float = 1.0

    def moment(self) -> Moment:
        """The present."""
        return moment(self.now_s)

    async def sleep(self, seconds: float) -> None:
        """Lets it pass at once."""
        self.now_s += seconds


@dataclass
class MemoryInbox:
    """Keeps what it is given; `full` says that it cannot."""

    clock: StandingClock = field(default_factory=StandingClock)
    name: str = "jellyfin:home"
    kept: list[str] = field(default_factory=list)
    buried: list[tuple[str, str]] = field(default_factory=list)
    full: bool = False

    async def keep(self, body: str) -> None:
        """Keeps it."""
        if self.full:
            raise DatabaseUnavailable("There is no space for the journal.")
        self.kept.append(body)

    async def bury(self, body: str, reason: str) -> None:
        """Keeps it with the reason."""
        self.buried.append((body, reason))


@dataclass
class Reading:
    """An interpreter of the plays of everybody, unless there are settings."""

    wanted: JellyfinSettings | None = None
    last: dict[str, Observation] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        """Begins with empty hands."""
        self.reports = Reports(self.wanted, self.last.get)

    def take(self, arrived_s: float, text: str, boot: str = "boot") -> None:
        """A body arrives."""
        self.taken += 1
        self.reports.take(Receipt(self.taken, moment(arrived_s, boot), text))

    def due(self, at_s: float, boot: str = "boot") -> list[Observation]:
        """What is ready, without what came to nothing."""
        ready = self.reports.due(moment(at_s, boot))
        self.numbers += [each.receipt for each in ready]
        return [each.observation for each in ready if each.observation is not None]

    def read(self, *arrivals: tuple[float, str]) -> list[Observation]:
        """Bodies arrive, and all that they tell comes out."""
        for arrived_s, text in arrivals:
            self.take(arrived_s, text)
        return self.due(arrivals[-1][0] + 3.0)


def summary(seen: list[Observation]) -> list[Mapping[str, Any]]:
    """What matters of each: cause, state, position, seconds since `BEGAN_S`."""
    return [
        {
            "cause": each.cause.value,
            "state": each.state.value,
            "position_s": each.position_s,
            "at_s": round(each.at.wall_s - BEGAN_S, 3),
        }
        for each in seen
    ]
