"""Observations in, journaled sessions and closed plays out."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.credit import CreditPolicy
from scrobbled.domain.lifecycle import abandon, advance, expire, lose
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay, NowPlaying
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.domain.session import Session, SessionRules, Step, now_playing
from scrobbled.log import get_logger
from scrobbled.runtime.clock import Clock
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import UtcOffset

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """What the intake has to know of a source.

    Attributes:
        name: `<type>:<name>`.
        user: whose plays these are.
        credit: what two of its observations earn.
        utc_offset: the user's offset from UTC at a time.
    """

    name: str
    user: str
    credit: CreditPolicy
    utc_offset: UtcOffset


@dataclass(frozen=True, slots=True)
class Sounding:
    """What sounds now, and where."""

    source: str
    user: str
    playing: NowPlaying


@dataclass(slots=True)
class _Player:
    """One player: its session, and closed plays that the journal could not take yet."""

    session: Session
    unsaved: tuple[ClosedPlay, ...] = ()
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


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

    async def load(self, profiles: list[SourceProfile]) -> None:
        """Takes up the kept sessions; those of sources that are gone are closed."""
        self._profiles = {profile.name: profile for profile in profiles}
        for kept in await self._journal.sessions():
            if kept.source in self._profiles:
                self._players[kept.source, kept.player] = _Player(kept.session)
            else:
                await self._close_forgotten(kept.source, kept.player, kept.session)

    async def observe(self, source: str, observation: Observation) -> NowPlaying | None:
        """Takes an observation in; returns once it is on disk.

        Returns:
            What sounds on that player now; None when nothing does.

        Raises:
            RetryLater: it could not be kept now. Nothing is lost by that: the plays that it
                closed are kept with the next one.
        """
        player = self._player(source, observation.player)
        async with player.turn:
            rules = self._rules(source, observation.player)
            step = advance(player.session, observation, rules)
            await self._take(source, observation.player, player, step, observation)
            return now_playing(player.session, self._counting)

    async def lose(self, source: str, player_name: str) -> None:
        """Notes that contact with a player was lost just now."""
        player = self._player(source, player_name)
        async with player.turn:
            session = lose(player.session, self._clock.moment())
            if session is not player.session:
                await self._take(source, player_name, player, Step(session), None)

    async def sweep(self) -> None:
        """Closes plays that stand paused, or were not heard of, for too long."""
        for (source, name), player in list(self._players.items()):
            async with player.turn:
                step = expire(player.session, self._clock.moment(), self._rules(source, name))
                if step.closed or player.unsaved or step.session is not player.session:
                    await self._take(source, name, player, step, None)

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
            playing = now_playing(player.session, self._counting)
            if playing is not None:
                full_name = _full_name(source, name)
                sounding.append(Sounding(full_name, self._profiles[source].user, playing))
        return sounding

    def _player(self, source: str, name: str) -> _Player:
        return self._players.setdefault((source, name), _Player(Session()))

    def _rules(self, source: str, player_name: str) -> SessionRules:
        profile = self._profiles[source]
        return SessionRules(
            source=_full_name(source, player_name),
            user=profile.user,
            counting=self._counting,
            credit=profile.credit,
            new_play_uid=self._new_play_uid,
            utc_offset_min=profile.utc_offset,
        )

    async def _take(
        self,
        source: str,
        name: str,
        player: _Player,
        step: Step,
        observation: Observation | None,
    ) -> None:
        """Makes a step the present and keeps it; what the journal refuses goes with the next."""
        closed = player.unsaved + step.closed
        player.session, player.unsaved = step.session, closed
        await self._journal.keep(source, name, step.session, observation, closed)
        player.unsaved = ()
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
        """Closes the play of a source that is no longer configured, with what it had earned."""
        if session.open is not None:
            rules = SessionRules(
                source=_full_name(source, name),
                user=session.open.user,
                counting=self._counting,
                credit=PlayerCredit(),
                new_play_uid=self._new_play_uid,
                utc_offset_min=lambda _wall_s: None,
            )
            player = _Player(replace(session, lost_at=None))
            await self._take(source, name, player, abandon(player.session, rules), None)
        log.info("session.abandoned", source=source, player=name)
        await self._journal.forget(source, name)


def _full_name(source: str, player: str) -> str:
    return f"{source}/{player}" if player else source
