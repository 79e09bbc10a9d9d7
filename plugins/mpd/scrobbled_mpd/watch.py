"""Watching one MPD for as long as the daemon runs, through all its outages."""

import asyncio
import random as random_numbers

from scrobbled.errors import SourceUnavailable
from scrobbled.runtime.backoff import Backoff
from scrobbled.sources import SourceContext
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.connection import TIMEOUT_S
from scrobbled_mpd.contact import Contact
from scrobbled_mpd.partition import tell_lost
from scrobbled_mpd.trouble import in_words, needs_a_person

FIRST_RETRY_S = 0.3
LONGEST_RETRY_S = 30.0
STEADY_AFTER_S = 10.0
"""Contact that held for so long was sound: after it the first retry comes quickly again."""
STOP_WITHIN_S = 1.5


class MpdSource:
    """One configured MPD, running (`scrobbled.sources.Source`). All its waits are real seconds.

    Args:
        settings: which MPD, and how.
        context: the way into the daemon.
        random: spreads the retries.
        timeout_s: for which MPD may owe an answer.
        longest_retry_s: no wait between two attempts is longer.
    """

    def __init__(
        self,
        settings: MpdSettings,
        context: SourceContext,
        *,
        random: random_numbers.Random | None = None,
        timeout_s: float = TIMEOUT_S,
        longest_retry_s: float = LONGEST_RETRY_S,
    ) -> None:
        self._settings = settings
        self._context = context
        chance = random or random_numbers.Random()  # noqa: S311 - it spreads retries, no secrets
        self._backoff = Backoff(FIRST_RETRY_S, longest_retry_s, random=chance)
        self._timeout_s = timeout_s
        self._told: str | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Watches until `stopping` is set; returns within 2 s of it, whatever MPD does."""
        async with asyncio.TaskGroup() as group:
            work = group.create_task(
                self._keep_in_contact(stopping), name=f"{self._context.name} contact"
            )
            await stopping.wait()
            await asyncio.wait({work}, timeout=STOP_WITHIN_S)
            work.cancel()

    async def _keep_in_contact(self, stopping: asyncio.Event) -> None:
        time = asyncio.get_running_loop().time
        while not stopping.is_set():
            contact = Contact(self._settings, self._context, self._timeout_s)
            began = time()
            try:
                await contact.hold(stopping)
            except SourceUnavailable as error:
                await self._report(error, contact)
                if contact.established and time() - began > STEADY_AFTER_S:
                    self._backoff.reset()
                hopeless = needs_a_person(error)
                wait_s = self._backoff.longest_s() if hopeless else self._backoff.next_s()
                await _set_within(stopping, wait_s)

    async def _report(self, error: SourceUnavailable, contact: Contact) -> None:
        """Tells of an outage once, and again only if it turns out that a person must act."""
        if contact.established:
            self._told = None
        for player in contact.players:
            await tell_lost(self._context, player)
        reason = in_words(
            error, self._settings.address, password_given=self._settings.password is not None
        )
        if self._told is None or (needs_a_person(error) and reason != self._told):
            self._told = reason
            self._context.unavailable(reason)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Waits until `event` is set, `seconds` at most."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
