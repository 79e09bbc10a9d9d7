"""For the tests of plugins: a context that records, and the contract as a class of tests.

A plugin's tests inherit the contract, and say how its media server is made to play, to go away and
to come back; pytest with pytest-asyncio does the rest::

    class TestNavidromeKeepsTheContract(SourceContract):
        plugin = PLUGIN

        @asynccontextmanager
        async def server(self, directory: Path) -> AsyncIterator[ServerUnderTest]:
            async with Navidrome(directory) as navidrome:
                yield navidrome

Nothing here is used by the daemon itself, and nothing here imports pytest.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.errors import RetryLater
from scrobbled.runtime.clock import Clock, SystemClock
from scrobbled.sources.api import API_VERSION, Attention, Check, Plugin, Source, SourceSettings

STOPS_WITHIN_S = 2.0
"""A source has this long to return once `stopping` is set."""

LONGEST_CHECKS_S = 30.0
"""`diagnose` has this long, whatever the server does."""


class ContractBroken(AssertionError):
    """A source does not do what the daemon counts on; the text says what."""


class RecordingContext:
    """A `SourceContext` in memory, which keeps what it is told.

    Args:
        name: `<type>:<name>`.
        clock: what observations are stamped with; the host's when left out.
        attention: what `observe` answers; to wait for nothing when left out.

    Attributes:
        observations: all that were taken, in order.
        losses: the players that were lost, in order.
        outages: the reasons given to `unavailable`, in order.
        returns: the details given to `available`, in order.
        library_changes: how often `library_changed` was called.
        refusing: while True, `observe` and `lost` raise `RetryLater`, as on a full disk.
    """

    def __init__(
        self,
        name: str,
        clock: Clock | None = None,
        attention: Callable[[Observation], Attention] = lambda _seen: Attention(),
    ) -> None:
        self.name = name
        self.clock: Clock = clock or SystemClock()
        self.observations: list[Observation] = []
        self.losses: list[str] = []
        self.outages: list[str] = []
        self.returns: list[str] = []
        self.library_changes = 0
        self.refusing = False
        self._attention = attention

    async def observe(self, observation: Observation) -> Attention:
        """Keeps it."""
        await asyncio.sleep(0)
        self._refuse_if_told()
        self.observations.append(observation)
        return self._attention(observation)

    async def lost(self, player: str) -> None:
        """Keeps it."""
        await asyncio.sleep(0)
        self._refuse_if_told()
        self.losses.append(player)

    def last_observation(self, player: str) -> Observation | None:
        """The last of `player`."""
        return next((seen for seen in reversed(self.observations) if seen.player == player), None)

    def players(self) -> tuple[str, ...]:
        """Those that were last seen playing or paused."""
        last = {seen.player: seen for seen in self.observations}
        return tuple(
            player
            for player, seen in last.items()
            if seen.track is not None and seen.state is not PlayerState.STOPPED
        )

    def available(self, detail: str) -> None:
        """Keeps it."""
        self.returns.append(detail)

    def unavailable(self, reason: str) -> None:
        """Keeps it."""
        self.outages.append(reason)

    def library_changed(self) -> None:
        """Counts it."""
        self.library_changes += 1

    def _refuse_if_told(self) -> None:
        if self.refusing:
            raise RetryLater("There is no room left to keep observations.")


class ServerUnderTest(Protocol):
    """A media server that a test can drive. It runs, plays nothing, and has something to play."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The source's part of the configuration that leads to this server, as of a YAML file."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock that fits its speed; `SystemClock()` for a server in real time."""
        ...

    async def play(self) -> None:
        """Makes it play something of at least a minute."""
        ...

    async def pause(self) -> None:
        """Makes it pause."""
        ...

    async def go_away(self) -> None:
        """Makes it unreachable."""
        ...

    async def come_back(self) -> None:
        """Makes it reachable again; it need not play."""
        ...


@asynccontextmanager
async def running(source: Source) -> AsyncIterator[None]:
    """Runs `source` as the daemon does, and stops it at the end.

    What it raises is raised at once, wherever the test waits.

    Raises:
        ContractBroken: it returned before it was told to, or not in time after it was.
    """
    stopping = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_run(source, stopping), name="source under test")
            yield
            stopping.set()
            await asyncio.wait({task}, timeout=STOPS_WITHIN_S)
            _must(task.done(), f"it did not return within {STOPS_WITHIN_S:g} s")
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _run(source: Source, stopping: asyncio.Event) -> None:
    await source.run(stopping)
    _must(stopping.is_set(), "it returned though nobody had told it to stop")


async def until(condition: Callable[[], bool], what: str, within_s: float = 30.0) -> None:
    """Waits until `condition` holds.

    Raises:
        ContractBroken: it did not within so many real seconds.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise ContractBroken(f"Not within {within_s:g} s: {what}.")
        await asyncio.sleep(0.01)


class SourceContract:
    """What the daemon counts on in every source, as tests; inherit it and set the first two.

    Attributes:
        plugin: what the package registers.
    """

    plugin: Plugin

    def server(self, directory: Path) -> AbstractAsyncContextManager[ServerUnderTest]:
        """A running media server whose files may be in `directory`."""
        raise NotImplementedError

    def test_the_entry_point_leads_to_the_plugin(self) -> None:
        """The plugin is registered under its source type, for this version of the API."""
        registered = entry_points(group="scrobbled.sources", name=self.plugin.source_type)
        _must(len(registered) == 1, f"there are {len(registered)} entry points of its name")
        _must(next(iter(registered)).load() is self.plugin, "the entry point is another object")
        _must(self.plugin.api_version == API_VERSION, "it is written for another API version")

    async def test_unknown_settings_are_errors(self, tmp_path: Path) -> None:
        """The settings extend SourceSettings, take what is right and refuse unknown keys."""
        _must(issubclass(self.plugin.settings, SourceSettings), "settings extend no SourceSettings")
        async with self.server(tmp_path) as server:
            self._settings(server)
            try:
                self.plugin.settings.model_validate({**server.settings, "no_such_key": 1})
            except ValidationError:
                return
        raise ContractBroken("The settings take a key that does not exist.")

    async def test_what_plays_is_observed_in_order(self, tmp_path: Path) -> None:
        """The first look is a CONNECT; play and pause are seen; time never goes back."""
        async with self.server(tmp_path) as server, self._watching(server) as context:
            await until(lambda: len(context.returns) == 1, "it says that the server answers")
            await server.play()
            await until(lambda: _last_state(context) is PlayerState.PLAYING, "play is seen")
            await server.pause()
            await until(lambda: _last_state(context) is PlayerState.PAUSED, "pause is seen")
            playing = [s for s in context.observations if s.state is PlayerState.PLAYING]
            _must(all(s.track and s.track.uri for s in playing), "a play has no track")
            _must(context.observations[0].cause is Cause.CONNECT, "the first is no CONNECT")
            _must(not context.outages, "an outage was told though there was none")
        _must_be_in_order(context.observations)

    async def test_an_outage_is_told_once(self, tmp_path: Path) -> None:
        """Going away is said once, coming back too; the look after it is one after a gap."""
        async with self.server(tmp_path) as server, self._watching(server) as context:
            await server.play()
            await until(lambda: _last_state(context) is PlayerState.PLAYING, "play is seen")
            await server.go_away()
            await until(lambda: bool(context.outages), "the outage is told")
            await asyncio.sleep(1.0)  # time for retries, which must be silent
            seen = len(context.observations)
            await server.come_back()
            await until(lambda: context.returns[1:] != [], "the return is told")
            await until(lambda: len(context.observations) > seen, "it is looked at again")
            _must(len(context.outages) == 1, f"the outage was told {len(context.outages)} times")
            _must(bool(context.losses), "nothing was said of the player that was lost")
            _must(context.observations[seen].cause is Cause.CONNECT, "the return is no CONNECT")
        _must_be_in_order(context.observations)

    async def test_it_waits_for_a_server_that_is_away_at_start(self, tmp_path: Path) -> None:
        """A server that is not there yet is an outage like any other."""
        async with self.server(tmp_path) as server:
            await server.go_away()
            async with self._watching(server) as context:
                await until(lambda: bool(context.outages), "the outage is told")
                _must(not context.observations, "something was observed though nobody answered")
                await server.come_back()
                await until(lambda: bool(context.observations), "it is looked at")
                _must(len(context.outages) == 1, "the outage was told more than once")

    async def test_it_hands_over_a_last_observation(self, tmp_path: Path) -> None:
        """Being stopped it looks once more, and returns in time."""
        async with self.server(tmp_path) as server:
            async with self._watching(server) as context:
                await server.play()
                await until(lambda: _last_state(context) is PlayerState.PLAYING, "play is seen")
            _must(context.observations[-1].cause is Cause.SHUTDOWN, "the last is no SHUTDOWN")

    async def test_it_stops_in_time_though_the_server_is_away(self, tmp_path: Path) -> None:
        """Being stopped in an outage it returns as quickly."""
        async with self.server(tmp_path) as server, self._watching(server) as context:
            await until(lambda: bool(context.observations), "it is looked at")
            await server.go_away()
            await until(lambda: bool(context.outages), "the outage is told")

    async def test_it_goes_on_when_an_observation_is_refused(self, tmp_path: Path) -> None:
        """A full disk of ours ends no source; what is seen after it is handed over."""
        async with self.server(tmp_path) as server, self._watching(server) as context:
            await until(lambda: bool(context.observations), "it is looked at")
            context.refusing = True
            await server.play()
            await asyncio.sleep(0.5)  # time for it to fail, if it fails
            context.refusing = False
            await server.pause()
            await until(lambda: _last_state(context) is PlayerState.PAUSED, "pause is seen")
            _must(len(context.returns) == 1, "contact was given up")

    async def test_the_doctor_finds_what_is_wrong(self, tmp_path: Path) -> None:
        """Checks are quick, pass where the server answers, and tell what to do where not."""
        async with self.server(tmp_path) as server:
            healthy = await self._checks(server)
            await server.go_away()
            sick = await self._checks(server)
        _must(all(check.advice for check in sick + healthy if not check.ok), "advice is missing")
        if healthy:
            _must(any(check.ok for check in healthy), "no check passed though the server answers")
            _must(any(not check.ok for check in sick), "all checks passed though nobody answered")

    def _settings(self, server: ServerUnderTest) -> SourceSettings:
        return self.plugin.settings.model_validate(dict(server.settings))

    async def _checks(self, server: ServerUnderTest) -> list[Check]:
        async with asyncio.timeout(LONGEST_CHECKS_S):
            found = await self.plugin.diagnose(self._settings(server), server.clock)
        return list(found)

    @asynccontextmanager
    async def _watching(self, server: ServerUnderTest) -> AsyncIterator[RecordingContext]:
        settings = self._settings(server)
        context = RecordingContext(f"{settings.type}:{settings.name}", server.clock)
        async with running(self.plugin.create(settings, context)):
            yield context


def _must(holds: object, otherwise: str) -> None:
    if not holds:
        raise ContractBroken(f"Not as the daemon counts on: {otherwise}.")


def _must_be_in_order(observations: list[Observation]) -> None:
    last: dict[str, float] = {}
    for seen in observations:
        now_s = seen.at.monotonic_s
        _must(now_s >= last.get(seen.player, now_s), "an observation is older than the one before")
        last[seen.player] = now_s


def _last_state(context: RecordingContext) -> PlayerState | None:
    return context.observations[-1].state if context.observations else None
