"""One time of being connected to MPD, from the first greeting to the first trouble."""

import asyncio

from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.errors import SourceUnavailable
from scrobbled.sources import SourceContext
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.connection import Connection
from scrobbled_mpd.locate import MusicPaths
from scrobbled_mpd.partition import PartitionWatch, hand_over, tell_lost
from scrobbled_mpd.protocol import (
    DOES_NOT_EXIST,
    NO_PERMISSION,
    UNKNOWN_COMMAND,
    Command,
    CommandRefused,
    Pairs,
)
from scrobbled_mpd.snapshot import DEFAULT_PARTITION, field, has_output, player_of

_SUBSYSTEMS = ("partition", "output", "database")


class Contact:
    """A connection that hears of partitions and the database, and one for each partition.

    The first trouble of any of them ends them all.

    Attributes:
        established: True once MPD let us read.
    """

    def __init__(self, settings: MpdSettings, context: SourceContext, timeout_s: float) -> None:
        self.established = False
        self._settings = settings
        self._context = context
        self._timeout_s = timeout_s
        self._connections: set[Connection] = set()
        self._watches: dict[str, PartitionWatch | None] = {}
        self._paths = MusicPaths(settings.path_map)
        self._left = False

    @property
    def players(self) -> list[str]:
        """The players that this contact has told something of."""
        return [watch.player for watch in self._watches.values() if watch and watch.kept]

    async def hold(self, stopping: asyncio.Event) -> None:
        """Watches until `stopping` is set.

        Raises:
            SourceUnavailable: contact was lost, or could not be made.
        """
        lost: list[SourceUnavailable] = []
        try:
            main = await self._connect()
            await self._get_to_know(main)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._interrupt_when(stopping), name=f"{self._context.name} stop")
                await self._follow(main, group, stopping)
        except* SourceUnavailable as errors:
            lost = _leaves(errors)
        finally:
            for connection in self._connections:
                connection.close()
        if lost:
            raise lost[0]

    async def _connect(self) -> Connection:
        settings = self._settings
        connection = await Connection.open(settings.address, settings.password, self._timeout_s)
        self._connections.add(connection)
        return connection

    async def _get_to_know(self, main: Connection) -> None:
        await main.run(("status",))
        settings = self._settings
        if settings.address.local:
            told = await if_granted(main, ("config",))
            self._paths = MusicPaths(settings.path_map, field(told or [], "music_directory"))
        self.established = True
        self._context.available(f"MPD {main.version} at {settings.address}")

    async def _follow(
        self, main: Connection, group: asyncio.TaskGroup, stopping: asyncio.Event
    ) -> None:
        """Starts a watch for each partition that can play, and when another one can."""
        await self._watch_more(main, group, stopping)
        # Between this question and `idle` nothing may wait, or the interruption would be missed.
        while not stopping.is_set():
            changed = set() if self._left else await main.idle(_SUBSYSTEMS)
            if "database" in changed:
                self._context.library_changed()
            await self._watch_more(main, group, stopping)

    async def _watch_more(
        self, main: Connection, group: asyncio.TaskGroup, stopping: asyncio.Event
    ) -> None:
        self._left = False
        partitions = await partitions_of(main)
        for partition in partitions:
            if await self._is_to_be_watched(main, partition):
                self._watches[partition] = None
                group.create_task(
                    self._watch(main, partition, stopping),
                    name=f"{self._context.name} partition {partition}",
                )
        await self._close_vanished(partitions)

    async def _is_to_be_watched(self, main: Connection, partition: str) -> bool:
        if partition in self._watches or not self._settings.watches(partition):
            return False
        if partition == DEFAULT_PARTITION:
            return True
        there, back = ("partition", partition), ("partition", DEFAULT_PARTITION)
        try:
            _, outputs, _ = await main.run(there, ("outputs",), back)
        except CommandRefused as refused:
            if refused.code == DOES_NOT_EXIST:
                return False  # it vanished between the two questions
            raise
        return has_output(outputs)

    async def _watch(self, main: Connection, partition: str, stopping: asyncio.Event) -> None:
        connection = await self._connect()
        try:
            if partition != DEFAULT_PARTITION:
                await connection.run(("partition", partition))
            watch = PartitionWatch(
                connection,
                partition,
                self._context,
                self._paths.locate,
                self._settings.heartbeat,
            )
            self._watches[partition] = watch
            await watch.run(stopping)
            if not stopping.is_set():
                await tell_lost(self._context, watch.player)
                self._leave(main, partition)
        except CommandRefused as refused:
            if refused.code != DOES_NOT_EXIST or refused.command != "partition":
                raise
            self._leave(main, partition)
        finally:
            connection.close()
            self._connections.discard(connection)

    def _leave(self, main: Connection, partition: str) -> None:
        """Lets `main` look whether the partition is to be watched again already."""
        del self._watches[partition]
        self._left = True
        main.interrupt()

    async def _close_vanished(self, partitions: list[str]) -> None:
        """Says of players whose partition is gone, as after a restart, that they play nothing."""
        for player in self._context.players():
            if player not in map(player_of, partitions):
                silent = Observation(
                    player, PlayerState.STOPPED, self._context.clock.moment(), cause=Cause.CONNECT
                )
                await hand_over(self._context, silent)

    async def _interrupt_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        for connection in self._connections:
            connection.interrupt()


async def partitions_of(connection: Connection) -> list[str]:
    """The names of all partitions; MPD before 0.22 has but one."""
    told = await if_granted(connection, ("listpartitions",))
    names = [value for name, value in told or [] if name == "partition"]
    return names or [DEFAULT_PARTITION]


async def if_granted(connection: Connection, command: Command) -> Pairs | None:
    """The reply to a command; None when MPD does not know it, or not to us."""
    try:
        (reply,) = await connection.run(command)
    except CommandRefused as refused:
        if refused.code in (UNKNOWN_COMMAND, NO_PERMISSION):
            return None
        raise
    return reply


def _leaves(group: BaseExceptionGroup[SourceUnavailable]) -> list[SourceUnavailable]:
    found: list[SourceUnavailable] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
