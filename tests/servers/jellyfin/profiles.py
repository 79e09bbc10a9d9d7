"""The habits of real clients, each with a piece of a person's day.

The faults are those that users reported: Finamp #1172 and #1604, jellyfin-plugin-listenbrainz #25,
#33, #130 and #170, jellyfin-plugin-lastfm #59 and #85, Feishin #2243, Jellyfin Desktop #377,
jellyrock #914, multi-scrobbler #87 and #318, Gelli #247.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.servers.jellyfin.client import Client, Habits, StopPosition
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.music import User, make_song

ANNA, BEN, CARA = User("Anna"), User("Ben"), User("Cara")
SHORT, LONG, OTHER, LAST = (
    make_song(1, 173.27),
    make_song(2, 412.5),
    make_song(3, 201.0),
    make_song(6, 240.0),
)

WEB = Habits()
SILENT_WHEN_PAUSED = replace(WEB, reports_paused=False)
FINAMP = Habits(flaps=True, stops_again_s=1.5)
ROKU = Habits(stops_again_s=0.069)
SYMFONIUM = Habits(
    report_every_s=None,
    tells_changes=False,
    stop_position=StopPosition.ZERO,
    stops_again_s=0.2,
)
SYMFONIUM_REPORTING = replace(SYMFONIUM, report_every_s=10.0, tells_changes=True)
GELLI = Habits(report_every_s=None, tells_changes=False, tells_stops=False)
MUTE_STOP = Habits(stop_position=StopPosition.MISSING)
FEISHIN = Habits(magnifies=1000)
DESKTOP = Habits(magnifies=0)
START_STOP = Habits(report_every_s=None, tells_changes=False)
WRAPPING = Habits(wraps=True)
NEVER_STARTS = Habits(tells_starts=False)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far capture may be off, seconds, where nobody can know better.

    Attributes:
        start: of the time at which a song began.
        short: fewer seconds than were heard.
        over: more.
        unknowable: songs of which less may be known, down to nothing, but never more.
        silences: times (from, to; seconds since the epoch) in which nothing was told to anybody.
            Of songs that sounded then, what was told before and after is known, and that they
            may have gone on for fifteen seconds when the next thing that is told is another one.
    """

    start: float = 0.5
    short: float = 0.6
    over: float = 0.4
    unknowable: tuple[str, ...] = ()
    silences: tuple[tuple[float, float], ...] = ()

    def around(self, began_s: float, ended_s: float) -> "Tolerance":
        """What holds of a song that sounded between these times."""
        silent_s = sum(
            to_s - from_s + ROUND_S
            for from_s, to_s in self.silences
            if began_s < to_s + ROUND_S and ended_s > from_s - ROUND_S
        )
        if not silent_s:
            return self
        # One that began then may have stood paused when it was first told of.
        start = self.start + max(silent_s, ended_s - began_s)
        return Tolerance(start, self.short + silent_s, self.over + TAIL_S)


ROUND_S = 11.0
"""From one report to the next, at the most."""
TAIL_S = 15.0
PRECISE = Tolerance()
"""Reports of begin and end are under way for 0.12 s at most; every change was told."""
UNTOLD_CRASH = Tolerance(short=10.4, over=15.0)
"""What sounded after the last report, ten seconds before the next that never came; if the client
is soon back with another song, up to fifteen seconds are taken to have sounded."""
BY_THE_CLOCK = Tolerance(short=1.0, over=1.0)
"""Without positions the silence between two songs is heard as the song before."""
LATE_FIRST = Tolerance(start=1.0, short=10.8)
"""The first ten seconds passed before anything was told; what was not seen earns nothing."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A client, what somebody does with it, and how exactly that can be known.

    Attributes:
        script: what happens; may make clients and steer the server of the house.
        tolerance: see there.
        hours: how long to watch.
    """

    script: Callable[[House], Iterator[float]]
    tolerance: Tolerance = PRECISE
    hours: float = 1.0

    def live(self, house: House) -> None:
        """Lets it happen in a house."""
        house.live(self.script(house), hours=self.hours)


def ordinary_day(client: Client) -> Iterator[float]:
    """A song in full, one with a pause and two seeks, one skipped, and one again."""
    client.play([SHORT, LONG, OTHER, SHORT])
    yield 173.27 + 0.4 + 47
    client.pause()
    yield 83
    client.resume()
    yield 34
    client.seek(300.0)
    yield 28
    client.seek(60.0)
    yield 110
    client.skip()
    yield 31.5
    client.skip()
    yield 400


def unwatched_day(client: Client) -> Iterator[float]:
    """Songs in full and skipped ones, without a pause."""
    client.play([SHORT, LONG, OTHER, SHORT])
    yield 173.27 + 0.4 + 47
    client.skip()
    yield 250.0
    client.stop()
    yield 60.0
    client.play([LAST])
    yield 500


def _long_unwatched(client: Client) -> Iterator[float]:
    """A song left in its middle, long after the client has said that it began, and silence."""
    client.play([make_song(40, 900.0)])
    yield 520.0
    client.stop()
    yield 7000


def _unstopped_day(client: Client) -> Iterator[float]:
    client.play([SHORT, LONG, OTHER, LAST])
    yield 173.27 + 0.4 + 47
    client.skip()
    yield 3000


def _on(
    app: str, habits: Habits, script: Callable[[Client], Iterator[float]]
) -> Callable[[House], Iterator[float]]:
    return lambda house: script(house.client(app, ANNA, habits=habits))


def _paused_while_unwatched(client: Client) -> Iterator[float]:
    client.play([SHORT])
    yield 60
    client.pause()
    yield 120
    client.resume()
    yield 400


def _crash(client: Client) -> Iterator[float]:
    client.play([SHORT])
    yield 93
    client.crash()
    yield 1500
    client.play([OTHER])
    yield 75
    client.crash()
    yield 25
    client.play([OTHER])
    yield 400


def _repeat(client: Client) -> Iterator[float]:
    client.play([SHORT, OTHER], repeats=2)
    yield 1200


def _server_restart(house: House) -> Iterator[float]:
    client = house.client("Jellyfin Web", ANNA, habits=WEB)
    client.play([SHORT, LONG])
    yield 62
    house.server.shut_down()
    yield 24
    house.server.start_up()
    yield 200
    house.server.shut_down()
    yield 9
    house.server.start_up()
    yield 600


def _two_tabs(house: House) -> Iterator[float]:
    one = house.client("Jellyfin Web", ANNA, habits=WEB)
    other = house.client("Jellyfin Web", ANNA, habits=WEB)
    one.play([LONG])
    yield 33
    other.play([SHORT])
    yield 60
    one.pause()
    yield 15
    one.resume()
    yield 600


def _paused_for(hours: float) -> Callable[[Client], Iterator[float]]:
    def script(client: Client) -> Iterator[float]:
        client.play([SHORT, OTHER])
        yield 101
        client.pause()
        yield hours * 3600
        client.resume()
        yield 600

    return script


def _idle(client: Client) -> Iterator[float]:
    client.play([SHORT])
    yield 61
    client.pause()
    for _ in range(4):
        yield 3200
        client.stir()
    yield 600
    client.stop()
    yield 60


def _listening_along(house: House) -> Iterator[float]:
    return ordinary_day(house.client("Jellyfin Web", ANNA, BEN, CARA, habits=WEB))


def _offline_marks(house: House) -> Iterator[float]:
    client = house.client("Symfonium", ANNA, habits=WEB)
    client.play([SHORT])
    yield 300
    server, now = house.server, house.timeline.now
    server.mark_played(ANNA, OTHER, now - 36_000_000_000)
    for number in range(20, 32):
        server.mark_played(ANNA, make_song(number, 200.0), None)
    yield 60


def _clicking(client: Client) -> Iterator[float]:
    client.play([*(make_song(number, 200.0) for number in range(30, 36)), SHORT])
    for _ in range(6):
        yield 1.3
        client.skip()
    yield 300


def _video(house: House) -> Iterator[float]:
    client = house.client("Jellyfin Web", ANNA, habits=WEB)
    client.play([replace(LONG, item_type="Episode"), replace(OTHER, item_type="MusicVideo")])
    yield 900


PROFILES = {
    "web": Profile(_on("Jellyfin Web", WEB, ordinary_day)),
    "finamp_flap": Profile(_on("Finamp", FINAMP, ordinary_day), Tolerance(short=1.2)),
    "roku_double_stop": Profile(_on("Jellyfin Roku", ROKU, ordinary_day)),
    "symfonium_zero": Profile(_on("Symfonium", SYMFONIUM, unwatched_day), BY_THE_CLOCK),
    "symfonium_reporting": Profile(_on("Symfonium", SYMFONIUM_REPORTING, ordinary_day)),
    "stop_without_position": Profile(_on("mpv-shim", MUTE_STOP, ordinary_day)),
    "gelli_no_stop": Profile(
        _on("Gelli", GELLI, _unstopped_day),
        # Nothing tells for how long the last song before a silence sounded.
        Tolerance(short=1.0, over=1.0, unknowable=(LAST.title,)),
        hours=2.0,
    ),
    "feishin_huge": Profile(_on("Feishin", FEISHIN, ordinary_day), BY_THE_CLOCK),
    "desktop_zero": Profile(_on("Jellyfin Desktop", DESKTOP, ordinary_day), BY_THE_CLOCK),
    "start_stop_only": Profile(_on("Old", START_STOP, unwatched_day)),
    "start_stop_long": Profile(_on("Old", START_STOP, _long_unwatched), hours=3.0),
    "start_stop_paused": Profile(_on("Old", START_STOP, _paused_while_unwatched)),
    "never_starts": Profile(_on("Shy", NEVER_STARTS, ordinary_day), LATE_FIRST),
    "crash": Profile(_on("Jellyfin Web", WEB, _crash), UNTOLD_CRASH),
    "repeat_wrap": Profile(
        _on("Wrap", WRAPPING, _repeat), Tolerance(start=1.5, short=1.5, over=1.5)
    ),
    "repeat_told": Profile(_on("Jellyfin Web", WEB, _repeat)),
    "server_restart": Profile(_server_restart),
    "two_tabs": Profile(_two_tabs, Tolerance(short=1.0)),
    "paused_40_min": Profile(_on("Jellyfin Web", WEB, _paused_for(0.66))),
    "paused_40_min_silent": Profile(_on("Mobile", SILENT_WHEN_PAUSED, _paused_for(0.66))),
    "paused_3_h": Profile(_on("Jellyfin Web", WEB, _paused_for(3.0)), hours=4.0),
    "paused_3_h_silent": Profile(_on("Mobile", SILENT_WHEN_PAUSED, _paused_for(3.0)), hours=4.0),
    "idle_for_hours": Profile(_on("Mobile", SILENT_WHEN_PAUSED, _idle), hours=6.0),
    "listening_along": Profile(_listening_along),
    "offline_marks": Profile(_offline_marks),
    "clicking": Profile(_on("Jellyfin Web", WEB, _clicking)),
    "video": Profile(_video),
}
