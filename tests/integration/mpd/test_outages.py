"""mpd away, frozen, restarted, or refusing us: told once, outlived, never in the way of a stop."""

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.integration.mpd.watching import context_for, sees, settings_for, uri, watching
from tests.servers.mpd import Mpd
from tests.servers.mpd_config import EVERYTHING
from tests.servers.script import scripted
from tests.servers.waiting import eventually

from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.sources import Attention
from scrobbled.sources.testing import RecordingContext, running
from scrobbled_mpd.watch import MpdSource

pytestmark = pytest.mark.integration

SESAME = SecretStr("sesame")


async def test_a_killed_mpd_is_watched_again_when_it_is_back(tmp_path: Path) -> None:
    """The loss is told at once, the next look is one after a gap, of another run of mpd."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 600)
        await mpd.play("a.flac")
        before = await sees(context, lambda seen: (seen.position_s or 0) > 0, "play")
        await mpd.until(elapsed_s=12)
        await mpd.kill()
        await eventually(lambda: context.outages)
        count = len(context.observations)
        mpd.forget_state()
        await mpd.start()
        after = await sees(context, lambda _seen: True, "the next look", after=count)

        assert context.losses == [""]
        assert context.outages == [f"MPD at {mpd.socket_path} closed the connection."]
        assert context.returns == [f"MPD 0.23.5 at {mpd.socket_path}"] * 2
        assert (after.cause, after.state) == (Cause.CONNECT, PlayerState.STOPPED)
        assert not PlayerCredit().same_run(context.observations[count - 1], after)
        assert before.evidence.playtime_s is not None


async def test_a_play_goes_on_over_a_restart_of_mpd(tmp_path: Path) -> None:
    """SIGTERM and start with the state file: the same file at the same place."""
    async with Mpd(tmp_path, speed=10) as mpd, watching(mpd) as context:
        await mpd.add_song("a.flac", 600)
        await mpd.play("a.flac")
        reached = await mpd.until(elapsed_s=20)
        await mpd.terminate()
        count = len(context.observations)
        await mpd.start()
        after = await sees(context, lambda _seen: True, "the next look", after=count)

        assert (after.cause, after.state, uri(after)) == ("connect", PlayerState.PLAYING, "a.flac")
        assert (after.position_s or 0) >= float(reached["elapsed"])


async def test_a_frozen_mpd_is_noticed_and_forgiven(tmp_path: Path) -> None:
    """Its sockets stay open, so only the time allowed for an answer tells."""
    async with Mpd(tmp_path, speed=10) as mpd:
        await mpd.add_song("a.flac", 600)
        async with watching(mpd, timeout_s=0.4, heartbeat="1s") as context:
            await mpd.play("a.flac")
            await sees(context, lambda seen: seen.state is PlayerState.PLAYING, "play")
            await mpd.freeze()
            began = time.monotonic()
            await eventually(lambda: context.outages)
            took_s = time.monotonic() - began
            count = len(context.observations)
            await mpd.thaw()
            after = await sees(context, lambda _seen: True, "the next look", after=count)

        assert took_s < 3
        assert "does not answer (nothing within 0.4 s)" in context.outages[0]
        assert (after.cause, after.state) == (Cause.CONNECT, PlayerState.PLAYING)


async def test_a_frozen_mpd_does_not_delay_the_stop(tmp_path: Path) -> None:
    """No last look can be had, and none is waited for beyond the two seconds."""
    async with Mpd(tmp_path, speed=10) as mpd:
        context = context_for(mpd)
        await mpd.add_song("a.flac", 600)
        await mpd.play("a.flac")
        async with running(MpdSource(settings_for(mpd), context)):
            await sees(context, lambda seen: seen.state is PlayerState.PLAYING, "play")
            await mpd.freeze()
        await mpd.thaw()

        assert context.observations[-1].cause is not Cause.SHUTDOWN
        assert context.outages == []


async def test_a_stop_in_the_middle_of_a_look_is_not_missed(tmp_path: Path) -> None:
    """The watch must not go to sleep once more after the interruption has passed it by."""
    stopping = asyncio.Event()

    class StopsInALook(RecordingContext):
        """Is told to stop while it keeps its first observation."""

        async def observe(self, observation: Observation) -> Attention:
            stopping.set()
            for _ in range(20):  # the interruption comes meanwhile
                await asyncio.sleep(0)
            return await super().observe(observation)

    async with Mpd(tmp_path) as mpd:
        context = StopsInALook("mpd:test", mpd.clock)
        began = time.monotonic()
        await MpdSource(settings_for(mpd), context).run(stopping)
        took_s = time.monotonic() - began

        assert [seen.cause for seen in context.observations] == [Cause.CONNECT, Cause.SHUTDOWN]
        assert took_s < 1


async def test_a_server_that_never_greets_does_not_delay_the_stop(tmp_path: Path) -> None:
    """Stopping while a connection is being made."""
    path = tmp_path / "socket"

    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with Mpd(tmp_path) as mpd, scripted(path, silent):
        context = context_for(mpd)
        async with running(MpdSource(settings_for(mpd, host=str(path)), context)):
            pass

        assert context.observations == []


async def test_a_wrong_password_is_told_and_the_right_one_accepted(tmp_path: Path) -> None:
    """Mpd changes its mind, not we: what is read from the file is ours for good."""
    async with Mpd(tmp_path, passwords={"other": EVERYTHING}) as mpd:
        await mpd.add_song("a.flac", 60)
        async with watching(mpd, password_file=SESAME) as context:
            await eventually(lambda: context.outages)
            assert context.observations == []
            await mpd.terminate()
            mpd.passwords = {"sesame": "read"}
            await mpd.start()
            await eventually(lambda: context.observations)
            await mpd.play("a.flac")
            await sees(context, lambda seen: uri(seen) == "a.flac", "play")

        assert "does not accept the password" in context.outages[0]
        assert "sesame" not in str(context.outages)
        assert len(context.returns) == 1


async def test_a_revoked_password_is_told_beside_the_outage(tmp_path: Path) -> None:
    """First mpd is away, then it refuses: a person must hear of the second as well."""
    async with Mpd(tmp_path, passwords={"sesame": "read"}) as mpd:
        async with watching(mpd, password_file=SESAME) as context:
            await eventually(lambda: context.observations)
            await mpd.terminate()
            mpd.passwords = {"other": "read"}
            await mpd.start()
            await eventually(lambda: len(context.outages) == 2)

        assert "closed the connection" in context.outages[0]
        assert "does not accept the password" in context.outages[1]
        assert len(context.returns) == 1


@pytest.mark.parametrize(
    ("password", "whom"), [(None, "clients without a password"), (SESAME, "this password")]
)
async def test_missing_permission_says_what_to_do(
    tmp_path: Path, password: SecretStr | None, whom: str
) -> None:
    """A server that wants a password, or a password without the right to read."""
    async with Mpd(tmp_path, passwords={"sesame": "control"}) as mpd:
        async with watching(mpd, password_file=password) as context:
            await eventually(lambda: context.outages)

        assert f"does not let {whom} read" in context.outages[0]
        assert "password_file" in context.outages[0]


async def test_two_outages_are_told_twice(tmp_path: Path) -> None:
    """Each once, with a return between them."""
    async with Mpd(tmp_path) as mpd, watching(mpd) as context:
        for returns in (1, 2):
            await eventually(partial(_has_returned, context, returns))
            await mpd.restart()
        await eventually(lambda: len(context.returns) == 3)

        assert len(context.outages) == 2


def _has_returned(context: RecordingContext, times: int) -> bool:
    return len(context.returns) == times
