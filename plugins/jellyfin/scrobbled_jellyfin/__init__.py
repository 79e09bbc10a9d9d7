"""The Jellyfin plugin: takes in what Jellyfin's own Webhook plugin posts."""

from scrobbled.domain.reported_credit import ReportedCredit
from scrobbled.sources import Plugin, WebhookSupport
from scrobbled_jellyfin.config import JellyfinSettings
from scrobbled_jellyfin.diagnose import diagnose
from scrobbled_jellyfin.hook import JellyfinHook
from scrobbled_jellyfin.redact import redact
from scrobbled_jellyfin.reports import Reports
from scrobbled_jellyfin.source import JellyfinSource

PLUGIN = Plugin(
    source_type="jellyfin",
    settings=JellyfinSettings,
    credit=ReportedCredit(),
    create=JellyfinSource,
    diagnose=diagnose,
    webhook=WebhookSupport(open=JellyfinHook, interpret=Reports, redact=redact),
    players_are_sources=False,
)
