"""Releases of the server with the webhook plugin that belongs to each, and how they differ."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One server with one plugin.

    Attributes:
        server: its version, such as `10.11.8`.
        plugin: the plugin's version.
    """

    server: str
    plugin: int

    def __str__(self) -> str:
        return f"{self.server} with {self.plugin}"

    @property
    def tells_session(self) -> bool:
        """Whether playback notifications have the session block (id, last check-in …)."""
        return self.plugin >= 17

    @property
    def tells_play_method(self) -> bool:
        """Whether they say how it is played."""
        return self.plugin >= 14

    @property
    def knows_recordings(self) -> bool:
        """Whether the library keeps the MusicBrainz recording, not only the release track."""
        return self._parts >= (10, 11)

    @property
    def idle_stop_has_last_report(self) -> bool:
        """Whether an idle stop tells what the client last said, rather than the server's guess."""
        return self._parts >= (12,)

    @property
    def _parts(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.server.split("."))


RELEASES = (
    Release("10.8.13", 10),
    Release("10.8.13", 11),
    Release("10.9.11", 14),
    Release("10.9.11", 15),
    Release("10.10.7", 17),
    Release("10.11.0", 18),
    Release("10.11.8", 21),
    Release("12.0.0", 22),
)
NEWEST = Release("10.11.8", 21)
"""The newest that is in wide use."""
