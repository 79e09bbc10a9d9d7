"""Decides about a batch of listens, in one look at the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scrobbled.analyzer.match.locate import Located
from scrobbled.domain.duplicates import Captured, Duplicate, find_duplicates
from scrobbled.domain.listen_string import ListenString
from scrobbled.domain.match_evidence import Hit, Names, names_agree, string_keys
from scrobbled.domain.matching import Decision, Status, by_file, decide
from scrobbled.domain.text import normalise
from scrobbled.store.listens.link_read import Pending, captured_near, tracks_with_keys_of
from scrobbled.store.listens.link_strings import StringResult
from scrobbled.store.medialibrary.match_read import (
    TrackFacts,
    durations,
    parts_of,
    track_facts,
    tracks_with_keys,
    tracks_with_mbids,
)
from scrobbled.store.transaction import Transaction

_PART_BEGINS_WITHIN_MS = 1000
"""A cue sheet counts in frames (1/75 s), and players round."""


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """How listens are linked.

    Attributes:
        auto_link_at: the confidence from which a link is made without asking a person.
        source_order: sources (`<type>:<name>`) in the order of the configuration: of a play that
            two captured, the listen of the first stays.
    """

    auto_link_at: float = 0.97
    source_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was decided about a batch.

    Attributes:
        decisions: by listen.
        strings: what was searched.
        duplicates: listens that others stand for.
    """

    decisions: Mapping[int, Decision]
    strings: Sequence[StringResult]
    duplicates: Sequence[Duplicate]


def search(
    tx: Transaction,
    listens: Sequence[Pending],
    located: Mapping[int, Located],
    settings: MatchSettings,
) -> Found:
    """Decides about `listens`: the file first, then what their strings find."""
    decisions = _by_files(tx, listens, located)
    strings = {
        listen.string_id: listen
        for listen in listens
        if listen.listen_id not in decisions and listen.string_id is not None
    }
    results = _by_strings(tx, strings, settings.auto_link_at)
    for listen in listens:
        if listen.listen_id not in decisions:
            result = results.get(listen.string_id or 0)
            decisions[listen.listen_id] = result.decision if result else _NOTHING
    duplicates = _duplicates(tx, listens, decisions, settings.source_order)
    return Found(decisions, list(results.values()), duplicates)


_NOTHING = Decision(Status.UNMATCHED)


def _by_files(
    tx: Transaction, listens: Sequence[Pending], located: Mapping[int, Located]
) -> dict[int, Decision]:
    decisions = {}
    parts_wanted = []
    for listen in listens:
        where = located[listen.listen_id]
        if where.file is None:
            continue
        if where.places.start_ms is not None:
            parts_wanted.append(listen)
        elif where.file.track_id is not None:
            decisions[listen.listen_id] = by_file(where.file.track_id)
    decisions.update(_by_parts(tx, parts_wanted, located))
    return decisions


def _by_parts(
    tx: Transaction, listens: Sequence[Pending], located: Mapping[int, Located]
) -> dict[int, Decision]:
    """Links to parts of files; to a whole one only where its title is the one that was told."""
    files = {
        listen.listen_id: file for listen in listens if (file := located[listen.listen_id].file)
    }
    parts = parts_of(tx, {file.file_id for file in files.values()})
    whole = {file.track_id for file in files.values() if file.track_id is not None}
    facts = track_facts(tx, whole)
    decisions = {}
    for listen in listens:
        file, start_ms = files[listen.listen_id], located[listen.listen_id].places.start_ms
        track_id = next(
            (
                part.track_id
                for part in parts.get(file.file_id, ())
                if abs(part.start_ms - (start_ms or 0)) <= _PART_BEGINS_WITHIN_MS
            ),
            None,
        )
        if track_id is None and file.track_id in facts:
            same = normalise(facts[file.track_id].title) == normalise(listen.named.title)
            track_id = file.track_id if same else None
        if track_id is not None:
            decisions[listen.listen_id] = by_file(track_id)
    return decisions


@dataclass(slots=True)
class _Evidence:
    """What the strings of a batch have in common with recordings.

    Attributes:
        names: by string and track, how the names agree at best; None where only the id does.
    """

    names: dict[int, dict[int, Names | None]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, string_id: int, track_id: int, names: Names | None) -> None:
        known = self.names[string_id].get(track_id)
        if known is None or (names is not None and names < known):
            self.names[string_id][track_id] = names or known

    @property
    def tracks(self) -> set[int]:
        return {track_id for tracks in self.names.values() for track_id in tracks}


def _by_strings(
    tx: Transaction, strings: Mapping[int, Pending], auto_link_at: float
) -> dict[int, StringResult]:
    named = {string_id: listen.named for string_id, listen in strings.items()}
    fresh = {
        string_id: tuple((int(kind), key8) for kind, key8 in string_keys(named[string_id]))
        for string_id, listen in strings.items()
        if not listen.keys_stored
    }
    evidence = _gather(tx, named, fresh)
    facts = track_facts(tx, evidence.tracks)
    results = {}
    for string_id, string in named.items():
        hits = _hits(evidence.names.get(string_id, {}), facts)
        decision = decide(string, hits, auto_link_at=auto_link_at)
        results[string_id] = StringResult(string_id, decision, fresh.get(string_id))
    return results


def _gather(
    tx: Transaction,
    named: Mapping[int, ListenString],
    fresh: Mapping[int, Sequence[tuple[int, int]]],
) -> _Evidence:
    evidence = _Evidence()
    stored = named.keys() - fresh.keys()
    for string_id, of_string, of_track, track_id in tracks_with_keys_of(tx, stored):
        evidence.add(string_id, track_id, names_agree(of_string, of_track))
    by_key: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for string_id, keys in fresh.items():
        for kind, key8 in keys:
            by_key[key8].append((string_id, kind))
    for key8, of_track, track_id in tracks_with_keys(tx, by_key.keys()):
        for string_id, of_string in by_key[key8]:
            evidence.add(string_id, track_id, names_agree(of_string, of_track))
    by_mbid: dict[str, list[int]] = defaultdict(list)
    for string_id, string in named.items():
        if string.recording_mbid is not None:
            by_mbid[string.recording_mbid].append(string_id)
    for mbid, track_id in tracks_with_mbids(tx, by_mbid.keys()):
        for string_id in by_mbid[mbid]:
            evidence.add(string_id, track_id, None)
    return evidence


def _hits(found: Mapping[int, Names | None], facts: Mapping[int, TrackFacts]) -> Iterable[Hit]:
    for track_id, names in found.items():
        fact = facts.get(track_id)
        if fact is not None:
            yield Hit(
                track_id=track_id,
                names=names,
                title=fact.title,
                artists=fact.artists,
                credit=fact.credit,
                albums=fact.albums,
                duration_s=fact.duration_s,
                recording_mbids=fact.recording_mbids,
            )


def _duplicates(
    tx: Transaction,
    listens: Sequence[Pending],
    decisions: Mapping[int, Decision],
    source_order: Sequence[str],
) -> list[Duplicate]:
    """Duplicates among what is about to be linked and what is."""
    linked = [
        (listen, track_id)
        for listen in listens
        if (track_id := decisions[listen.listen_id].track_id) is not None
    ]
    moments = [(listen.user_id, track_id, listen.listened_at) for listen, track_id in linked]
    plays = captured_near(tx, moments)
    here = {listen.listen_id for listen in listens}
    groups = {
        pair: [play for play in near if play.listen_id not in here] for pair, near in plays.items()
    }
    for listen, track_id in linked:
        group = groups.setdefault((listen.user_id, track_id), [])
        seconds = int(listen.listened_at.timestamp())
        group.append(Captured(listen.raw_id, listen.listen_id, seconds, listen.source))
    several = {pair: group for pair, group in groups.items() if len(group) > 1}
    lengths = durations(tx, {track_id for _user, track_id in several})
    return [
        duplicate
        for (_user, track_id), group in several.items()
        for duplicate in find_duplicates(
            group, duration_s=lengths.get(track_id), source_order=source_order
        )
    ]
