"""Watching one partition of MPD: its own queue, player and options."""

import asyncio
from dataclasses import replace

from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.errors import RetryLater, SourceUnavailable
from scrobbled.log import get_logger
from scrobbled.sources import Attention, SourceContext
from scrobbled_mpd import cue
from scrobbled_mpd.connection import Connection
from scrobbled_mpd.protocol import DOES_NOT_EXIST, CommandRefused
from scrobbled_mpd.snapshot import (
    COMMANDS,
    DEFAULT_PARTITION,
    Locate,
    Looked,
    field,
    has_output,
    observe,
    player_of,
    songs_of,
    track_of,
)

CREDIT = PlayerCredit()

SUBSYSTEMS = ("player", "playlist", "options", "output", "partition", "database")
"""Whatever may go with a change of what sounds. Always the same ones: before 0.24 MPD forgets
pending changes of those that are not asked for."""

MOST_PASSED = 50
"""More songs than this in a time without contact are not asked for."""

_OUT_OF_ORDER = ("random", "single", "consume")
_LOOKS_WHILE_CHANGING = 5
_AFTER_COUNTING_S = 0.05
"""So much later than predicted: positions come in milliseconds, timers are not exact."""
_LEAST_WAIT_S = 0.5

log = get_logger(__name__)


class PartitionWatch:
    """Looks at one partition whenever MPD says that something changed, and now and then.

    Attributes:
        player: what the daemon calls this partition.
        kept: True once an observation of this connection is safe on disk.
    """

    def __init__(
        self,
        connection: Connection,
        partition: str,
        context: SourceContext,
        locate: Locate,
        heartbeat_s: float,
    ) -> None:
        self.player = player_of(partition)
        self.kept = False
        self._connection = connection
        self._partition = partition
        self._context = context
        self._locate = locate
        self._heartbeat_s = heartbeat_s
        self._cue_track: tuple[str, str | None] = ("", None)

    async def run(self, stopping: asyncio.Event) -> None:
        """Watches until `stopping` is set, and then looks a last time.

        Returns earlier when the partition has lost its last output: it cannot play then, and MPD
        refuses to delete a partition for as long as somebody is connected to it.

        Whoever sets `stopping` also interrupts the connection, should it be idling.

        Raises:
            SourceUnavailable: contact was lost.
        """
        within_s = await self._look(Cause.CONNECT)
        # Between this question and `idle` nothing may wait, or the interruption would be missed.
        while not stopping.is_set():
            changed = await self._connection.idle(SUBSYSTEMS, within_s)
            if stopping.is_set():
                break
            within_s = await self._look(Cause.EVENT if changed else Cause.HEARTBEAT)
            if "output" in changed and await self._is_mute():
                return
        await self._look(Cause.SHUTDOWN)

    async def _look(self, cause: Cause) -> float | None:
        """Hands over one observation; returns the real seconds after which to look again."""
        seen = await self._observe(cause if self.kept else Cause.CONNECT)
        attention = await hand_over(self._context, seen)
        if attention is None:
            return self._heartbeat_s / self._context.clock.rate
        self.kept = True
        if seen.state is not PlayerState.PLAYING:
            return None
        wait_s = self._heartbeat_s
        if attention.counts_in_s is not None:
            wait_s = min(wait_s, max(_LEAST_WAIT_S, attention.counts_in_s + _AFTER_COUNTING_S))
        return wait_s / self._context.clock.rate

    async def _is_mute(self) -> bool:
        if self._partition == DEFAULT_PARTITION:
            return False
        (outputs,) = await self._connection.run(("outputs",))
        return not has_output(outputs)

    async def _observe(self, cause: Cause) -> Observation:
        looked = await self._replies()
        seen = observe(
            looked,
            partition=self._partition,
            rate=self._context.clock.rate,
            cause=cause,
            locate=self._locate,
        )
        if seen.track is not None:
            seen = replace(seen, track=await self._with_audio_file(seen.track))
        if cause is Cause.CONNECT:
            return replace(seen, passed=await self._passed(seen, looked))
        return seen

    async def _with_audio_file(self, track: TrackInfo) -> TrackInfo:
        """Of a track that is named as a part of a CUE sheet, the file is sought in the sheet."""
        if track.file_path is None:
            return track
        if not cue.needs_reading(track.file_path):
            return replace(track, file_path=cue.audio_file(track.file_path))
        if track.file_path != self._cue_track[0]:
            path = await asyncio.to_thread(cue.audio_file, track.file_path)
            self._cue_track = (track.file_path, path)
        return replace(track, file_path=self._cue_track[1])

    async def _replies(self) -> Looked:
        for _ in range(_LOOKS_WHILE_CHANGING):
            status, song, stats = await self._connection.run(*COMMANDS)
            looked = Looked(status, song, stats, self._context.clock.moment())
            if not looked.torn:
                return looked
        raise SourceUnavailable(
            f"MPD at {self._connection.address} contradicts itself about what it plays."
        )

    async def _passed(self, seen: Observation, looked: Looked) -> tuple[TrackInfo, ...]:
        """The songs between the one last seen and this one, if MPD went through them in order."""
        before = self._context.last_observation(self.player)
        if before is None or before.track is None or not _went_on(before, seen, looked):
            return ()
        first = await self._place_after(before.entry_id or "", before.track.uri)
        last = int(field(looked.status, "song") or 0)
        if first is None or not 0 < last - first <= MOST_PASSED:
            return ()
        (between,) = await self._connection.run(("playlistinfo", f"{first}:{last}"))
        tracks = [track_of(song, self._locate) for song in songs_of(between)]
        return tuple([await self._with_audio_file(track) for track in tracks])

    async def _place_after(self, entry_id: str, uri: str) -> int | None:
        """The place in the queue after an entry; None when it is no longer there."""
        try:
            (song,) = await self._connection.run(("playlistid", entry_id))
        except CommandRefused as refused:
            if refused.code == DOES_NOT_EXIST:
                return None
            raise
        place = field(song, "Pos")
        if place is None or track_of(song, self._locate).uri != uri:
            return None
        return int(place) + 1


async def tell_lost(context: SourceContext, player: str) -> None:
    """Tells the daemon that contact with a player was lost just now, if that can be kept."""
    try:
        await context.lost(player)
    except RetryLater as error:
        log.debug("observation.refused", source=context.name, reason=str(error))


async def hand_over(context: SourceContext, seen: Observation) -> Attention | None:
    """Gives an observation to the daemon; None when it could not be kept now.

    That is no reason to stop watching: the next observation tells of the same play. The daemon
    says in its log why nothing can be kept.
    """
    try:
        return await context.observe(seen)
    except RetryLater as error:
        log.debug("observation.refused", source=context.name, reason=str(error))
        return None


def _went_on(before: Observation, seen: Observation, looked: Looked) -> bool:
    """Whether MPD can have come from one song to another by playing its queue in order."""
    in_order = all(field(looked.status, name) in ("0", None) for name in _OUT_OF_ORDER)
    return (
        in_order
        and before.state is PlayerState.PLAYING
        and before.entry_id is not None
        and seen.entry_id is not None
        and before.entry_id != seen.entry_id
        and CREDIT.same_run(before, seen)
    )
