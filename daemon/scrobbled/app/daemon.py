"""The daemon: what it is made of, and in which order that starts and stops."""

import asyncio
import random as random_numbers
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from scrobbled.analyzer.match import MatchSettings
from scrobbled.analyzer.service import Analyzer
from scrobbled.app.commands import VERSION, DaemonCommands
from scrobbled.app.opening import make_state_dir, open_main_database, prepare_users
from scrobbled.app.storehouse import Storehouse
from scrobbled.config.model import Settings, SourceEntry
from scrobbled.errors import DatabaseRefused
from scrobbled.log import get_logger
from scrobbled.runtime.backoff import Backoff
from scrobbled.runtime.clock import Clock, SystemClock
from scrobbled.runtime.health import Component, Health
from scrobbled.runtime.lock import exclusive_lock
from scrobbled.runtime.notify import Notifier
from scrobbled.runtime.supervisor import Supervisor
from scrobbled.runtime.tasks import Running
from scrobbled.scrobbler.context import RunningSource
from scrobbled.scrobbler.delivery import Delivery
from scrobbled.scrobbler.housekeeping import Housekeeping
from scrobbled.scrobbler.intake import Intake, SourceProfile
from scrobbled.scrobbler.journal import Journal
from scrobbled.scrobbler.local_time import UtcOffset, utc_offset
from scrobbled.scrobbler.mail import Mailbox, MailReader
from scrobbled.scrobbler.reserve import Reserve
from scrobbled.sources import Plugin, Webhook
from scrobbled.store.journal import JournalFile, open_journal
from scrobbled.web.control import serve_control
from scrobbled.web.hooks import hook_routes
from scrobbled.web.server import make_application, serve

DELIVERY_FIRST_RETRY_S = 0.5
DELIVERY_MOST_RETRY_S = 60.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What every part is given."""

    settings: Settings
    plugins: Mapping[str, Plugin]
    clock: Clock
    health: Health
    random: random_numbers.Random


def run(
    settings: Settings,
    plugins: Mapping[str, Plugin],
    *,
    environ: Mapping[str, str],
    clock: Clock | None = None,
) -> int:
    """Runs the daemon until it is told to stop.

    Args:
        settings: the configuration.
        plugins: the plugins that can be used, by source type.
        environ: the environment, for systemd's notifications.
        clock: the present; None for the host's own clocks.

    Returns:
        The exit status.

    Raises:
        OperatorError: it cannot run until a person has acted.
    """
    make_state_dir(settings)
    with exclusive_lock(settings.state_dir):
        log.info(
            "daemon.starting",
            version=VERSION,
            configuration=_shown_file(settings),
            state_dir=str(settings.state_dir),
            database=settings.database.url,
        )
        return asyncio.run(_supervised(settings, plugins, environ, clock or SystemClock()))


def _shown_file(settings: Settings) -> str:
    file = settings.source_file
    return "none: built-in defaults" if file is None else str(file.absolute())


async def _supervised(
    settings: Settings,
    plugins: Mapping[str, Plugin],
    environ: Mapping[str, str],
    clock: Clock,
) -> int:
    around = _Surroundings(settings, plugins, clock, Health(clock), random_numbers.SystemRandom())
    supervisor = Supervisor(
        clock=clock, health=around.health, random=around.random, notifier=Notifier(environ)
    )
    return await supervisor.run(partial(_start, around))


async def _start(around: _Surroundings, supervisor: Supervisor) -> None:
    """Starts capture first: it needs nothing but the journal."""
    settings, clock, health = around.settings, around.clock, around.health
    reserve = Reserve(settings.state_dir)
    store = await asyncio.to_thread(open_journal, settings.state_dir, reserve.give_up_some)
    journal = Journal(store, reserve, clock)
    supervisor.on_stop("stores", journal.close)
    storehouse = Storehouse(
        partial(open_main_database, settings),
        clock,
        prepare=partial(prepare_users, settings=settings, clock=clock),
    )
    supervisor.on_stop("stores", storehouse.close)
    analyzer = Analyzer(
        partial(storehouse.database, supervisor.stopping("analyzer")),
        settings.library.folders,
        match_settings(settings),
        clock,
    )
    delivery = Delivery(
        journal,
        storehouse.database,
        clock,
        Backoff(DELIVERY_FIRST_RETRY_S, DELIVERY_MOST_RETRY_S, random=around.random),
        health.component("deliver"),
        on_recorded=analyzer.match_wanted.set,
    )
    intake = Intake(
        journal,
        settings.counting.rules(),
        clock,
        new_play_uid=lambda: str(uuid.uuid4()),
        on_closed=delivery.hand_over,
    )
    profiles = await asyncio.to_thread(_profiles, around)
    await intake.load(profiles)
    webhooks = _open_mailboxes(around, supervisor, intake, journal)
    file = await asyncio.to_thread(JournalFile.opened_in, settings.state_dir)
    journal_health = health.component("journal", essential=True)
    housekeeping = Housekeeping(intake, journal, clock, journal_health, file=file)
    supervisor.start_core("ingest", "journal", housekeeping.run)
    for source in settings.sources:
        _start_source(around, supervisor, source, intake, analyzer)
    supervisor.start_restarting("stores", "database", storehouse.run, fatal=(DatabaseRefused,))
    supervisor.start_restarting("ingest", "deliver", delivery.run)
    _start_analyzer(around, supervisor, analyzer)
    commands = DaemonCommands(
        health=health,
        intake=intake,
        journal=journal,
        analyzer=analyzer,
        storehouse=storehouse,
        clock=clock,
        plugins=around.plugins,
    )
    _start_servers(around, supervisor, commands, webhooks)


def match_settings(settings: Settings) -> MatchSettings:
    """How listens are linked, as the configuration says."""
    return MatchSettings(
        auto_link_at=settings.analyzer.auto_link_at,
        source_order=tuple(_name(source) for source in settings.sources),
    )


def _name(source: SourceEntry) -> str:
    return f"{source.type}:{source.name}"


def _profiles(around: _Surroundings) -> list[SourceProfile]:
    """One for each source; looks time zones up on disk."""
    offsets = {user.name: utc_offset(user.timezone) for user in around.settings.users}
    return [_profile(around, source, offsets) for source in around.settings.sources]


def _profile(
    around: _Surroundings, source: SourceEntry, offsets: Mapping[str, UtcOffset]
) -> SourceProfile:
    default = around.settings.default_user.name
    user = source.user if source.user in offsets else default
    plugin = around.plugins[source.type]
    return SourceProfile(
        _name(source),
        user or default,
        plugin.credit,
        offsets[user or default],
        offsets,
        plugin.players_are_sources,
    )


def _open_mailboxes(
    around: _Surroundings, supervisor: Supervisor, intake: Intake, journal: Journal
) -> dict[tuple[str, str], Webhook]:
    """Opens a mailbox for each source whose media server posts; returns what answers there."""
    webhooks: dict[tuple[str, str], Webhook] = {}
    for source in around.settings.sources:
        support = around.plugins[source.type].webhook
        if support is None:
            continue
        name = _name(source)
        mailbox = Mailbox(name, journal, around.clock, around.health.component(name))
        webhooks[source.type, source.name] = support.open(source, mailbox)
        last_seen = partial(intake.last_observation, name)
        interpreter = partial(support.interpret, source, last_seen)
        reader = MailReader(mailbox, interpreter, intake, journal, around.clock)
        intake.hold(name)
        supervisor.start_restarting("ingest", f"read {name}", reader.run)
    return webhooks


def _start_source(
    around: _Surroundings,
    supervisor: Supervisor,
    source: SourceEntry,
    intake: Intake,
    analyzer: Analyzer,
) -> None:
    """Watches a source; how its task and how its media server does is one answer."""
    name = _name(source)
    component = around.health.component(name)

    async def watch(task: Running) -> None:
        context = RunningSource(
            name,
            around.clock,
            intake,
            _SourceHealth(task, component),
            on_library_changed=analyzer.scan_wanted.set,
        )
        watching = around.plugins[source.type].create(source, context)
        await watching.run(task.stopping)

    supervisor.start_restarting("sources", name, watch)


@dataclass(frozen=True, slots=True)
class _SourceHealth:
    """Where a source says how its media server is doing: for its task, and its component."""

    task: Running
    component: Component

    def ok(self, detail: str = "") -> None:
        self.task.working(detail)

    def degraded(self, detail: str) -> None:
        self.task.degraded(detail)

    def count(self, counter: str, by: float = 1) -> None:
        self.component.count(counter, by)


def _start_analyzer(around: _Surroundings, supervisor: Supervisor, analyzer: Analyzer) -> None:
    settings = around.settings
    if settings.library.folders:
        supervisor.start_periodic(
            "analyzer",
            "scan",
            analyzer.scan_now,
            every_s=settings.library.scan_every,
            nudge=analyzer.scan_wanted,
        )
    supervisor.start_periodic(
        "analyzer",
        "match",
        analyzer.match_now,
        every_s=settings.analyzer.match_every,
        nudge=analyzer.match_wanted,
    )


def _start_servers(
    around: _Surroundings,
    supervisor: Supervisor,
    commands: DaemonCommands,
    webhooks: Mapping[tuple[str, str], Webhook],
) -> None:
    settings = around.settings

    async def answer_commands(task: Running) -> None:
        async with serve_control(settings.state_dir, commands.table()):
            task.working("commands are answered")
            await task.stopping.wait()

    async def serve_web(task: Running) -> None:
        routes = hook_routes(webhooks)
        application = make_application(around.health, VERSION, routes)
        async with serve(application, settings.web.listen) as addresses:
            task.working(f"listening on {', '.join(addresses)}")
            await task.stopping.wait()

    supervisor.start_restarting("web", "control", answer_commands)
    supervisor.start_restarting("web", "web", serve_web)
