"""Nobody can look, nothing sounds although mpd says so, or mpd refuses to tell."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.integration.capture.heard import Heard, exactly, told
from tests.integration.capture.listener import (
    Listener,
    let_run,
    listening,
    listening_by_cable,
    mpd_with,
)
from tests.integration.capture.scenarios import shows
from tests.servers.capture import Capture
from tests.servers.mpd_config import EVERYTHING
from tests.servers.waiting import eventually

from scrobbled_mpd.config import MpdSettings

pytestmark = pytest.mark.integration


@shows(30)
async def test_a_change_of_songs_without_contact(tmp_path: Path) -> None:
    """Contact is lost in one song and found again in the next: both count, both whole."""
    async with listening_by_cable(tmp_path, a=20, b=30) as (listener, cable):
        await listener.play("a", "b")
        await listener.hear(until_s=14)
        await cable.cut()
        await listener.hear(until_s=6, song="1")
        await cable.mend()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished"]
    assert plays[0] in exactly(20)
    assert plays[1] in exactly(30)


@shows(30)
async def test_a_whole_song_without_contact(tmp_path: Path) -> None:
    """The queue and the clock prove that the song in between sounded: it is inferred."""
    async with listening_by_cable(tmp_path, a=20, b=20, c=30) as (listener, cable):
        await listener.play("a", "b", "c")
        await listener.hear(until_s=14)
        await cable.cut()
        await listener.hear(until_s=6, song="2")
        await cable.mend()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["P A finished", "P B finished", "P C finished"]
    assert [play.inferred for play in plays] == [False, True, False]
    assert plays[2] in exactly(30)


@shows(30)
async def test_a_song_skipped_without_contact_is_not_made_up(tmp_path: Path) -> None:
    """The queue was left by hand: what was passed over did not sound, and nobody claims it."""
    async with listening_by_cable(tmp_path, a=60, b=60, c=30) as (listener, cable):
        await listener.play("a", "b", "c")
        await listener.hear(until_s=8)
        await cable.cut()
        await listener.mpd.commands(("next",), ("next",))
        await listener.hear(until_s=3, song="2")
        await cable.mend()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert told(plays) == ["p A skipped", "P C finished"]
    assert plays[0] in Heard(8, 8 + 10)


@shows(31)
async def test_a_player_without_an_output_earns_nothing(tmp_path: Path) -> None:
    """Its only output is moved away: mpd says that it plays, and its position stands."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=5)
        await listener.mpd.add_partition("elsewhere", "main")
        frozen = await listener.mpd.status()
        await listener.mpd.clock.sleep(35)
        still = await listener.mpd.status()
        await listener.do("stop")
        plays = await listener.all_plays()

    assert (still["state"], still["elapsed"]) == ("play", frozen["elapsed"])
    assert told(plays) == ["p A stopped"]
    assert plays[0] in exactly(float(frozen["elapsed"]))


@shows(31)
async def test_a_play_goes_on_after_its_output_hung(tmp_path: Path) -> None:
    """What sounded before and after the silence is one play, and all of it."""
    async with listening(tmp_path, a=40) as listener:
        await listener.play("a")
        await listener.hear(until_s=5)
        await listener.mpd.stall_outputs()
        await listener.mpd.clock.sleep(35)
        silent = listener.capture.sounding()
        await listener.mpd.free_outputs()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert silent is not None
    assert not silent.counts
    assert told(plays) == ["P A finished"]
    assert plays[0] in exactly(40)


@shows(32)
async def test_an_mpd_that_stood_still_earns_no_more_than_its_position_tells(
    tmp_path: Path,
) -> None:
    """Stopped by SIGSTOP and let go on: it goes on where it stood."""
    await frozen_for_a_while(tmp_path, speed=10, stood_s=15)


async def frozen_for_a_while(directory: Path, *, speed: float, stood_s: float) -> None:
    """Frozen at 3 s.

    In real time, the null output then makes up for what it missed, in no time: that part of the
    position cannot have been heard.
    """
    async with listening(directory, speed=speed, a=60) as listener:
        await listener.play("a")
        await listener.hear(until_s=3)
        await listener.mpd.freeze()
        await listener.mpd.clock.sleep(stood_s)
        await listener.mpd.thaw()
        await listener.hear(until_s=4 + stood_s)
        stopped = await listener.do("stop")
        plays = await listener.all_plays()

    least_s = stopped.least_s - (stood_s if speed == 1 else 0)
    assert told(plays) == ["p A stopped"]
    assert plays[0] in Heard(least_s, stopped.most_s)


@shows(46)
async def test_a_wrong_password_is_told_and_waited_out(tmp_path: Path) -> None:
    """A person is told what to do; once mpd takes the password, plays are captured."""
    mpd = await mpd_with(tmp_path, {"a": 15})
    mpd.passwords = {"another": EVERYTHING}
    async with mpd, Capture(tmp_path, mpd, settings=_with_password(mpd.socket_path)) as capture:
        reason = await _trouble(capture, "password:")
        mpd.passwords = {"sesame": "read"}
        await mpd.restart()
        await capture.connected()
        listener = Listener(mpd, capture)
        await listener.play("a")
        await listener.until_silent()
        plays = await listener.all_plays()

    assert "does not accept the password" in reason
    assert "sesame" not in reason
    assert told(plays) == ["P A finished"]


@shows(46)
async def test_a_password_revoked_in_mid_song_and_granted_again(tmp_path: Path) -> None:
    """The play goes on: mpd was only refused to us, and sounded all the same."""
    mpd = await mpd_with(tmp_path, {"a": 60})
    mpd.passwords = {"sesame": "read"}
    async with mpd, Capture(tmp_path, mpd, settings=_with_password(mpd.socket_path)) as capture:
        listener = Listener(mpd, capture)
        await capture.connected()
        await let_run(mpd)
        await listener.play("a")
        await listener.hear(until_s=8)
        mpd.passwords = {"sesame": "add"}
        await mpd.restart()
        reason = await _trouble(capture, "permission")
        mpd.passwords = {"sesame": "read"}
        await mpd.restart()
        await capture.connected()
        await listener.until_silent()
        plays = await listener.all_plays()

    assert 'a password with the permission "read"' in reason
    assert [play.verdict.counts for play in plays].count(True) == 1
    assert plays[-1].closed_by == "finished"


def _with_password(socket: Path) -> MpdSettings:
    return MpdSettings(name="test", host=str(socket), password_file=SecretStr("sesame"))


async def _trouble(capture: Capture, word: str) -> str:
    """What a person is told, once the source is in trouble and says so in this word."""

    def degraded() -> str | None:
        health = capture.health.snapshot()
        return health.detail if health.state == "degraded" and word in health.detail else None

    return await eventually(degraded, what=f"trouble with the {word}")
