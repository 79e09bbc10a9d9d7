"""The small parts of the configuration: web, users, library, analyzer, counting, log."""

from difflib import get_close_matches
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from scrobbled.config.addresses import HttpUrl, ListenAddress, ListenOn
from scrobbled.config.context import wrong
from scrobbled.config.durations import Duration, Interval
from scrobbled.config.paths import AbsolutePath
from scrobbled.config.section import Section
from scrobbled.domain.counting import CountingRules, StreamCounting

_RULES = CountingRules()
LONGEST_USER_NAME = 64


def check_user_name(name: str) -> str:
    """Returns `name` if it can be a person's.

    Raises:
        PydanticCustomError: it cannot.
    """
    if not name or name != name.strip() or not name.isprintable() or "/" in name:
        raise wrong("must be printable, without / and without spaces at its ends")
    if len(name) > LONGEST_USER_NAME:
        raise wrong(f"is longer than {LONGEST_USER_NAME} characters")
    return name


def _check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        if not known:
            raise wrong("cannot be checked: install the system's package tzdata") from None
        near = get_close_matches(name, known, n=1)
        hint = f", did you mean {near[0]!r}?" if near else ", such as Europe/Berlin"
        raise wrong(f"{name!r} is not a time zone of the IANA database{hint}") from None
    return name


UserName = Annotated[str, AfterValidator(check_user_name)]
"""A person's name, as it is shown and as it stands in URLs."""

TimeZoneName = Annotated[str, AfterValidator(_check_timezone)]
"""A time zone of the IANA database, such as Europe/Berlin."""


class WebSettings(Section):
    """The HTTP server.

    Attributes:
        listen: `host:port`, or the path of a unix socket.
        public_url: how browsers reach it, where a proxy stands before it; null is as it listens.
    """

    listen: ListenOn = ListenAddress("127.0.0.1", 8420)
    public_url: HttpUrl | None = None


class UserSettings(Section):
    """One person whose plays are kept.

    Attributes:
        name: the person's name.
        timezone: an IANA name such as Europe/Berlin, for days and hours in statistics;
            null is the system's.
    """

    name: UserName
    timezone: TimeZoneName | None = None


class LibrarySettings(Section):
    """The music files of the household.

    Attributes:
        folders: absolute paths of the folders that hold them.
        scan_every: how often they are looked through for changes.
    """

    folders: tuple[AbsolutePath, ...] = ()
    scan_every: Interval = 3600.0


class AnalyzerSettings(Section):
    """The linking of listens to the library's tracks.

    Attributes:
        match_every: how often listens without a link are tried again.
        auto_link_at: the probability from which a link is made without asking a person.
    """

    match_every: Interval = 60.0
    auto_link_at: float = Field(default=0.97, gt=0, le=1)


class CountingSettings(Section):
    """When a play counts as a listen.

    Attributes:
        min_length: a track shorter than this never counts.
        fraction: the part of its length that has to sound.
        enough: this much always suffices, and is needed where the length is unknown.
        streams: what of a radio stream counts: its `titles`, the `station` as one, or nothing
            (`off`).
        stream_min: how long a stream's title (or the station) has to sound.
        min_skip: a play that sounded for less leaves no trace.
        pause_limit: a play that stands paused for longer is over.
    """

    min_length: Duration = _RULES.min_length_s
    fraction: float = Field(default=_RULES.fraction, gt=0, le=1)
    enough: Interval = _RULES.enough_s
    streams: StreamCounting = _RULES.streams
    stream_min: Duration = _RULES.stream_min_s
    min_skip: Duration = _RULES.min_skip_s
    pause_limit: Interval = _RULES.pause_limit_s

    def rules(self) -> CountingRules:
        """The same as the domain takes it."""
        return CountingRules(
            min_length_s=self.min_length,
            fraction=self.fraction,
            enough_s=self.enough,
            streams=self.streams,
            stream_min_s=self.stream_min,
            min_skip_s=self.min_skip,
            pause_limit_s=self.pause_limit,
        )


class LogSettings(Section):
    """What the daemon writes to its standard error.

    Attributes:
        level: the least important that is written.
        format: `console` for people, `json` for programs; `auto` is console on a terminal.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"
