"""What was played."""

from dataclasses import dataclass
from datetime import datetime

from scrobbled.domain.listen_string import display_title
from scrobbled.domain.observation import TrackInfo
from scrobbled.domain.play import ClosedPlay
from scrobbled.scrobbler.codec import play_of_payload
from scrobbled.store import Tables, Transaction
from scrobbled.store.listens import read as reads
from scrobbled.store.reading import Readable


@dataclass(frozen=True, slots=True)
class Link:
    """What a listen is linked to."""

    track_id: int
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One play.

    Attributes:
        listen_id: None for a skip.
        raw_id: its row in the raw log.
        listened_at: when it began to sound, UTC.
        source_track_id: the player's own name of the track; for MPD the URI, with `#start-end`
            for a part of a file.
        duration_secs: the track's length in seconds; None when unknown.
        played_secs: seconds that sounded.
        counted: whether it counts as a listen.
        closed_by: what ended it (`ClosedBy`); "unknown" if its payload cannot be read.
        link: None when it is not linked.
    """

    listen_id: int | None
    raw_id: int
    listened_at: datetime
    user: str
    source: str
    source_track_id: str
    title: str
    artists: tuple[str, ...]
    album: str | None
    duration_secs: float | None
    played_secs: float
    counted: bool
    closed_by: str
    link: Link | None


def history(
    database: Readable,
    *,
    user: str | None = None,
    with_skips: bool = False,
    oldest_first: bool = False,
    limit: int | None = None,
) -> list[HistoryEntry]:
    """Plays in the order of their start; see `store.listens.read.plays` for the arguments.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """

    def shown(tx: Transaction[Tables]) -> list[HistoryEntry]:
        plays = reads.plays(
            tx, user=user, with_skips=with_skips, oldest_first=oldest_first, limit=limit
        )
        return [entry(play) for play in plays]

    return database.read(shown).result()


def captured(row: reads.PlayRead) -> ClosedPlay | None:
    """The play as it was captured; None if this version cannot read its payload."""
    try:
        return play_of_payload(row.payload)
    except ValueError:
        return None


def entry(row: reads.PlayRead) -> HistoryEntry:
    """One row as it is shown; of a payload that cannot be read, as far as the columns tell."""
    play = captured(row)
    track = TrackInfo(uri=row.source_track_id or "") if play is None else play.track
    link = None
    if row.track_id is not None:
        link = Link(row.track_id, row.confidence or 0.0, row.reason or "")
    return HistoryEntry(
        listen_id=row.listen_id,
        raw_id=row.raw_id,
        listened_at=row.listened_at,
        user=row.user,
        source=row.source,
        source_track_id=track.uri,
        title=display_title(track),
        artists=track.artists,
        album=track.album,
        duration_secs=track.duration_s,
        played_secs=round(row.played_s, 3),
        counted=row.counted,
        closed_by="unknown" if play is None else play.closed_by.value,
        link=link,
    )
