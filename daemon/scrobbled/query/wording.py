"""What is known of a play, in plain sentences."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay
from scrobbled.domain.text import brief
from scrobbled.store.listens.read import CandidateRead, FileRead, PlayRead, TrackRead

NOTABLE_S = 0.05
"""Less than this would read "0.0 s"."""

ENDS = {
    ClosedBy.FINISHED: "it came to its end",
    ClosedBy.STOPPED: "the player was stopped",
    ClosedBy.SKIPPED: "the player went on to another track",
    ClosedBy.RESTARTED: "it was started again from the beginning",
    ClosedBy.TITLE_CHANGED: "the station announced another title",
    ClosedBy.IDLE: "the player fell idle",
    ClosedBy.LOST: "contact with the player was lost, and it did not go on with this play",
    ClosedBy.PAUSED_TOO_LONG: "it stood paused for too long",
}

REASONS = {
    "manual": "A person decided so",
    "file": "The player named the file of this recording",
    "item": "The media server named this item",
    "recording_mbid": "Both have the same MusicBrainz recording id",
    "isrc": "Both have the same ISRC",
    "exact": "Artist and title are the same",
    "normalized": "Artist and title are the same but for their spelling",
    "parsed": "Artist and title, as taken from what the player told, are the same",
    "fuzzy": "Artist and title are much alike",
    "other_edit": "It is another edit of the same recording",
    "own_metadata": "It is told by what its player said of it alone",
}
"""Each `match_reason` as a sentence without its end."""

_CAUSES = {
    Cause.CONNECT: "the first look after a time without contact",
    Cause.SHUTDOWN: "the last look, as the daemon was stopped",
    Cause.IDLE: "the server has given the player up",
}
_CERTAINTIES = {
    Certainty.MEDIUM: "The player was not watched all the time, so this is not quite certain.",
    Certainty.LOW: "The player told little, so this is uncertain.",
}


class Clockface:
    """Times as the listener's clock showed them.

    Args:
        utc_offset_min: of that clock; None for UTC.
    """

    def __init__(self, utc_offset_min: int | None) -> None:
        known = utc_offset_min is not None and abs(utc_offset_min) < 24 * 60
        self._zone = timezone(timedelta(minutes=utc_offset_min or 0)) if known else UTC

    def date_and_time(self, wall_s: float) -> str:
        """Day and time of day, to the second."""
        return datetime.fromtimestamp(wall_s, self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def time(self, wall_s: float) -> str:
        """The time of day alone, to the second."""
        return datetime.fromtimestamp(wall_s, self._zone).strftime("%H:%M:%S")

    def zone(self) -> str:
        """Which clock it is, such as UTC+02:00."""
        return str(self._zone)


def said(play: ClosedPlay) -> list[str]:
    """What the player said the track is."""
    track = play.track
    told = [
        (name, values)
        for name, values in (
            ("title", [track.title]),
            ("artist", track.artists),
            ("album", [track.album]),
            ("album artist", track.album_artists),
            ("station", [track.station]),
            ("MusicBrainz recording id", [track.recording_mbid]),
        )
        if any(values)
    ]
    tags = [
        f"the {name}{'s' if len(values) > 1 else ''} {_quoted(*values)}" for name, values in told
    ]
    return [
        f'The player called it "{track.uri}".',
        f"It told {_listed(tags)}." if tags else "It told no tags.",
        _length(track),
        *(_edited(earlier) for earlier in play.earlier_tags),
    ]


def sounded(play: ClosedPlay) -> list[str]:
    """How many seconds sounded, and why no more."""
    clock = Clockface(play.utc_offset_min)
    began, ended = clock.date_and_time(play.started_at_s), clock.date_and_time(play.ended_at_s)
    if began[:10] == ended[:10]:
        ended = ended[11:]
    lasted_s = play.ended_at_s - play.started_at_s
    if lasted_s - play.played_s < NOTABLE_S:
        share = f"It sounded for {play.played_s:.1f} s, all of this time."
    else:
        share = f"Of these {lasted_s:.1f} s it sounded for {play.played_s:.1f} s."
    times = f"It began at {began} and ended at {ended} ({clock.zone()})"
    sentences = [f"{times}: {ENDS[play.closed_by]}.", share]
    if play.paused_s >= NOTABLE_S:
        sentences.append(f"It stood paused for {play.paused_s:.1f} s.")
    if play.seeks:
        times = "once" if play.seeks == 1 else f"{play.seeks} times"
        sentences.append(f"The position was moved {times}; what that left out did not sound.")
    if play.joined_late:
        sentences.append("It was under way when it was first seen; what came before is not known.")
    if play.inferred:
        sentences.append("Nobody watched it: it follows from what was seen before and after it.")
    if play.continues is not None:
        sentences.append(_taken_up(play))
    if play.certainty in _CERTAINTIES:
        sentences.append(_CERTAINTIES[play.certainty])
    return sentences + [f"{clock.time(note.wall_s)}: {note.text}." for note in play.notes]


def counted(play: ClosedPlay) -> list[str]:
    """Why it counts or not."""
    verdict = play.verdict
    sentences = [f"It {'counts' if verdict.counts else 'does not count'}: {verdict.reason}."]
    known_at_s = play.counted_at_s
    # A clock that was set in the meantime would tell a time before or after all this.
    if known_at_s is not None and play.started_at_s <= known_at_s <= play.ended_at_s:
        at = Clockface(play.utc_offset_min).time(known_at_s)
        sentences.append(f"It had sounded for long enough at {at}.")
    return sentences


def linked(
    row: PlayRead, track: TrackRead | None, candidates: Sequence[CandidateRead]
) -> list[str]:
    """Why it is linked as it is, or not.

    Args:
        row: the play.
        track: what it is linked to; None when it is not linked.
        candidates: what it could be as well, the best first.
    """
    if row.duplicate_of is not None:
        return [f"It was captured twice; listen {row.duplicate_of} stands for both."]
    if row.listen_id is None:
        return ["Only plays that count are linked."]
    if row.enriched_at is None:
        return ["It has not been looked for in the library yet."]
    if track is not None:
        reason = REASONS.get(row.reason or "", "No reason was kept")
        sentences = [f"It is linked to {_shown(track)}.", f"{reason} ({_sure(row.confidence)})."]
        sentences += [_file(file) for file in track.files]
    elif row.status == "ambiguous":
        sentences = ["Several recordings fit it equally well, so it is not linked."]
    else:
        sentences = ["Nothing in the library fits it well enough, so it is not linked."]
    return sentences + [
        f"It could {'also ' if track else ''}be {_shown(other.track)} ({_sure(other.confidence)})."
        for other in candidates
        if other.track.track_id != row.track_id
    ]


def seen(observations: Sequence[Observation], play: ClosedPlay) -> list[str]:
    """The single observations of a play; looks that only found it playing on are one line."""
    clock = Clockface(play.utc_offset_min)
    runs: list[list[Observation]] = []
    for look in observations:
        if runs and _is_routine(look, play) and _is_routine(runs[-1][-1], play):
            runs[-1].append(look)
        else:
            runs.append([look])
    return [_looks(run, play, clock) for run in runs]


def _is_routine(look: Observation, play: ClosedPlay) -> bool:
    """Whether it shows the play going on, without anything having happened."""
    return look.cause in {Cause.HEARTBEAT, Cause.ESTIMATE} and look.plays and _is_of(look, play)


def _looks(looks: Sequence[Observation], play: ClosedPlay, clock: Clockface) -> str:
    first, last = looks[0], looks[-1]
    if len(looks) == 1:
        return f"{clock.time(first.at.wall_s)}  {_look(first, play)}"
    times = f"{clock.time(first.at.wall_s)} to {clock.time(last.at.wall_s)}"
    return f"{times}  still {_look(last, play)} (looked at {len(looks)} times)"


def _look(look: Observation, play: ClosedPlay) -> str:
    told: str = look.state.value
    if look.track is not None and look.state is not PlayerState.STOPPED:
        told += "" if _is_of(look, play) else f" {_named(look.track)}"
        told += "" if look.position_s is None else f" at {look.position_s:.1f} s"
    cause = _CAUSES.get(look.cause)
    return told if cause is None else f"{told} ({cause})"


def _is_of(look: Observation, play: ClosedPlay) -> bool:
    """Whether it shows the play's own track, as far as it can be told."""
    track = look.track
    if track is None or track.uri != play.track.uri:
        return False
    return not track.stream or track.title in {None, play.track.title}


def _length(track: TrackInfo) -> str:
    if track.stream:
        return "It is a radio stream, which has no length."
    if not track.duration_s:
        return "It told no length."
    return f"The track is {track.duration_s:.1f} s long."


def _edited(earlier: TrackInfo) -> str:
    return f"Its tags were changed while it played; before, it was {_named(earlier)}."


def _taken_up(play: ClosedPlay) -> str:
    before = f"It takes up again a play that was left before ({play.continues})"
    if play.inherited_s < NOTABLE_S:
        return f"{before}."
    return f"{before}; the {play.inherited_s:.1f} s that sounded then are added."


def _named(track: TrackInfo) -> str:
    artists = f" by {_listed([brief(artist) for artist in track.artists])}" if track.artists else ""
    return f"{_quoted(track.title or track.uri)}{artists}"


def _shown(track: TrackRead) -> str:
    return f"track {track.track_id}, {_quoted(track.title)} by " + (
        _listed([brief(artist) for artist in track.artists]) or "an unknown artist"
    )


def _file(file: FileRead) -> str:
    if file.missing_since is None:
        return f"Its file is {file.path}."
    return f"Its file was {file.path}, which is gone since {file.missing_since:%Y-%m-%d}."


def _sure(confidence: float | None) -> str:
    """A confidence as people say it; certain only if there is no doubt at all."""
    if confidence is None or confidence >= 1:
        return "certain"
    return f"{min(99, round(confidence * 100))}% sure"


def _quoted(*texts: str | None) -> str:
    return _listed([f'"{brief(text)}"' for text in texts if text])


def _listed(parts: Sequence[str]) -> str:
    """`parts` as an enumeration: a, b and c."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
