"""Some scenarios at the speed of life, all at once: nothing hangs on the time being quicker."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from tests.integration.capture.test_ends import queue_to_its_end
from tests.integration.capture.test_outages import frozen_for_a_while
from tests.integration.capture.test_queue import crossfade
from tests.integration.capture.test_seeks_and_pauses import (
    pause_of_ten_seconds,
    seek_over_the_middle,
)

pytestmark = pytest.mark.integration


async def test_scenarios_in_real_time(tmp_path: Path) -> None:
    """Each with an mpd of its own; only the crossfade, which needs long songs, is hurried."""
    scenarios = {
        "queue": partial(queue_to_its_end, speed=1, length_s=6),
        "seek": partial(seek_over_the_middle, speed=1),
        "pause": partial(pause_of_ten_seconds, speed=1),
        "frozen": partial(frozen_for_a_while, speed=1, stood_s=8),
        "crossfade": partial(crossfade, speed=3),
    }
    async with asyncio.TaskGroup() as group:
        for name, scenario in scenarios.items():
            group.create_task(scenario(tmp_path / name), name=name)
