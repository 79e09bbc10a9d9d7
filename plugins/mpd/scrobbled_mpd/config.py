"""What an MPD source has in the configuration."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from scrobbled.sources import AbsolutePath, Interval, SecretFile, SourceSettings
from scrobbled_mpd.connection import Address


def _one_line(secret: SecretStr) -> SecretStr:
    if "\n" in secret.get_secret_value():
        raise ValueError("holds a line break, which MPD's protocol cannot carry in a password")
    return secret


Host = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
PartitionName = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\n]+$")]


class MpdSettings(SourceSettings):
    """One MPD.

    Attributes:
        type: always `mpd`.
        host: host name or address; a path beginning with `/` or `~` for a unix socket; `@name`
            for an abstract one.
        port: for TCP.
        password_file: a file that holds the password, or the name of a systemd credential. A
            password with only the permission `read` suffices.
        partitions: `all`, or the names of those to watch (the first one is called `default`).
        heartbeat: while something plays, MPD is looked at this often at least; seconds.
        path_map: where files are that MPD names: from beginnings of its names, or of paths on its
            host, to local directories. Needed where MPD runs on another host or in a container.
    """

    type: Literal["mpd"] = "mpd"
    host: Host = "localhost"
    port: int = Field(default=6600, ge=1, le=65535)
    password_file: Annotated[SecretFile, AfterValidator(_one_line)] | None = None
    partitions: Literal["all"] | tuple[PartitionName, ...] = "all"
    heartbeat: Interval = 15.0
    path_map: dict[str, AbsolutePath] = Field(default_factory=dict)

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address(self.host, self.port)

    @property
    def password(self) -> SecretStr | None:
        """The content of `password_file`."""
        return self.password_file

    def watches(self, partition: str) -> bool:
        """Whether plays of `partition` are wanted."""
        return self.partitions == "all" or partition in self.partitions
