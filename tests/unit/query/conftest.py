"""A main database and a journal with plays in them, as commands find them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.play import ClosedBy, ClosedPlay, Verdict
from scrobbled.scrobbler.codec import dump_observation
from scrobbled.scrobbler.record import play_row
from scrobbled.store import Database, Tables, open_database
from scrobbled.store.journal import JournalStore, open_journal
from scrobbled.store.journal.write import SessionRow, keep_session
from scrobbled.store.listens.write import Recorded, record_play

START_S = 1_790_000_000.0
NOW = datetime.fromtimestamp(START_S + 3600, UTC)
SONG = TrackInfo(
    uri="album/song.flac",
    title="Song",
    artists=("First", "Second"),
    album="Album",
    album_artists=("First",),
    duration_s=200.0,
)


def closed(number: int = 1, **changes: Any) -> ClosedPlay:
    """The `number`th play, heard from end to end, in Berlin in summer."""
    play = ClosedPlay(
        play_uid=f"00000000-0000-4000-8000-{number:012d}",
        source="mpd:test",
        user="anna",
        track=SONG,
        started_at_s=START_S + 300 * number,
        ended_at_s=START_S + 300 * number + 200,
        utc_offset_min=120,
        played_s=200.0,
        paused_s=0.0,
        seeks=0,
        closed_by=ClosedBy.FINISHED,
        verdict=Verdict(counts=True, reason="200.0 s sounded", required_s=100.0),
        counted_at_s=START_S + 300 * number + 100,
    )
    return replace(play, **changes)


def skipped(number: int = 1, **changes: Any) -> ClosedPlay:
    """A play that did not count."""
    verdict = Verdict(counts=False, reason="only 9.0 s sounded", required_s=100.0)
    return closed(number, played_s=9.0, verdict=verdict, counted_at_s=None, **changes)


def look(after_s: float, **changes: Any) -> Observation:
    """An observation of the first play, so many seconds after its start."""
    seen = Observation(
        player="",
        state=PlayerState.PLAYING,
        at=Moment(after_s, START_S + 300 + after_s, "boot"),
        entry_id="1",
        track=SONG,
        position_s=after_s,
        cause=Cause.HEARTBEAT,
    )
    return replace(seen, **changes)


@dataclass
class Stores:
    """What commands read from."""

    database: Database[Tables]
    journal: JournalStore

    def record(self, *plays: ClosedPlay) -> list[Recorded]:
        """Delivers plays."""
        return [
            self.database.write(partial(record_play, play=play_row(play), now=NOW)).result()
            for play in plays
        ]

    def observe(self, play_uid: str, looks: Sequence[Observation | str]) -> None:
        """Keeps observations (or any text) of a play in the journal."""
        for each in looks:
            row = SessionRow(
                source="mpd:test",
                player="",
                session_json="{}",
                saved_at_s=0.0,
                observation_json=each if isinstance(each, str) else dump_observation(each),
                seen_at_s=0.0,
                play_uids=(play_uid,),
                closed=(),
            )
            self.journal.write(partial(keep_session, row=row)).result()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """An empty database and an empty journal."""
    with open_database(f"sqlite:///{tmp_path}/main.db") as database, open_journal(tmp_path) as kept:
        yield Stores(database, kept)
