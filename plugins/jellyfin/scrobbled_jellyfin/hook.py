"""The webhook: says at once whether a body is wanted, and keeps it if it is."""

import hmac
from collections import OrderedDict
from collections.abc import Mapping

from scrobbled.log import get_logger
from scrobbled.sources import HookAnswer, Inbox
from scrobbled_jellyfin.config import JellyfinSettings
from scrobbled_jellyfin.payload import Malformed, Report, read_body, report_of

GUESS_EVERY_S = 30.0
"""Of the server's guesses at how a track goes on, one in so long is kept."""
REMEMBERED = 512

TAKEN = HookAnswer(204)

log = get_logger(__name__)


class JellyfinHook:
    """The webhook of one source.

    Args:
        settings: the source's.
        inbox: where bodies go.
    """

    def __init__(self, settings: JellyfinSettings, inbox: Inbox) -> None:
        self._settings = settings
        self._inbox = inbox
        token = settings.webhook_token_file.get_secret_value()
        self._wanted = f"bearer {token}".encode()
        self._guesses: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._strangers: set[str] = set()

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Whether the token is right; how long that takes does not depend on it."""
        given = next((v for name, v in headers.items() if name.lower() == "authorization"), "")
        scheme, _, token = given.strip().partition(" ")
        told = f"{scheme.lower()} {token.strip()}".encode(errors="surrogateescape")
        return hmac.compare_digest(told, self._wanted)

    async def receive(self, body: bytes) -> HookAnswer:
        """Keeps a body that tells of somebody's music; see `Webhook.receive`."""
        try:
            report = report_of(read_body(body))
        except Malformed as error:
            await self._inbox.bury(body.decode(errors="backslashreplace"), str(error))
            return HookAnswer(400, str(error))
        if report is None or not self._is_wanted(report) or not self._is_news(report):
            return TAKEN
        await self._inbox.keep(body.decode("utf-8-sig"))
        self._note_guess(report)
        return TAKEN

    def _is_wanted(self, report: Report) -> bool:
        if self._settings.user_of(report.user_id, report.user_name) is not None:
            return True
        if report.user_id not in self._strangers and len(self._strangers) < REMEMBERED:
            self._strangers.add(report.user_id)
            log.info(
                "user.ignored",
                source=self._inbox.name,
                user_id=report.user_id,
                user_name=report.user_name,
            )
        return False

    def _is_news(self, report: Report) -> bool:
        """Whether it is more than a guess at how a track goes on that is known to play."""
        if not report.automated:
            return True
        kept_s = self._guesses.get((*report.session, report.track.uri))
        return kept_s is None or self._now_s() - kept_s >= GUESS_EVERY_S

    def _note_guess(self, report: Report) -> None:
        if not report.automated:
            return
        key = (*report.session, report.track.uri)
        self._guesses[key] = self._now_s()
        self._guesses.move_to_end(key)
        if len(self._guesses) > REMEMBERED:
            self._guesses.popitem(last=False)

    def _now_s(self) -> float:
        return self._inbox.clock.moment().monotonic_s
