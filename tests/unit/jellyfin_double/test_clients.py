"""What people hear, and what their programs tell about it."""

import json
import random
from dataclasses import replace

import pytest
from tests.servers.jellyfin import profiles
from tests.servers.jellyfin.client import Habits
from tests.servers.jellyfin.house import House
from tests.servers.jellyfin.household import live
from tests.servers.jellyfin.music import User, make_song
from tests.servers.jellyfin.network import skewed, straight, troubled, without
from tests.servers.jellyfin.timeline import TICKS_S, ticks
from tests.servers.jellyfin.webhook import PROGRESS, STARTS_AND_STOPS, Destination

ANNA = User("Anna")
SONG, NEXT = make_song(1, 30.0), make_song(2, 40.0)
REPORTS = (Destination(STARTS_AND_STOPS), Destination(PROGRESS))


def told(house: House) -> list[tuple[str, float]]:
    """What clients said themselves, and at which position; S starts, p reports, e ends."""
    letters = {"PlaybackStart": "S", "PlaybackProgress": "p", "PlaybackStop": "e"}
    found = [json.loads(post.body) for post in house.posts]
    return [
        (letters[body["NotificationType"]], round(body["PlaybackPositionTicks"] / TICKS_S, 1))
        for body in found
        if not body["IsAutomated"]
    ]


@pytest.mark.parametrize(
    ("habits", "expected"),
    [
        (profiles.WEB, [("S", 0), ("p", 10), ("p", 20), ("e", 30)]),
        (
            profiles.FINAMP,
            [("S", 0), ("e", 0), ("S", 0.5), ("p", 10), ("p", 20), ("e", 30), ("e", 30)],
        ),
        (profiles.SYMFONIUM, [("S", 0), ("e", 0), ("e", 0)]),
        (profiles.GELLI, [("S", 0)]),
        (profiles.FEISHIN, [("S", 0), ("p", 10_000), ("p", 20_000), ("e", 30_000)]),
        (profiles.DESKTOP, [("S", 0), ("p", 0), ("p", 0), ("e", 0)]),
        (profiles.MUTE_STOP, [("S", 0), ("p", 10), ("p", 20), ("e", 0)]),
        (profiles.NEVER_STARTS, [("p", 10), ("p", 20), ("e", 30)]),
    ],
)
def test_habits(habits: Habits, expected: list[tuple[str, float]]) -> None:
    """A song that is played to its end, as each program tells of it."""
    house = House(destinations=REPORTS)
    house.client("Program", ANNA, habits=habits).play([SONG])
    house.timeline.run(60)
    assert told(house) == expected
    assert [each.seconds for each in house.heard] == [30.0]


def test_what_is_heard_leaves_pauses_and_seeks_out() -> None:
    """Only what sounds is heard, for as long as it does."""
    house = House(destinations=REPORTS)
    client = house.client("Web", ANNA, habits=profiles.WEB)
    client.play([NEXT, SONG])
    house.timeline.run(5)
    client.pause()
    client.pause()
    house.timeline.run(100)
    client.resume()
    house.timeline.run(5)
    client.seek(35.0)
    house.timeline.run(5.2)
    client.skip()
    house.timeline.run(3)
    client.crash()
    heard = [(each.song, round(each.seconds, 1)) for each in house.heard]
    assert heard == [(NEXT, 15.0), (SONG, 3.0)]
    assert house.heard[0].ended_at - house.heard[0].began_at == ticks(115)
    assert ("p", 35.0) in told(house)


def test_a_wrapping_client_repeats_without_a_word() -> None:
    """Two plays are heard, one start and one stop are told."""
    house = House(destinations=REPORTS)
    house.client("Wrap", ANNA, habits=profiles.WRAPPING).play([SONG], repeats=1)
    house.timeline.run(100)
    assert [each.seconds for each in house.heard] == [30.0, 30.0]
    assert [kind for kind, _ in told(house) if kind != "p"] == ["S", "e"]


def test_one_that_has_left_plays_no_more() -> None:
    """Whatever is done to it."""
    house = House(destinations=REPORTS)
    client = house.client("Web", ANNA, habits=profiles.WEB)
    client.leave()
    client.play([SONG])
    assert not client.busy
    assert house.heard == []


def test_the_same_seed_makes_the_same_hour() -> None:
    """And another seed another one."""
    houses = [House(seed=seed, destinations=REPORTS) for seed in (1, 1, 2)]
    for house in houses:
        live(house, hours=0.2)
    one, same, other = houses
    assert one.heard == same.heard
    assert one.posts == same.posts
    assert one.heard != other.heard


def test_the_network_does_what_is_asked_of_it() -> None:
    """Bodies come late, twice, in another order, by another clock, or not at all."""
    house = House(destinations=REPORTS)
    live(house, hours=0.1, devices=3)
    posts = house.posts
    late = troubled(posts, random.Random(1), doubled=0.5, late_s=3.0)
    assert {arrival.post for arrival in late} == set(posts)
    assert len(late) > len(posts) * 1.3
    assert [each.post for each in late] != sorted((each.post for each in late), key=lambda p: p.at)
    assert max(each.at - each.post.at for each in late) <= ticks(3.0)
    direct = straight(posts)
    assert [each.at - ticks(60) for each in skewed(direct, 60)] == [each.at for each in direct]
    assert without(direct, lambda each: each.post == posts[0])[0].post == posts[1]


def test_a_program_that_pauses_in_silence() -> None:
    """It says that it pauses, and then nothing until something changes."""
    house = House(destinations=REPORTS)
    habits = replace(profiles.WEB, reports_paused=False)
    client = house.client("Mobile", ANNA, habits=habits)
    client.play([SONG])
    house.timeline.run(4)
    client.pause()
    house.timeline.run(60)
    client.stir()
    house.timeline.run(1)
    assert told(house) == [("S", 0), ("p", 4), ("p", 4)]
