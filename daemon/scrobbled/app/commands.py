"""What the running daemon does for commands of the command line."""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scrobbled.analyzer.scan import Progress
from scrobbled.analyzer.service import Analyzer
from scrobbled.app.storehouse import Storehouse
from scrobbled.app.users import add_user
from scrobbled.domain.listen_string import display_title
from scrobbled.errors import DatabaseUnavailable, OperatorError
from scrobbled.runtime.clock import Clock
from scrobbled.runtime.health import Health
from scrobbled.scrobbler.intake import Intake, Sounding
from scrobbled.scrobbler.journal import Journal
from scrobbled.sources import Plugin
from scrobbled.store import Database
from scrobbled.web.control import Command, OnDisconnect, Report
from scrobbled.web.server import describe_health

RECEIPTS_AT_ONCE = 200
VERSION = version("scrobbled")
"""Of this program; looked up on disk, and so not in the loop."""


class DaemonCommands:
    """The daemon's side of `scan`, `match`, `sources`, `user` and `jellyfin record`."""

    def __init__(
        self,
        *,
        health: Health,
        intake: Intake,
        journal: Journal,
        analyzer: Analyzer,
        storehouse: Storehouse,
        clock: Clock,
        plugins: Mapping[str, Plugin],
    ) -> None:
        """Takes the parts that do the work."""
        self._health = health
        self._intake = intake
        self._journal = journal
        self._analyzer = analyzer
        self._storehouse = storehouse
        self._clock = clock
        self._plugins = plugins

    def table(self) -> Mapping[str, Command]:
        """The commands by name."""
        return {
            "status": Command(self._status, only_asks=True),
            "scan": Command(self._scan, OnDisconnect.DETACH),
            "match": Command(self._match, OnDisconnect.DETACH),
            "user-add": Command(self._add_user, OnDisconnect.DETACH),
            "receipts": Command(self._receipts, only_asks=True),
        }

    async def _status(self, _arguments: Mapping[str, Any], _report: Report) -> Any:
        health, capturing = describe_health(self._health, VERSION)
        backlog = await self._journal.backlog()
        return {
            "health": health,
            "capturing": capturing,
            "now_playing": [_shown(sounding) for sounding in self._intake.now_playing()],
            "waiting": backlog.waiting,
            "dead_letters": backlog.dead_letters,
        }

    def _open_database(self) -> Database:
        """The database.

        Raises:
            DatabaseUnavailable: it is not open; who gave the command need not wait for it.
        """
        if self._storehouse.opened is None:
            trouble = self._health.component("database").snapshot().detail
            raise DatabaseUnavailable(f"The daemon cannot do this now: {trouble}")
        return self._storehouse.opened

    async def _scan(self, arguments: Mapping[str, Any], report: Report) -> Any:
        def tell(progress: Progress) -> None:
            report(asdict(progress))

        self._open_database()
        paths = [Path(path) for path in arguments.get("paths", [])]
        scanned = await self._analyzer.scan(
            progress=tell, full=bool(arguments.get("full")), paths=paths or None
        )
        matched = await self._analyzer.match()
        return {"scan": asdict(scanned), "match": asdict(matched)}

    async def _match(self, _arguments: Mapping[str, Any], _report: Report) -> Any:
        self._open_database()
        return asdict(await self._analyzer.match())

    async def _add_user(self, arguments: Mapping[str, Any], _report: Report) -> Any:
        database = self._open_database()
        added = await asyncio.to_thread(add_user, database, str(arguments["name"]), self._now())
        return {"id": added}

    async def _receipts(self, arguments: Mapping[str, Any], _report: Report) -> Any:
        """What was posted for a source, redacted; a page of it."""
        source = str(arguments["source"])
        plugin = self._plugins.get(source.partition(":")[0])
        if plugin is None or plugin.webhook is None:
            raise OperatorError(f"Nothing is posted for {source}.")
        receipts = await self._journal.receipts_since(
            source, float(arguments["since_s"]), int(arguments["after"]), RECEIPTS_AT_ONCE
        )
        pseudonym = partial(_pseudonym, str(arguments["salt"]).encode())
        return [
            {
                "number": receipt.number,
                "wall_s": receipt.received.wall_s,
                "monotonic_s": receipt.received.monotonic_s,
                "boot": pseudonym(receipt.received.host_boot_id)[:8],
                "body": plugin.webhook.redact(receipt.body, pseudonym),
            }
            for receipt in receipts
        ]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.moment().wall_s, UTC)


def _pseudonym(salt: bytes, text: str) -> str:
    return hmac.digest(salt, text.encode(errors="replace"), "sha256").hex()[:32]


def _shown(sounding: Sounding) -> dict[str, Any]:
    playing = sounding.playing
    return {
        "source": sounding.source,
        "user": sounding.user,
        "title": display_title(playing.track),
        "artists": list(playing.track.artists),
        "started_at": datetime.fromtimestamp(playing.started_at_s, UTC).isoformat(),
        "played_secs": round(playing.played_s, 1),
        "paused": playing.paused,
        "counts": playing.counts,
        "counts_in_secs": playing.counts_in_s,
    }
