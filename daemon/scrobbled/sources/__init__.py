"""The public plugin API: what a media server's plugin offers and what it is given.

A plugin is one package that registers an entry point in the group `scrobbled.sources`::

    [project.entry-points."scrobbled.sources"]
    navidrome = "scrobbled_navidrome:PLUGIN"

and imports nothing of the daemon but `scrobbled.sources`, `scrobbled.domain`,
`scrobbled.runtime`, `scrobbled.errors` and `scrobbled.log`.

`Duration`, `Interval`, `AbsolutePath`, `HttpUrl` and `SecretFile` are types for the fields of its
settings.
"""

from scrobbled.config.addresses import HttpUrl
from scrobbled.config.durations import Duration, Interval
from scrobbled.config.paths import AbsolutePath
from scrobbled.config.secrets import SecretFile
from scrobbled.sources.api import (
    API_VERSION,
    Attention,
    HookAnswer,
    Inbox,
    Interpreted,
    Interpreter,
    LastSeen,
    Plugin,
    Receipt,
    Source,
    SourceContext,
    SourceSettings,
    Webhook,
    WebhookSupport,
)

__all__ = [
    "API_VERSION",
    "AbsolutePath",
    "Attention",
    "Duration",
    "HookAnswer",
    "HttpUrl",
    "Inbox",
    "Interpreted",
    "Interpreter",
    "Interval",
    "LastSeen",
    "Plugin",
    "Receipt",
    "SecretFile",
    "Source",
    "SourceContext",
    "SourceSettings",
    "Webhook",
    "WebhookSupport",
]
