"""Why a play is what it is, in plain words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from scrobbled.domain.observation import Observation, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay
from scrobbled.query.history import HistoryEntry, entry
from scrobbled.scrobbler.codec import load_observation, play_of_payload
from scrobbled.store.journal.read import observations_of
from scrobbled.store.journal.tables import JournalTables
from scrobbled.store.listens import read as reads
from scrobbled.store.reading import Readable

_ENDS = {
    ClosedBy.FINISHED: "it came to its end",
    ClosedBy.STOPPED: "the player was stopped",
    ClosedBy.SKIPPED: "the player went on to another track",
    ClosedBy.RESTARTED: "it was started again from the beginning",
    ClosedBy.TITLE_CHANGED: "the station announced another title",
    ClosedBy.IDLE: "the player fell idle",
    ClosedBy.LOST: "contact with the player was lost and it did not go on",
    ClosedBy.PAUSED_TOO_LONG: "it stood paused for too long",
}


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
    """
    row = None
    if not raw:
        row = database.read(partial(reads.play_of_listen, listen_id=number)).result()
    if row is None:
        row = database.read(partial(reads.play_of_raw, raw_id=number)).result()
    if row is None:
        return None
    play = play_of_payload(row.payload)
    seen: list[str] = []
    if journal is not None:
        texts = journal.read(partial(observations_of, play_uid=row.play_uid)).result()
        seen = [_seen(load_observation(text)) for text in texts]
    return Explanation(
        play=entry(row),
        said=_said(play.track) + [_edited(tags) for tags in play.earlier_tags],
        sounded=_sounded(play),
        counted=_counted(play),
        linked=_linked(database, row),
        seen=seen,
    )


def _said(track: TrackInfo) -> list[str]:
    told = [
        ("title", track.title),
        ("artists", ", ".join(repr(artist) for artist in track.artists)),
        ("album", track.album),
        ("album artists", ", ".join(repr(artist) for artist in track.album_artists)),
        ("station", track.station),
        ("recording MBID", track.recording_mbid),
    ]
    sentences = [f"The player named it {track.uri}."]
    told_of = "; ".join(f"{name} {value}" for name, value in told if value)
    sentences.append(f"It told {told_of}." if told_of else "It told no tags.")
    length = "no length" if track.duration_s is None else f"a length of {track.duration_s:.1f} s"
    sentences.append(f"It told {length}{' (a stream)' if track.stream else ''}.")
    return sentences


def _edited(earlier: TrackInfo) -> str:
    title = earlier.title or "no title"
    artists = ", ".join(earlier.artists) or "no artist"
    return f"While it played the tags were changed; before that: {title} by {artists}."


def _sounded(play: ClosedPlay) -> list[str]:
    began = _clock_time(play.started_at_s)
    ended = _clock_time(play.ended_at_s)
    sentences = [
        f"It began at {began} and ended at {ended} (UTC): {_ENDS[play.closed_by]}.",
        f"Of this time {play.played_s:.1f} s sounded.",
    ]
    if play.paused_s >= 0.05:  # noqa: PLR2004 - below, it would read "0.0 s"
        sentences.append(f"It stood paused for {play.paused_s:.1f} s.")
    if play.seeks:
        times = "once" if play.seeks == 1 else f"{play.seeks} times"
        sentences.append(f"The position was moved {times}.")
    if play.joined_late:
        sentences.append("It was under way when first seen; what lay before earned nothing.")
    if play.inferred:
        sentences.append("Nobody watched it; it follows from what was seen before and after.")
    if play.continues is not None:
        sentences.append(
            f"It takes up again an earlier play ({play.continues}), "
            f"which adds {play.inherited_s:.1f} s."
        )
    if play.certainty is not Certainty.HIGH:
        sentences.append(f"The certainty of the capture is {play.certainty.value}.")
    sentences += [f"{_clock_time(note.wall_s)}: {note.text}." for note in play.notes]
    return sentences


def _counted(play: ClosedPlay) -> list[str]:
    verdict = play.verdict
    sentence = f"It {'counts' if verdict.counts else 'does not count'}: {verdict.reason}."
    if verdict.counts and play.counted_at_s is not None:
        return [sentence, f"It had sounded long enough at {_clock_time(play.counted_at_s)} (UTC)."]
    return [sentence]


def _linked(database: Readable, row: reads.PlayRead) -> list[str]:
    if row.duplicate_of is not None:
        return [f"It was captured twice: listen {row.duplicate_of} stands for it."]
    if row.listen_id is None:
        return ["Only plays that count are linked."]
    if row.enriched_at is None:
        return ["It has not been looked for in the library yet."]
    sentences: list[str] = []
    if row.track_id is not None:
        track = database.read(partial(reads.track, track_id=row.track_id)).result()
        if track is not None:
            sentences.append(f"It is linked to {_shown(track)}.")
        sentences.append(f"{link_reason(row.reason or '')} (confidence {row.confidence:.3f}).")
        sentences += [_file(file) for file in track.files] if track else []
    elif row.status == "ambiguous":
        sentences.append("Several recordings fit equally well, so it is not linked.")
    else:
        sentences.append("Nothing in the library fits it, so it is not linked.")
    found = database.read(partial(reads.candidates, listen_id=row.listen_id)).result()
    sentences += [
        f"It could also be {_shown(candidate.track)} (confidence {candidate.confidence:.3f})."
        for candidate in found
        if candidate.track.track_id != row.track_id
    ]
    return sentences


def _file(file: reads.FileRead) -> str:
    if file.missing_since is None:
        return f"Its file is {file.path}."
    return f"Its file was {file.path}; it is gone since {file.missing_since:%Y-%m-%d}."


def link_reason(reason: str) -> str:
    """A `match_reason` as a sentence without its full stop."""
    sentences = {
        "manual": "A person decided so",
        "file": "It is the recording in the file that the player named",
        "item": "It is the item that the media server named",
        "recording_mbid": "It has the same MusicBrainz recording id",
        "isrc": "It has the same ISRC",
        "exact": "Artist and title are the same",
        "normalized": "Artist and title are the same but for spelling",
    }
    return sentences.get(reason, f"The reason is {reason}")


def _shown(track: reads.TrackRead) -> str:
    artists = ", ".join(track.artists) or "an unknown artist"
    return f"track {track.track_id}, {track.title!r} by {artists}"


def _seen(observation: Observation) -> str:
    position = "" if observation.position_s is None else f" at {observation.position_s:.1f} s"
    return (
        f"{_clock_time(observation.at.wall_s)} {observation.state.value}{position}"
        f" ({observation.cause.value})"
    )


def _clock_time(wall_s: float) -> str:
    return datetime.fromtimestamp(wall_s, UTC).strftime("%Y-%m-%d %H:%M:%S")
