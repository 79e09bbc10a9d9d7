"""A closed play as the row that it becomes."""

import math

from scrobbled.domain.listen_string import listen_string
from scrobbled.domain.play import ClosedPlay
from scrobbled.scrobbler.codec import play_payload
from scrobbled.store.listens.write import PlayRow

PAYLOAD_VERSION = 1
"""Of `listens_raw.payload_json` as `codec.play_payload` writes it."""


def play_row(play: ClosedPlay) -> PlayRow:
    """The row of `play` for `listens_raw`, and for `listens` if it counts.

    Raises:
        ValueError: its times or lengths are no numbers.
    """
    return PlayRow(
        play_uid=play.play_uid,
        user=play.user,
        source=play.source,
        source_track_id=play.track.uri,
        listened_at_s=math.floor(play.started_at_s),
        utc_offset_min=play.utc_offset_min,
        counted=play.verdict.counts,
        played_s=play.played_s,
        heard_s=play.played_s + play.inherited_s,
        payload=play_payload(play),
        payload_version=PAYLOAD_VERSION,
        string=listen_string(play.track),
    )
