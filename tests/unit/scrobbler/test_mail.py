"""What is posted is kept at once, read in order, and has its effect once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from tests.servers.waiting import eventually
from tests.unit.scrobbler.rig import SOURCE, Rig, StandingClock, rig

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.reported_credit import ReportedCredit
from scrobbled.runtime.health import Health
from scrobbled.runtime.tasks import Running
from scrobbled.scrobbler.intake import SourceProfile
from scrobbled.scrobbler.local_time import utc_offset
from scrobbled.scrobbler.mail import MOST_BURIED, Mailbox, MailReader
from scrobbled.sources import Interpreted, Receipt

SONG = TrackInfo(uri="song", title="Song", duration_s=200.0)


@dataclass
class Interpreter:
    """Understands `start`, `stop` and `nothing`, after holding them for a while.

    Attributes:
        hold_s: how long.
        given: the numbers of what it was given.
        recalled: the numbers of what was done before.
    """

    hold_s: float = 3.0
    given: list[int] = field(default_factory=list)
    recalled: list[int] = field(default_factory=list)
    held: list[Receipt] = field(default_factory=list)

    def recall(self, receipt: Receipt) -> None:
        """Notes one."""
        self.recalled.append(receipt.number)

    def take(self, receipt: Receipt) -> None:
        """Takes one in."""
        self.given.append(receipt.number)
        self.held.append(receipt)

    def due(self, at: Moment) -> Sequence[Interpreted]:
        """Those that were held for long enough."""
        ripe = [each for each in self.held if at.seconds_since(each.received) >= self.hold_s]
        self.held = self.held[len(ripe) :]
        return [Interpreted(each.number, _observation(each)) for each in ripe]

    def wait_s(self, at: Moment) -> float | None:
        """Until the first is due."""
        if not self.held:
            return None
        return max(0.0, self.hold_s - at.seconds_since(self.held[0].received))


def _observation(receipt: Receipt) -> Observation | None:
    if receipt.body == "nothing":
        return None
    stops = receipt.body == "stop"
    at = receipt.received
    if receipt.body == "nonsense":
        at = Moment(at.monotonic_s, float("nan"), at.host_boot_id)
    return Observation(
        player="client",
        state=PlayerState.STOPPED if stops else PlayerState.PLAYING,
        at=at,
        track=SONG,
        position_s=None if stops else 0.0,
        cause=Cause.EVENT if stops else Cause.START,
        user="berta",
    )


@dataclass
class Post:
    """A mailbox and its reader on a rig, with a task that runs the reader."""

    on: Rig
    interpreter: Interpreter = field(default_factory=Interpreter)

    def __post_init__(self) -> None:
        """Opens the mailbox."""
        health = Health(self.on.clock).component(SOURCE)
        self.mailbox = Mailbox(SOURCE, self.on.journal, self.on.clock, health)
        self.stopping = asyncio.Event()
        self.task = Running("read", self.stopping, health)
        make: Callable[[], Interpreter] = lambda: self.interpreter  # noqa: E731 - a factory
        self.reader = MailReader(self.mailbox, make, self.on.intake, self.on.journal, self.on.clock)

    async def begin(self) -> None:
        """Loads what there is, and reads."""
        offset = await asyncio.to_thread(utc_offset, "UTC")
        profile = SourceProfile(SOURCE, "anna", ReportedCredit(), offset, players_are_sources=False)
        await self.on.intake.load([profile])
        self._running = asyncio.create_task(self.reader.run(self.task), name="reader")

    async def end(self) -> None:
        """Stops reading as the daemon does."""
        self.stopping.set()
        await asyncio.wait_for(self._running, 5)

    async def kill(self) -> None:
        """Stops at once."""
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    async def read(self, *, waiting: int = 0) -> None:
        """Lets time pass until no more than so many receipts wait."""

        async def done() -> bool:
            self.on.clock.pass_by(0.2)
            return len(await self.on.journal.waiting_receipts(SOURCE, 0, 1000)) <= waiting

        await eventually(done, what="receipts to be read")


async def test_a_play_is_made_of_its_mail(tmp_path: Path) -> None:
    """It is of the user and the source that the mail is of."""
    async with rig(tmp_path) as on:
        post = Post(on)
        await post.begin()
        await post.mailbox.keep("start")
        on.clock.pass_by(150)
        await post.mailbox.keep("stop")
        await post.read()
        await post.end()
        (play,) = await on.journal.waiting(10)

        assert (play.user, play.source) == ("berta", SOURCE)
        assert play.played_s == 150.0
        assert play.verdict.counts
        assert post.interpreter.given == [1, 2]


async def test_what_is_kept_survives_a_crash(tmp_path: Path) -> None:
    """What was held when the daemon died is read at the next start, what was read is not."""
    clock = StandingClock()
    async with rig(tmp_path, clock) as on:
        post = Post(on)
        await post.begin()
        await post.mailbox.keep("start")
        await post.read()
        clock.pass_by(150)
        await post.mailbox.keep("stop")
        await post.kill()
    async with rig(tmp_path, clock) as on:
        again = Post(on)
        await again.begin()
        await again.read()
        await again.end()
        plays = await on.journal.waiting(10)

        assert again.interpreter.recalled == [1]
        assert again.interpreter.given == [2]
        assert [play.played_s for play in plays] == [pytest.approx(153, abs=2)]


async def test_nothing_is_closed_before_all_mail_is_read(tmp_path: Path) -> None:
    """A daemon that was down for hours first reads what had arrived before."""
    clock = StandingClock()
    async with rig(tmp_path, clock) as on:
        post = Post(on)
        await post.begin()
        await post.mailbox.keep("start")
        await post.read()
        clock.pass_by(150)
        await post.mailbox.keep("stop")
        await post.kill()
    clock.pass_by(5 * 3600)
    async with rig(tmp_path, clock) as on:
        again = Post(on)
        on.intake.hold(SOURCE)
        await again.begin()
        await on.intake.sweep()
        swept = await on.journal.waiting(10)
        await again.read()
        (play,) = await on.journal.waiting(10)
        await again.end()

        assert swept == []
        assert play.closed_by.value == "stopped"


async def test_sweeping_goes_on_after_that(tmp_path: Path) -> None:
    """A play that nobody ends closes by itself."""
    async with rig(tmp_path) as on:
        post = Post(on)
        on.intake.hold(SOURCE)
        await post.begin()
        await post.mailbox.keep("start")
        await post.read()
        on.clock.pass_by(3700)

        async def closed() -> bool:
            await on.intake.sweep()
            return on.intake.now_playing() == []

        await eventually(closed, what="the play to be closed")
        await post.end()


async def test_mail_that_tells_nothing(tmp_path: Path) -> None:
    """It is done, and leaves no player behind."""
    async with rig(tmp_path) as on:
        post = Post(on)
        await post.begin()
        for _ in range(3):
            await post.mailbox.keep("nothing")
        await post.read()
        await post.end()

        assert on.intake.last_observation(SOURCE, "client") is None
        assert await on.journal.sessions() == []


async def test_mail_that_makes_no_sense(tmp_path: Path) -> None:
    """It goes to the dead letters alone; what comes after it is read."""
    async with rig(tmp_path) as on:
        post = Post(on)
        await post.begin()
        await post.mailbox.keep("nonsense")
        await post.mailbox.keep("start")
        await post.read()
        await post.end()
        backlog = await on.journal.backlog()

        assert backlog.dead_letters == 1
        assert on.intake.last_observation(SOURCE, "client") is not None


async def test_the_same_mail_once_more(tmp_path: Path) -> None:
    """What changes nothing is done without another checkpoint."""
    async with rig(tmp_path) as on:
        post = Post(on)
        await post.begin()
        await post.mailbox.keep("start")
        await post.read()
        seen = on.intake.last_observation(SOURCE, "client")
        assert seen is not None
        number = await on.journal.keep_receipt(SOURCE, on.clock.moment(), "start")
        await on.intake.observe(SOURCE, seen, receipt=number)
        waiting = await on.journal.waiting_receipts(SOURCE, 0, 10)
        await post.end()

        assert waiting == []


async def test_what_cannot_be_understood_comes_in_floods(tmp_path: Path) -> None:
    """So many in an hour are kept, then the next hour's."""
    async with rig(tmp_path) as on:
        post = Post(on)
        for _ in range(MOST_BURIED + 5):
            await post.mailbox.bury("{", "The body is not JSON.")
        first = (await on.journal.backlog()).dead_letters
        on.clock.pass_by(3601)
        await post.mailbox.bury("{", "The body is not JSON.")

        assert first == MOST_BURIED
        assert (await on.journal.backlog()).dead_letters == MOST_BURIED + 1


async def test_old_mail_is_dropped(tmp_path: Path) -> None:
    """Two days after it was read; what was not read stays, and the last, for its number."""
    async with rig(tmp_path) as on:
        journal = on.journal
        numbers = [
            await journal.keep_receipt(SOURCE, on.clock.moment(), body) for body in ("a", "b", "c")
        ]
        await journal.finish_receipts([numbers[0], numbers[2]])
        on.clock.pass_by(2 * 24 * 3600 + 1)
        await journal.prune()
        left = await journal.receipts_since(SOURCE, 0.0, 0, 10)

        assert [each.body for each in left] == ["b", "c"]


@pytest.mark.parametrize("after", [0, 2, 5])
async def test_pages_of_mail(tmp_path: Path, after: int) -> None:
    """By number, of one source, since a time."""
    async with rig(tmp_path) as on:
        for number in range(5):
            on.clock.pass_by(10)
            await on.journal.keep_receipt(SOURCE, on.clock.moment(), f"body {number}")
        await on.journal.keep_receipt("jellyfin:other", on.clock.moment(), "strange")
        ask = partial(on.journal.receipts_since, SOURCE, on.clock.moment().wall_s - 25)
        page = await ask(after, 2)

        assert [each.number for each in page] == [n for n in (3, 4, 5) if n > after][:2]
