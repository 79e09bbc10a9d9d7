"""Observations in, journaled sessions and closed plays out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.credit import CreditPolicy
from scrobbled.domain.lifecycle import abandon, advance, expire, lose
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay, NowPlaying
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.domain.session import Session, SessionRules, Step, now_playing
from scrobbled.errors import JournalUnavailable
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.scrobbler.acceptance import accepted
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import UtcOffset

FORGOTTEN_AFTER_S = 30 * 24 * 3600.0
"""A player of which nothing is open, and nothing was heard for so long, is forgotten; a paused
play that it would take up after that is a play of its own."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """What the intake has to know of a source.

    Attributes:
        name: `<type>:<name>`.
        user: whose plays these are.
        credit: what two of its observations earn.
        utc_offset: the user's offset from UTC at a time.
        offsets: the same of other users, by name; those that are not here have that one.
        players_are_sources: whether a player's name stands behind the source's in the history.
    """

    name: str
    user: str
    credit: CreditPolicy
    utc_offset: UtcOffset
    offsets: Mapping[str, UtcOffset] = field(default_factory=dict)
    players_are_sources: bool = True

    def full_name(self, player: str) -> str:
        """What the history calls a player of this source."""
        return _full_name(self.name, player) if self.players_are_sources else self.name


@dataclass(frozen=True, slots=True)
class Sounding:
    """What sounds now, and where."""

    source: str
    user: str
    playing: NowPlaying


@dataclass(slots=True)
class _Player:
    """One player.

    Attributes:
        session: as it is now.
        unsaved: closed plays that the journal could not take yet.
        saved: whether the journal has the session as it is now.
        turn: held while an observation is worked on.
    """

    session: Session
    unsaved: tuple[ClosedPlay, ...] = ()
    saved: bool = True
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_forgotten(self, now: Moment) -> bool:
        """Whether there is nothing to remember of it."""
        last = self.session.last
        if self.session.open is not None or self.session.aside or not self.saved:
            return False
        return last is None or now.seconds_since(last.at) > FORGOTTEN_AFTER_S


class Intake:
    """Feeds observations to the session machine, one player at a time, journal first."""

    def __init__(
        self,
        journal: Journal,
        counting: CountingRules,
        clock: Clock,
        *,
        new_play_uid: Callable[[], str],
        on_closed: Callable[[Sequence[ClosedPlay]], None],
    ) -> None:
        """Takes its collaborators.

        Args:
            journal: where everything is kept before it is acknowledged.
            counting: when a play counts.
            clock: the present, for plays that expire.
            new_play_uid: gives a fresh UUID for each play.
            on_closed: is given the plays that were closed, once they are kept.
        """
        self._journal = journal
        self._counting = counting
        self._clock = clock
        self._new_play_uid = new_play_uid
        self._on_closed = on_closed
        self._profiles: dict[str, SourceProfile] = {}
        self._players: dict[tuple[str, str], _Player] = {}
        self._behind: set[str] = set()

    def hold(self, source: str) -> None:
        """Leaves plays of `source` alone however long they are silent: there is more to be read."""
        self._behind.add(source)

    def release(self, source: str) -> None:
        """Ends what `hold` began: all that had arrived is read."""
        self._behind.discard(source)

    async def load(self, profiles: list[SourceProfile]) -> None:
        """Takes up the kept sessions; those of sources that are gone are closed."""
        self._profiles = {profile.name: profile for profile in profiles}
        for kept in await self._journal.sessions():
            if kept.source in self._profiles:
                self._players[kept.source, kept.player] = _Player(kept.session)
            else:
                await self._close_forgotten(kept.source, kept.player, kept.session)

    async def observe(
        self, source: str, observation: Observation, *, receipt: int | None = None
    ) -> NowPlaying | None:
        """Takes an observation in; returns once it is on disk.

        Args:
            source: the source's name.
            observation: what was seen.
            receipt: what it was read from, which is done with it; None when it was looked at.

        Returns:
            What sounds on that player now; None when nothing does.

        Raises:
            JournalUnavailable: it could not be kept now. Nothing is lost by that: the plays that
                it closed are kept with the next one.
            ItemRejected: it makes no sense.
        """
        seen = accepted(observation)
        async with self._turn(source, seen.player) as player:
            step = advance(player.session, seen, self._rules(source, seen.player, seen.user))
            if receipt is not None and player.saved and step.session is player.session:
                await self._journal.finish_receipts([receipt])
            else:
                await self._take(source, seen.player, player, step, seen, receipt=receipt)
            return now_playing(player.session, self._counting)

    async def lose(self, source: str, player_name: str) -> None:
        """Notes that contact with a player was lost just now.

        Raises:
            JournalUnavailable: that could not be kept now.
        """
        async with self._turn(source, player_name) as player:
            session = lose(player.session, self._clock.moment())
            if session is not player.session:
                await self._take(source, player_name, player, Step(session))

    async def sweep(self) -> None:
        """Closes plays that stand paused, or were not heard of, for too long.

        What the journal could not take before is kept now, and players that have been silent
        for very long are forgotten.

        Raises:
            JournalUnavailable: it still cannot be kept.
        """
        for source, name in list(self._players):
            if source in self._behind:
                continue
            async with self._turn(source, name) as player:
                now = self._clock.moment()
                play = player.session.open
                user = None if play is None else play.user
                step = expire(player.session, now, self._rules(source, name, user))
                if not player.saved or step.session is not player.session:
                    await self._take(source, name, player, step)
                if player.is_forgotten(now):
                    del self._players[source, name]
                    await self._journal.forget(source, name)

    def last_observation(self, source: str, player_name: str) -> Observation | None:
        """The last observation of a player, also from before a restart."""
        player = self._players.get((source, player_name))
        return None if player is None else player.session.last

    def players(self, source: str) -> tuple[str, ...]:
        """The players of a source on which a play is open."""
        return tuple(
            name
            for (of_source, name), player in self._players.items()
            if of_source == source and player.session.open is not None
        )

    def now_playing(self) -> list[Sounding]:
        """What sounds now, on every player."""
        sounding: list[Sounding] = []
        for (source, name), player in self._players.items():
            playing, play = now_playing(player.session, self._counting), player.session.open
            if playing is not None and play is not None:
                full_name = self._profiles[source].full_name(name)
                sounding.append(Sounding(full_name, play.user, playing))
        return sounding

    @asynccontextmanager
    async def _turn(self, source: str, name: str) -> AsyncIterator[_Player]:
        """Waits for one's turn with a player."""
        while True:
            player = self._players.setdefault((source, name), _Player(Session()))
            async with player.turn:
                if self._players.get((source, name)) is player:  # not forgotten meanwhile
                    yield player
                    return

    def _rules(self, source: str, player_name: str, user: str | None) -> SessionRules:
        profile = self._profiles[source]
        return SessionRules(
            source=profile.full_name(player_name),
            user=user or profile.user,
            counting=self._counting,
            credit=profile.credit,
            new_play_uid=self._new_play_uid,
            utc_offset_min=profile.offsets.get(user or "", profile.utc_offset),
        )

    async def _take(
        self,
        source: str,
        name: str,
        player: _Player,
        step: Step,
        observation: Observation | None = None,
        *,
        receipt: int | None = None,
    ) -> None:
        """Makes a step the present and keeps it; what the journal refuses goes with the next.

        So does what is under way when the waiter is cancelled: kept twice it is kept once.
        """
        around = (player.session.open, step.session.open)
        tells_of = dict.fromkeys(play.play_uid for play in around if play is not None)
        closed = player.unsaved + step.closed
        player.session, player.unsaved, player.saved = step.session, closed, False
        await self._journal.keep(
            source,
            name,
            step.session,
            observation,
            closed,
            tells_of=tuple(tells_of),
            receipt=receipt,
        )
        player.unsaved, player.saved = (), True
        if closed:
            self._on_closed(closed)
        for play in closed:
            log.info(
                "play.closed",
                source=play.source,
                play_uid=play.play_uid,
                title=play.track.title,
                played_s=round(play.played_s, 1),
                counts=play.verdict.counts,
                closed_by=play.closed_by.value,
            )

    async def _close_forgotten(self, source: str, name: str, session: Session) -> None:
        """Closes the play of a source that is no longer configured, with what it had earned.

        While the journal cannot be written that is left for the next start.
        """
        player = _Player(session)
        try:
            if session.open is not None or session.aside:
                rules = SessionRules(
                    source=_full_name(source, name),
                    user="",  # no play is opened
                    counting=self._counting,
                    credit=PlayerCredit(),
                    new_play_uid=self._new_play_uid,
                    utc_offset_min=lambda _wall_s: None,
                )
                await self._take(source, name, player, abandon(session, rules))
            await self._journal.forget(source, name)
        except JournalUnavailable:
            return  # the journal has said so
        log.info("session.abandoned", source=source, player=name)


def _full_name(source: str, player: str) -> str:
    return f"{source}/{player}" if player else source
