"""The MPD plugin: watches MPD by its own protocol."""

from scrobbled.sources import Plugin
from scrobbled_mpd.config import MpdSettings
from scrobbled_mpd.diagnose import diagnose
from scrobbled_mpd.partition import CREDIT
from scrobbled_mpd.watch import MpdSource

PLUGIN = Plugin(
    source_type="mpd",
    settings=MpdSettings,
    credit=CREDIT,
    create=MpdSource,
    diagnose=diagnose,
)
