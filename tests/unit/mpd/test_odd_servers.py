"""Servers as no test can make a real mpd: old ones, and ones that change between two questions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.servers.scaled_clock import ScaledClock
from tests.servers.script import scripted

from scrobbled.domain.observation import Cause, Observation, PlayerEvidence, PlayerState, TrackInfo
from scrobbled.sources.testing import RecordingContext, running, until
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.diagnose import diagnose
from scrobbled_mpd.watch import MpdSource

STOPPED = {
    "status": "repeat: 0\nrandom: 0\nsingle: 0\nconsume: 0\nstate: stop\n",
    "currentsong": "",
    "stats": "uptime: 10\nplaytime: 20\n",
}
PLAYING = {
    "status": (
        "repeat: 0\nrandom: 0\nsingle: 0\nconsume: 0\nstate: play\nsong: 2\nsongid: 3\n"
        "elapsed: 1.000\nduration: 60.000\n"
    ),
    "currentsong": "file: c.flac\nduration: 60.000\nPos: 2\nId: 3\n",
    "stats": "uptime: 10\nplaytime: 20\n",
}


class OddMpd:
    """Answers each command from a list; its last answer is given for ever.

    Args:
        replies: by command's name, the lines of the reply, or an ACK as `"ACK [5@0] ..."`.
    """

    def __init__(self, **replies: str | list[str]) -> None:
        self._replies = {
            name: [reply] if isinstance(reply, str) else list(reply)
            for name, reply in replies.items()
        }

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one client."""
        writer.write(b"OK MPD 0.19.0\n")
        listed = False
        while line := (await reader.readline()).decode().strip():
            name = line.split(" ")[0]
            if name in ("command_list_ok_begin", "command_list_end"):
                listed = name.endswith("begin")
                writer.write(b"" if listed else b"OK\n")
            elif name == "idle":
                await reader.readline()
                writer.write(b"OK\n")
            else:
                writer.write(self._answer(name, listed=listed))

    def _answer(self, name: str, *, listed: bool) -> bytes:
        replies = self._replies.get(name, [f'ACK [5@0] {{}} unknown command "{name}"\n'])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        ending = "" if reply.startswith("ACK") else "list_OK\n" if listed else "OK\n"
        return (reply + ending).encode()


@asynccontextmanager
async def watched(
    directory: Path, mpd: OddMpd, context: RecordingContext | None = None
) -> AsyncIterator[RecordingContext]:
    """The source, running on an odd server."""
    path = directory / "socket"
    seen = context or RecordingContext("mpd:test")
    settings = MpdSettings.model_validate({"type": "mpd", "name": "test", "host": str(path)})
    async with (
        scripted(path, mpd.talk),
        running(MpdSource(settings, seen, timeout_s=1.0, longest_retry_s=0.4)),
    ):
        yield seen


async def test_an_mpd_without_partitions_is_one_player(tmp_path: Path) -> None:
    """Before 0.22 there is no `listpartitions`, and here no `config` either."""
    async with watched(tmp_path, OddMpd(**PLAYING)) as context:
        await until(lambda: bool(context.observations), "it is looked at")
        seen = context.observations[0]

        assert context.returns == [f"MPD 0.19.0 at {tmp_path / 'socket'}"]
        assert (seen.player, seen.state) == ("", PlayerState.PLAYING)
        assert seen.track is not None
        assert (seen.track.uri, seen.track.file_path) == ("c.flac", None)


async def test_a_song_that_changes_between_replies_is_asked_for_again(tmp_path: Path) -> None:
    """No observation is made of one song's position and another's tags."""
    torn = [PLAYING["currentsong"].replace("Id: 3", "Id: 2"), PLAYING["currentsong"]]
    replies: dict[str, str | list[str]] = {**PLAYING, "currentsong": torn}
    mpd = OddMpd(**replies)
    async with watched(tmp_path, mpd) as context:
        await until(lambda: bool(context.observations), "it is looked at")

        assert context.observations[0].track == TrackInfo("c.flac", duration_s=60.0)
        assert context.outages == []


async def test_a_server_that_keeps_contradicting_itself_is_given_up(tmp_path: Path) -> None:
    """It is asked some times, not for ever."""
    mpd = OddMpd(**{**PLAYING, "currentsong": ""})
    async with watched(tmp_path, mpd) as context:
        await until(lambda: bool(context.outages), "it is given up")

        assert "contradicts itself" in context.outages[0]
        assert context.observations == []


@pytest.mark.parametrize(
    "there",
    [
        "ACK [50@0] {partition} partition does not exist\n",
        ["", "", "ACK [50@0] {partition} partition does not exist\n"],
    ],
)
async def test_a_partition_that_vanishes_meanwhile_is_no_trouble(
    tmp_path: Path, there: str | list[str]
) -> None:
    """After it was listed, or after it was found to have an output."""
    partitions = {
        "listpartitions": ["partition: default\npartition: kitchen\n", "partition: default\n"],
        "partition": there,
        "outputs": "plugin: alsa\n",
    }
    async with watched(tmp_path, OddMpd(**STOPPED, **partitions)) as context:
        await until(lambda: bool(context.observations), "it is looked at")

    assert {seen.player for seen in context.observations} == {""}
    assert context.outages == []


@pytest.mark.parametrize(
    "playlistid",
    [
        "ACK [50@0] {playlistid} No such song\n",
        "file: other.flac\nPos: 0\nId: 1\n",
        "file: a.flac\nPos: 7\nId: 1\n",
        "file: a.flac\nId: 1\n",
    ],
)
async def test_no_song_is_named_as_passed_where_the_old_one_is_not_found(
    tmp_path: Path, playlistid: str
) -> None:
    """It left the queue, its id is another song's, or it now comes after this one."""
    context = RecordingContext("mpd:test")
    context.observations.append(_song_before(context))
    mpd = OddMpd(**PLAYING, playlistid=playlistid, playlistinfo="file: b.flac\n")
    async with watched(tmp_path, mpd, context):
        await until(lambda: len(context.observations) > 1, "it is looked at")

    assert context.observations[1].cause is Cause.CONNECT
    assert context.observations[1].passed == ()


async def test_songs_are_named_as_passed_where_the_old_one_is_found(tmp_path: Path) -> None:
    """The counterpart: all else equal, an entry that is where it was."""
    context = RecordingContext("mpd:test")
    context.observations.append(_song_before(context))
    found = {"playlistid": "file: a.flac\nPos: 0\nId: 1\n", "playlistinfo": "file: b.flac\n"}
    async with watched(tmp_path, OddMpd(**PLAYING, **found), context):
        await until(lambda: len(context.observations) > 1, "it is looked at")

    assert context.observations[1].passed == (TrackInfo("b.flac"),)


async def test_refused_observations_are_offered_again(tmp_path: Path) -> None:
    """After a look that could not be kept the next one still counts as the first."""
    context = RecordingContext("mpd:test", ScaledClock(100))  # heartbeats come soon
    context.refusing = True
    async with watched(tmp_path, OddMpd(**STOPPED), context):
        await until(lambda: bool(context.returns), "contact")
        await asyncio.sleep(0.1)  # time for a look that is refused
        context.refusing = False
        await until(lambda: bool(context.observations), "the second offer")

    assert [seen.cause for seen in context.observations] == [Cause.CONNECT, Cause.SHUTDOWN]


async def test_the_doctor_advises_against_an_old_mpd(tmp_path: Path) -> None:
    """What it lacks is said by its version."""
    path = tmp_path / "socket"
    settings = MpdSettings.model_validate({"type": "mpd", "name": "test", "host": str(path)})
    mpd = OddMpd(**STOPPED, outputs="outputenabled: 1\n", playlistinfo="")
    async with scripted(path, mpd.talk):
        found = await diagnose(settings, RecordingContext("mpd:test").clock)

    assert [check.advice for check in found if not check.ok] == ["Upgrade MPD to 0.20 or newer."]


def _song_before(context: RecordingContext) -> Observation:
    """What was seen of the same run of the server, just now."""
    return Observation(
        "",
        PlayerState.PLAYING,
        context.clock.moment(),
        entry_id="1",
        track=TrackInfo("a.flac"),
        evidence=PlayerEvidence(playtime_s=20.0, uptime_s=10.0),
    )
