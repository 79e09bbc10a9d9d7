"""Journal, intake and main database on real files, with a clock that stands until it is moved."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import (
    Cause,
    Observation,
    PlayerEvidence,
    PlayerState,
    TrackInfo,
)
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.runtime.health import ComponentHealth, Health
from scrobbled.scrobbler.housekeeping import Housekeeping
from scrobbled.scrobbler.intake import Intake, SourceProfile
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import utc_offset
from scrobbled.scrobbler.reserve import Reserve
from scrobbled.store.journal import JournalFile, open_journal

SOURCE = "mpd:test"
START_S = 1_790_000_000.0
SONG = TrackInfo(
    uri="album/song.flac",
    title="Song",
    artists=("First", "Second"),
    album="Album",
    duration_s=200.0,
)
OTHER = replace(SONG, uri="album/other.flac", title="Other")
TALKATIVE = replace(OTHER, extra=(("comment", "x" * 60_000),) * 10)
"""A track whose session takes more room than any file has left over."""


@dataclass
class StandingClock:
    """Time that passes only by `pass_by`."""

    rate: float = 1.0
    now_s: float = 0.0
    wall_ahead_s: float = START_S

    def moment(self) -> Moment:
        """The present."""
        return Moment(self.now_s, self.wall_ahead_s + self.now_s, "boot")

    def jump(self, seconds: float) -> None:
        """Sets the wall clock, and only that."""
        self.wall_ahead_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Lets the others run; no time passes by waiting."""
        await asyncio.sleep(min(seconds, 0.01))

    def pass_by(self, seconds: float) -> None:
        """Moves time on."""
        self.now_s += seconds


@dataclass
class Player:
    """Makes the observations of a player that really plays, by the clock."""

    clock: StandingClock
    name: str = ""
    entry: int = 0
    track: TrackInfo | None = None
    since_s: float = 0.0
    at_s: float = 0.0
    state: PlayerState = PlayerState.STOPPED

    def play(self, track: TrackInfo) -> Observation:
        """Begins a track."""
        self.entry += 1
        self.track, self.since_s, self.at_s = track, self.clock.now_s, 0.0
        self.state = PlayerState.PLAYING
        return self.look()

    def stop(self) -> Observation:
        """Stops."""
        seen = self.look()
        self.state = PlayerState.STOPPED
        return replace(seen, state=PlayerState.STOPPED, position_s=None)

    def pause(self) -> Observation:
        """Pauses."""
        self.at_s = self.position_s
        self.state = PlayerState.PAUSED
        return self.look()

    @property
    def position_s(self) -> float:
        """Seconds into the track."""
        playing = self.state is PlayerState.PLAYING
        return self.at_s + (self.clock.now_s - self.since_s if playing else 0.0)

    def look(self, cause: Cause = Cause.EVENT) -> Observation:
        """What it says now."""
        return Observation(
            player=self.name,
            state=self.state,
            at=self.clock.moment(),
            entry_id=str(self.entry),
            track=self.track,
            position_s=self.position_s,
            cause=cause,
            evidence=PlayerEvidence(playtime_s=self.clock.now_s, uptime_s=self.clock.now_s),
        )


@dataclass
class Rig:
    """An intake on a real journal.

    Attributes:
        profile: of the only source.
        health: where the journal says how it does.
        nudges: one entry each time that plays were closed and kept.
        handed_over: the plays that were.
    """

    directory: Path
    clock: StandingClock
    journal: Journal
    intake: Intake
    profile: SourceProfile
    housekeeping: Housekeeping
    health: Health
    nudges: list[float] = field(default_factory=list)
    handed_over: list[ClosedPlay] = field(default_factory=list)

    @property
    def condition(self) -> ComponentHealth:
        """How the journal says that it does."""
        return self.health.component("journal").snapshot()

    def player(self, name: str = "") -> Player:
        """A player of that source."""
        return Player(self.clock, name)


@asynccontextmanager
async def rig(directory: Path, clock: StandingClock | None = None) -> AsyncIterator[Rig]:
    """Opens a journal in `directory`; open it again to see what a restart finds."""
    time = clock or StandingClock()
    reserve = Reserve(directory)
    store = await asyncio.to_thread(open_journal, directory, reserve.give_up_some)
    journal = Journal(store, reserve, time)
    numbers = itertools.count(int(time.now_s) * 1000 + 1)
    nudges: list[float] = []
    handed_over: list[ClosedPlay] = []

    def on_closed(plays: Sequence[ClosedPlay]) -> None:
        nudges.append(time.now_s)
        handed_over.extend(plays)

    intake = Intake(
        journal,
        CountingRules(),
        time,
        new_play_uid=lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
        on_closed=on_closed,
    )
    offset = await asyncio.to_thread(utc_offset, "Europe/Berlin")
    profile = SourceProfile(SOURCE, "anna", PlayerCredit(), offset)
    health = Health(time)
    file = await asyncio.to_thread(JournalFile.opened_in, directory)
    component = health.component("journal", essential=True)
    housekeeping = Housekeeping(intake, journal, time, component, file=file)
    try:
        yield Rig(
            directory, time, journal, intake, profile, housekeeping, health, nudges, handed_over
        )
    finally:
        await asyncio.to_thread(store.close)
