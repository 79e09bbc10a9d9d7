"""The double's sessions behave as the server's do."""

from dataclasses import replace

import pytest
from tests.servers.jellyfin.music import User, make_song
from tests.servers.jellyfin.release import Release
from tests.servers.jellyfin.server import DataSaved, Device, Event, Jellyfin, Playback
from tests.servers.jellyfin.timeline import TICKS_S, Timeline, ticks

ANNA, BEN = User("Anna"), User("Ben")
WEB = Device("Jellyfin Web", "device", "Firefox")
SONG = make_song(1, 60.5)


class Server:
    """A server, and what it tells."""

    def __init__(self, server: str = "10.11.8") -> None:
        """Runs since the epoch."""
        self.events: list[tuple[float, Event]] = []
        self.timeline = Timeline(0)
        self.jellyfin = Jellyfin(self.timeline, self._note, Release(server, 21))

    def _note(self, event: Event) -> None:
        self.events.append((self.timeline.now / TICKS_S, event))

    def playbacks(self) -> list[tuple[float, str, float | None]]:
        """When, what, and at which position."""
        return [
            (at, event.kind + ("*" if event.automated else ""), _seconds(event.position))
            for at, event in self.events
            if isinstance(event, Playback)
        ]


def _seconds(position: int | None) -> float | None:
    return None if position is None else position / TICKS_S


def test_a_start_is_followed_by_a_guess_each_second() -> None:
    """The server goes on by itself, until less than a second is left."""
    server = Server()
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    server.timeline.run(200)
    told = server.playbacks()
    assert told[:3] == [
        (0.0, "PlaybackStart", 0.0),
        (1.0, "PlaybackProgress*", 1.0),
        (2.0, "PlaybackProgress*", 2.0),
    ]
    assert told[-1] == (60.0, "PlaybackProgress*", 60.0)
    assert len(told) == 61


def test_a_report_moves_the_guesses() -> None:
    """They count from the last report on, and none is made while it stands paused."""
    server = Server()
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    server.timeline.run(1.5)
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(20), paused=False)
    server.timeline.run(1.2)
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(21), paused=True)
    server.timeline.run(100)
    assert server.playbacks()[2:] == [
        (1.5, "PlaybackProgress", 20.0),
        (2.5, "PlaybackProgress*", 21.0),
        (2.7, "PlaybackProgress", 21.0),
    ]


@pytest.mark.parametrize(("version", "position"), [("10.8.13", 60.0), ("12.0.0", 25.0)])
def test_a_silent_session_is_stopped(version: str, position: float) -> None:
    """Five to ten minutes later, where the server guesses it to be; 12.0 tells the last report."""
    server = Server(version)
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    server.timeline.run(25)
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(25), paused=False)
    server.timeline.run(2000)
    stops = [told for told in server.playbacks() if told[1] == "PlaybackStop"]
    assert stops == [(600.0, "PlaybackStop", position)]
    last = [event for _at, event in server.events if isinstance(event, Playback)][-1]
    assert last.session.last_check_in == ticks(25)


def test_reports_after_an_idle_stop_lead_to_another() -> None:
    """A client that stirs after hours is stopped again."""
    server = Server()
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    server.timeline.run(3600)
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(5), paused=True)
    server.timeline.run(3600)
    stops = [at for at, kind, _position in server.playbacks() if kind == "PlaybackStop"]
    assert stops == [600.0, 4200.0]


@pytest.mark.parametrize(
    ("length_s", "position_s", "completed"),
    [
        (173.0, 30.0, True),
        (173.0, 8.0, False),
        (173.0, 0.0, False),
        (173.0, None, True),
        (400.0, 300.0, False),
        (400.0, 361.0, True),
        (10_000.0, 9_999.5, True),
    ],
)
def test_completion_says_little(
    length_s: float, position_s: float | None, *, completed: bool
) -> None:
    """A short song that was skipped after 5 % of it is complete for the server."""
    server = Server()
    song = make_song(1, length_s)
    position = None if position_s is None else ticks(position_s)
    server.jellyfin.stop(WEB, (ANNA,), song, position)
    last = server.events[-1][1]
    assert isinstance(last, Playback)
    assert last.completed is completed


def test_user_data_is_told_before_what_changed_it() -> None:
    """It counts starts, and goes out for each user who listens along."""
    server = Server()
    server.jellyfin.start(WEB, (ANNA, BEN), SONG, 0)
    server.jellyfin.start(WEB, (ANNA, BEN), SONG, 0)
    server.jellyfin.progress(WEB, (ANNA, BEN), SONG, 0, paused=False)
    saved = [event for _at, event in server.events if isinstance(event, DataSaved)]
    assert [(event.user.name, event.reason, event.data.play_count) for event in saved] == [
        ("Anna", "PlaybackStart", 1),
        ("Ben", "PlaybackStart", 1),
        ("Anna", "PlaybackStart", 2),
        ("Ben", "PlaybackStart", 2),
        ("Anna", "PlaybackProgress", 2),
        ("Ben", "PlaybackProgress", 2),
    ]
    assert isinstance(server.events[2][1], Playback)


def test_a_restart_forgets_without_a_word() -> None:
    """No stop is told, reports in between are lost, and the next one makes a session anew."""
    server = Server()
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    server.jellyfin.shut_down()
    server.timeline.run(700)
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(20), paused=False)
    server.jellyfin.start_up()
    server.jellyfin.progress(WEB, (ANNA,), SONG, ticks(30), paused=False)
    assert server.playbacks() == [(0.0, "PlaybackStart", 0.0), (700.0, "PlaybackProgress", 30.0)]


def test_programs_share_a_session_if_they_share_a_device() -> None:
    """Its id is fixed by program and device, so two tabs take turns in one session."""
    assert WEB.session_id == replace(WEB, name="Chrome").session_id
    assert WEB.session_id != replace(WEB, app="Finamp").session_id
    server = Server()
    server.jellyfin.start(WEB, (ANNA,), SONG, 0)
    other = make_song(2, 60.0)
    server.jellyfin.start(WEB, (ANNA,), other, 0)
    server.timeline.run(1.0)
    last = server.events[-1][1]
    assert last.song == other
    assert list(server.jellyfin.sessions) == [WEB.session_id]


def test_marks_are_user_data_alone() -> None:
    """What was heard elsewhere has a date, or that of now, and no session."""
    server = Server()
    server.timeline.run(50)
    server.jellyfin.mark_played(ANNA, SONG, ticks(10))
    server.jellyfin.mark_played(BEN, SONG, None)
    saved = [event for _at, event in server.events if isinstance(event, DataSaved)]
    assert [event.data.last_played for event in saved] == [ticks(10), ticks(50)]
    assert {event.reason for event in saved} == {"TogglePlayed"}
    assert server.playbacks() == []
