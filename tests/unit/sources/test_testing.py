"""The contract of sources lets a sound source pass, and catches each way to break it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.errors import RetryLater
from scrobbled.runtime.clock import Clock, SystemClock
from scrobbled.sources import Plugin, SourceContext, SourceSettings
from scrobbled.sources.api import Check
from scrobbled.sources.testing import (
    ContractBroken,
    RecordingContext,
    ServerUnderTest,
    SourceContract,
    running,
)


@dataclass
class Jukebox:
    """A media server in memory."""

    state: PlayerState = PlayerState.STOPPED
    up: bool = True
    settings: Mapping[str, Any] = field(default_factory=lambda: {"type": "box", "name": "test"})
    clock: Clock = field(default_factory=SystemClock)

    async def play(self) -> None:
        """Plays."""
        self.state = PlayerState.PLAYING

    async def pause(self) -> None:
        """Pauses."""
        self.state = PlayerState.PAUSED

    async def go_away(self) -> None:
        """Cannot be reached from now on."""
        self.up = False

    async def come_back(self) -> None:
        """Can be reached again."""
        self.up, self.state = True, PlayerState.STOPPED


BOX = Jukebox()
"""The one that sources here watch; each test sets it up anew."""


class SoundSource:
    """Watches the jukebox as the contract wants it."""

    def __init__(self, _settings: SourceSettings, context: SourceContext) -> None:
        self.context = context
        self.in_contact: bool | None = None
        self.cause = Cause.CONNECT

    async def run(self, stopping: asyncio.Event) -> None:
        """Looks every few milliseconds."""
        while not stopping.is_set():
            await self.look()
            await asyncio.sleep(0.002)
        await self.finish()

    async def finish(self) -> None:
        """Looks a last time, if there is something to look at."""
        if BOX.up:
            await self.tell(Cause.SHUTDOWN)

    async def look(self) -> None:
        """Once."""
        if BOX.up:
            if not self.in_contact:
                self.context.available("here it is")
            self.in_contact = True
            await self.tell(self.cause)
        elif self.in_contact is not False:
            await self.went()

    async def went(self) -> None:
        """Tells of the beginning of an outage."""
        if self.in_contact:
            await self.context.lost("")
        self.context.unavailable("it is gone")
        self.in_contact, self.cause = False, Cause.CONNECT

    async def tell(self, cause: Cause) -> None:
        """Hands an observation over, if it is taken."""
        track = None if BOX.state is PlayerState.STOPPED else TrackInfo("a.flac")
        try:
            await self.context.observe(
                Observation("", BOX.state, self.now(), track=track, cause=cause)
            )
        except RetryLater:
            return
        self.cause = Cause.EVENT

    def now(self) -> Moment:
        """The moment."""
        return self.context.clock.moment()


class TellsEachRetry(SoundSource):
    """Logs an outage as often as it tries."""

    async def went(self) -> None:
        """Forgets that it has told."""
        await super().went()
        self.in_contact = None


class NeverSaysLost(SoundSource):
    """Does not say that a player was lost."""

    async def went(self) -> None:
        """Only tells of the outage."""
        self.in_contact = None
        await super().went()


class GoesOnAsIfNothingWas(SoundSource):
    """Takes the look after a gap for one like any other."""

    async def went(self) -> None:
        """Keeps the cause."""
        await super().went()
        self.cause = Cause.EVENT


class EndsInAnOutage(SoundSource):
    """Gives up when the server goes away."""

    async def went(self) -> None:
        """Raises what nobody catches."""
        await super().went()
        raise ConnectionResetError


class StopsLate(SoundSource):
    """Takes its time."""

    async def finish(self) -> None:
        """Sleeps beyond what it is given."""
        await super().finish()
        await asyncio.sleep(60)


class LeavesWithoutAWord(SoundSource):
    """Hands over no last observation."""

    async def finish(self) -> None:
        """Does nothing."""


class FailsOnAFullDisk(SoundSource):
    """Does not expect that an observation is refused."""

    async def tell(self, cause: Cause) -> None:
        """Lets the refusal through."""
        if isinstance(self.context, RecordingContext) and self.context.refusing:
            raise RetryLater("no room")
        await super().tell(cause)


class RunsBackwards(SoundSource):
    """Stamps observations with times that fall."""

    def now(self) -> Moment:
        """Ever earlier."""
        now = super().now()
        return Moment(-now.monotonic_s, now.wall_s, now.host_boot_id)


class LooseSettings(SourceSettings, extra="allow"):
    """Takes any key."""


async def sound_checks(_settings: Any, _clock: Clock) -> list[Check]:
    """One finding, with advice where it is needed."""
    return [Check(BOX.up, "it answers" if BOX.up else "it is gone", None if BOX.up else "Plug in.")]


async def careless_checks(_settings: Any, _clock: Clock) -> list[Check]:
    """Finds everything well."""
    return [Check(ok=True, what="surely it answers")]


async def advice_less_checks(_settings: Any, _clock: Clock) -> list[Check]:
    """Leaves people alone with what it found."""
    return [Check(BOX.up, "it answers or not")]


def contract(
    source: type[SoundSource] = SoundSource,
    settings: type[SourceSettings] = SourceSettings,
    diagnose: Any = sound_checks,
) -> SourceContract:
    """The tests of a plugin made of these."""

    class Contract(SourceContract):
        plugin = Plugin("box", settings, PlayerCredit(), source, diagnose)

        @asynccontextmanager
        async def server(self, directory: Path) -> AsyncIterator[ServerUnderTest]:
            del directory  # a jukebox in memory has no files
            BOX.up, BOX.state = True, PlayerState.STOPPED
            yield BOX

    return Contract()


SERVED = [
    name
    for name in vars(SourceContract)
    if name.startswith("test_") and name != "test_the_entry_point_leads_to_the_plugin"
]


@pytest.mark.parametrize("test", SERVED)
async def test_a_sound_source_passes(test: str, tmp_path: Path) -> None:
    """Each test of the contract, but the one of the entry point: this plugin has none."""
    await getattr(contract(), test)(tmp_path)


@pytest.mark.parametrize(
    ("source", "test"),
    [
        (TellsEachRetry, "test_an_outage_is_told_once"),
        (TellsEachRetry, "test_it_waits_for_a_server_that_is_away_at_start"),
        (NeverSaysLost, "test_an_outage_is_told_once"),
        (GoesOnAsIfNothingWas, "test_an_outage_is_told_once"),
        (StopsLate, "test_it_hands_over_a_last_observation"),
        (StopsLate, "test_it_stops_in_time_though_the_server_is_away"),
        (LeavesWithoutAWord, "test_it_hands_over_a_last_observation"),
        (RunsBackwards, "test_what_plays_is_observed_in_order"),
    ],
)
async def test_a_broken_source_is_caught(
    source: type[SoundSource], test: str, tmp_path: Path
) -> None:
    """Each way to break the contract fails its test, in words."""
    with pytest.raises(ContractBroken, match=r"\.$"):
        await getattr(contract(source), test)(tmp_path)


@pytest.mark.parametrize(
    ("source", "test", "error"),
    [
        (EndsInAnOutage, "test_it_waits_for_a_server_that_is_away_at_start", ConnectionResetError),
        (FailsOnAFullDisk, "test_it_goes_on_when_an_observation_is_refused", RetryLater),
    ],
)
async def test_a_source_that_falls_over_shows_its_own_error(
    source: type[SoundSource], test: str, error: type[Exception], tmp_path: Path
) -> None:
    """What it raised is what the developer has to see, not that something was waited for."""
    with pytest.raises(error):
        await getattr(contract(source), test)(tmp_path)


async def test_settings_that_take_anything_are_caught(tmp_path: Path) -> None:
    """A misspelt key must not pass in silence."""
    with pytest.raises(ContractBroken, match="does not exist"):
        await contract(settings=LooseSettings).test_unknown_settings_are_errors(tmp_path)


@pytest.mark.parametrize("diagnose", [careless_checks, advice_less_checks])
async def test_careless_checks_are_caught(diagnose: Any, tmp_path: Path) -> None:
    """A doctor who finds everything well, or who has no advice."""
    with pytest.raises(ContractBroken):
        await contract(diagnose=diagnose).test_the_doctor_finds_what_is_wrong(tmp_path)


def test_a_plugin_that_is_not_registered_is_caught() -> None:
    """Without an entry point nobody finds it."""
    with pytest.raises(ContractBroken, match="0 entry points"):
        contract().test_the_entry_point_leads_to_the_plugin()


async def test_a_source_that_returns_too_early_is_caught() -> None:
    """Only `stopping` ends a source."""

    class Returns(SoundSource):
        """Has had enough."""

        async def run(self, stopping: asyncio.Event) -> None:
            """At once."""

    with pytest.raises(ContractBroken, match="nobody had told it"):
        async with running(Returns(SourceSettings(type="box", name="x"), RecordingContext("x"))):
            await asyncio.sleep(60)
