"""Why a play is what it is, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from scrobbled.domain.observation import Observation
from scrobbled.query import wording
from scrobbled.query.history import HistoryEntry, captured, entry
from scrobbled.scrobbler.codec import load_observation
from scrobbled.store import Tables, Transaction
from scrobbled.store.journal.read import observations_of
from scrobbled.store.journal.tables import JournalTables
from scrobbled.store.listens import read as reads
from scrobbled.store.reading import Readable


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one play; each list holds plain sentences.

    Attributes:
        play: the play as `history` shows it.
        said: what the player said the track is.
        sounded: how many seconds sounded, and why no more.
        counted: why it counts or not.
        linked: why it is linked as it is, or not.
        seen: the single observations, while the journal still has them; else empty.
    """

    play: HistoryEntry
    said: list[str]
    sounded: list[str]
    counted: list[str]
    linked: list[str]
    seen: list[str]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the main database knows of a play, at one moment."""

    row: reads.PlayRead
    track: reads.TrackRead | None
    candidates: list[reads.CandidateRead]


def explain(
    database: Readable, journal: Readable[JournalTables] | None, number: int, *, raw: bool
) -> Explanation | None:
    """Explains a play.

    Args:
        database: the main database.
        journal: the capture journal; None when there is none to read.
        number: a `listen_id`, or if there is none such or `raw` is set, a `raw_id`.
        raw: whether `number` is a `raw_id` for certain.

    Returns:
        None when there is no such play.

    Raises:
        DatabaseUnavailable: the database or the journal does not answer.
    """
    stored = database.read(partial(_stored, number=number, raw=raw)).result()
    if stored is None:
        return None
    row, play = stored.row, captured(stored.row)
    linked = wording.linked(row, stored.track, stored.candidates)
    if play is None:
        told = f"What was captured cannot be read by this version (form {row.payload_version})."
        counted = f"It {'counts' if row.counted else 'does not count'}."
        heard = f"It sounded for {row.played_s:.1f} s."
        return Explanation(entry(row), [told], [heard], [counted], linked, [])
    return Explanation(
        play=entry(row),
        said=wording.said(play),
        sounded=wording.sounded(play),
        counted=wording.counted(play),
        linked=linked,
        seen=wording.seen(_observations(journal, row.play_uid), play),
    )


def _stored(tx: Transaction[Tables], number: int, *, raw: bool) -> _Stored | None:
    row = None if raw else reads.play_of_listen(tx, number)
    if row is None:
        row = reads.play_of_raw(tx, number)
    if row is None:
        return None
    track = None if row.track_id is None else reads.track(tx, row.track_id)
    found = [] if row.listen_id is None else reads.candidates(tx, row.listen_id)
    return _Stored(row, track, found)


def _observations(journal: Readable[JournalTables] | None, play_uid: str) -> list[Observation]:
    if journal is None:
        return []
    texts = journal.read(partial(observations_of, play_uid=play_uid)).result()
    return list(_readable(texts))


def _readable(texts: list[str]) -> Iterator[Observation]:
    """The observations that this version can read: details, of which some may be missing."""
    for text in texts:
        try:
            yield load_observation(text)
        except ValueError:
            continue
