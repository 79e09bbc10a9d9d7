"""More commands than any person gives."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.capture.heard import exactly, told
from tests.integration.capture.listener import listening
from tests.integration.capture.scenarios import shows
from tests.servers.capture import RULES

pytestmark = pytest.mark.integration

SONGS = "abcdef"
COUNT_GRAIN_S = 2.0
"""Mpd counts audio in whole seconds; a play may be credited one of them at either end."""


@shows(50)
@pytest.mark.parametrize(("speed", "commands", "last_s"), [(1, 2_000, 4.0), (10, 600, 15.0)])
async def test_no_storm_of_commands_makes_more_music_than_sounded(
    tmp_path: Path, speed: float, commands: int, last_s: float
) -> None:
    """Skips, seeks and pauses as fast as mpd takes them; afterwards all is as before.

    A null output takes a command in half a millisecond, the one behind a pipe in seven.
    """
    chance = random.Random(7)
    counting = replace(RULES, min_skip_s=0.0)
    songs = {**dict.fromkeys(SONGS, 20.0), "last": last_s}
    async with listening(
        tmp_path, speed=speed, capturing={"counting": counting}, **songs
    ) as listener:
        await listener.do(("repeat", 1))
        began_at = listener.mpd.clock.moment()
        await listener.play(*SONGS)
        await listener.mpd.commands(*(_any_command(chance) for _ in range(commands)))
        await listener.do("stop")
        took_s = listener.mpd.clock.moment().seconds_since(began_at)
        counted_s = float((await listener.mpd.command("stats"))["playtime"])
        await listener.do(("repeat", 0))
        await listener.play("last")
        await listener.until_silent()
        *stormy, last = await listener.all_plays()

    heard_s = sum(play.played_s for play in stormy)
    assert stormy
    assert heard_s <= counted_s + COUNT_GRAIN_S
    assert heard_s <= took_s
    assert len({play.play_uid for play in stormy}) == len(stormy)
    assert told([last]) == ["P LAST finished"]
    assert last in exactly(last_s)


def _any_command(chance: random.Random) -> tuple[object, ...]:
    """A command that a person might give."""
    return chance.choice(
        [
            ("next",),
            ("previous",),
            ("seekcur", chance.uniform(0, 19)),
            ("seekcur", 0),
            ("pause", 1),
            ("pause", 0),
            ("play", chance.randrange(len(SONGS))),
        ]
    )
