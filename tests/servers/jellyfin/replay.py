"""The daemon's pure half, fed with what a server posts, on the time of what it posts.

Webhook, interpreter and session machine are the daemon's own; what lies between them (a journal
that loses nothing) is a list here, so that hours pass in a second.
"""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.servers.jellyfin.network import Arrival
from tests.servers.jellyfin.timeline import TICKS_S

from scrobbled.domain.counting import CountingRules
from scrobbled.domain.lifecycle import advance, expire
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.session import Session, SessionRules
from scrobbled.errors import ItemRejected
from scrobbled.scrobbler.acceptance import accepted
from scrobbled.scrobbler.codec import (
    dump_observation,
    dump_play,
    dump_session,
    load_observation,
    load_play,
    load_session,
)
from scrobbled.sources import HookAnswer, Receipt
from scrobbled_jellyfin import PLUGIN
from scrobbled_jellyfin.config import JellyfinSettings

SOURCE = "jellyfin:home"
TOKEN = "a-token-of-the-hook"  # noqa: S105 - of a test
SWEEP_S = 10.0
AFTERWARDS_S = 2.5 * 3600.0
"""Long enough for everything that is still open to close."""


def make_settings(users: dict[str, str], directory: Path) -> JellyfinSettings:
    """The settings of a source; the token is in a file."""
    file = directory / "jellyfin.hook"
    file.write_text(TOKEN)
    file.chmod(0o600)
    return JellyfinSettings.model_validate(
        {"name": "home", "webhook_token_file": str(file), "users": users}
    )


@dataclass(slots=True)
class _Clock:
    """A clock that stands where it is put."""

    now_s: float = 0.0
    rate: float = 1.0

    def moment(self) -> Moment:
        return Moment(self.now_s - 1_000_000.0, self.now_s, "boot")

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError(f"nothing waits here, not even for {seconds} s")


@dataclass(slots=True)
class _Inbox:
    """Keeps what the webhook was sent."""

    clock: _Clock
    name: str = SOURCE
    receipts: dict[int, Receipt] = field(default_factory=dict)
    buried: list[tuple[str, str]] = field(default_factory=list)
    taken: int = 0

    async def keep(self, body: str) -> None:
        self.taken += 1
        self.receipts[self.taken] = Receipt(self.taken, self.clock.moment(), body)

    async def bury(self, body: str, reason: str) -> None:
        self.buried.append((body, reason))


class Replay:
    """One run of the daemon, or several after each other.

    Attributes:
        plays: those that closed, in that order.
        answers: how often each status was answered.
        observed: how many observations there were.
        rejected: how many more made no sense.
    """

    def __init__(self, settings: JellyfinSettings, counting: CountingRules | None = None) -> None:
        """Is started, and has heard of nothing yet."""
        self._settings = settings
        self._clock = _Clock()
        self._inbox = _Inbox(self._clock)
        self._sessions: dict[str, Session] = {}
        self._next_sweep_s = 0.0
        self._rules = SessionRules(
            source=SOURCE,
            user="nobody",
            counting=counting or CountingRules(),
            credit=PLUGIN.credit,
            new_play_uid=lambda: str(uuid.uuid4()),
            utc_offset_min=lambda _wall_s: None,
        )
        self.plays = list[ClosedPlay]()
        self.answers: Counter[int] = Counter()
        self.observed = self.rejected = 0
        self.start_anew()

    @property
    def buried(self) -> list[tuple[str, str]]:
        """Bodies that were not understood, each with the reason."""
        return self._inbox.buried

    @property
    def kept(self) -> int:
        """How many bodies were kept."""
        return self._inbox.taken

    @property
    def waiting(self) -> int:
        """How many receipts have not been interpreted yet."""
        return len(self._inbox.receipts)

    def start_anew(self) -> None:
        """Forgets what only memory holds, as after `kill -9`, and takes up what is on disk."""
        support = PLUGIN.webhook
        assert support is not None
        self._hook = support.open(self._settings, self._inbox)
        self._interpreter = support.interpret(self._settings, self._last_seen)
        for receipt in self._inbox.receipts.values():
            self._interpreter.take(receipt)

    async def run(
        self,
        arrivals: Iterable[Arrival],
        *,
        kills_s: Iterable[float] = (),
        afterwards_s: float = AFTERWARDS_S,
    ) -> None:
        """Lets bodies arrive, and then enough time pass for everything to close.

        Args:
            arrivals: in the order of their times.
            kills_s: when the daemon is killed and started anew, seconds since the epoch.
            afterwards_s: for how long to wait after the last.
        """
        kills = sorted(kills_s, reverse=True)
        for arrival in arrivals:
            at_s = arrival.at / TICKS_S
            while kills and kills[-1] <= at_s:
                self.wait_until(kills.pop())
                self.start_anew()
            self.wait_until(at_s)
            await self.receive(arrival.post.body)
        self.wait_until(self._clock.now_s + afterwards_s)

    async def receive(self, body: bytes) -> HookAnswer:
        """Posts a body now."""
        before = self._inbox.taken
        answer = await self._hook.receive(body)
        self.answers[answer.status] += 1
        if self._inbox.taken > before:
            self._interpreter.take(self._inbox.receipts[self._inbox.taken])
            self._settle()
        return answer

    def wait_until(self, at_s: float) -> None:
        """Lets time pass, and everything happen that is due until then."""
        if not self._clock.now_s:
            self._clock.now_s = self._next_sweep_s = at_s
        while True:
            wait_s = self._interpreter.wait_s(self._clock.moment())
            ripe_s = at_s + 1.0 if wait_s is None else self._clock.now_s + wait_s + 1e-6
            due_s = min(ripe_s, self._next_sweep_s)
            if due_s > at_s:
                break
            self._clock.now_s = max(self._clock.now_s, due_s)
            self._settle()
            if self._clock.now_s >= self._next_sweep_s:
                self._sweep()
        self._clock.now_s = max(self._clock.now_s, at_s)

    def _settle(self) -> None:
        for interpreted in self._interpreter.due(self._clock.moment()):
            del self._inbox.receipts[interpreted.receipt]
            if interpreted.observation is not None:
                self._observe(interpreted.observation)

    def _observe(self, seen: Observation) -> None:
        try:
            seen = accepted(seen)
        except ItemRejected:
            self.rejected += 1
            return
        self.observed += 1
        session = self._sessions.get(seen.player, Session())
        rules = replace(self._rules, user=seen.user or self._rules.user)
        step = advance(session, seen, rules)
        assert load_observation(dump_observation(seen)) == seen
        self._sessions[seen.player] = load_session(dump_session(step.session))
        self.plays += [load_play(dump_play(play)) for play in step.closed]

    def _sweep(self) -> None:
        self._next_sweep_s = self._clock.now_s + SWEEP_S
        for player, session in self._sessions.items():
            step = expire(session, self._clock.moment(), self._rules)
            self._sessions[player] = step.session
            self.plays += step.closed

    def _last_seen(self, player: str) -> Observation | None:
        session = self._sessions.get(player)
        return None if session is None else session.last
