"""Running the MPD source on a private mpd, and waiting for what it sees."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.domain.observation import Observation
from scrobbled.sources.testing import RecordingContext, running
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.watch import MpdSource


def settings_for(mpd: Mpd, **more: Any) -> MpdSettings:
    """A source's settings as of a YAML file; over the unix socket unless `host` says otherwise."""
    keys = {"type": "mpd", "name": "test", "host": str(mpd.socket_path), "port": mpd.port}
    return MpdSettings.model_validate({**keys, **more})


def context_for(mpd: Mpd) -> RecordingContext:
    """A context of the mpd's speed."""
    return RecordingContext("mpd:test", mpd.clock)


@asynccontextmanager
async def watching(
    mpd: Mpd, context: RecordingContext | None = None, *, timeout_s: float = 5.0, **settings: Any
) -> AsyncIterator[RecordingContext]:
    """Watches `mpd` with quick retries; what is seen goes to `context`, or to a new one."""
    seen = context or context_for(mpd)
    source = MpdSource(
        settings_for(mpd, **settings),
        seen,
        random=random.Random(1),
        timeout_s=timeout_s,
        longest_retry_s=0.4,
    )
    async with running(source):
        yield seen


async def sees(
    context: RecordingContext,
    condition: Callable[[Observation], bool],
    what: str,
    *,
    after: int = 0,
    within_s: float = 15.0,
) -> Observation:
    """The first observation from number `after` on for which `condition` holds."""
    return await eventually(
        lambda: next((seen for seen in context.observations[after:] if condition(seen)), None),
        within_s=within_s,
        what=what,
    )


def uri(seen: Observation) -> str | None:
    """What is loaded, by MPD's name."""
    return None if seen.track is None else seen.track.uri
