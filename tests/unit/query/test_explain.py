"""One play explained, from what the stores hold."""

from dataclasses import asdict
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.query.conftest import Stores, closed, look, skipped
from tests.unit.store.plays import statements
from tests.unit.store.recordings import add_track, duplicate, link, suggest

from scrobbled.domain.observation import Cause
from scrobbled.query.explain import Explanation, explain
from scrobbled.store import Transaction
from scrobbled.store.journal.write import prune


def explained(stores: Stores, number: int, *, raw: bool = False) -> Explanation:
    """The explanation of a play that there is."""
    found = explain(stores.database, stores.journal, number, raw=raw)
    assert found is not None
    return found


@pytest.fixture
def household(stores: Stores) -> Stores:
    """A skip, and a listen that is linked; their raw numbers are 1 and 2, the listen's is 1."""
    stores.record(skipped(1), closed(2))

    def judge(tx: Transaction) -> None:
        first = add_track(tx, "Song", ["First", "Second"], "/music/song.flac")
        other = add_track(tx, "Song (Live)")
        link(tx, 1, first)
        suggest(tx, 1, other, 0.25)

    stores.database.write(judge).result()
    return stores


def test_a_listen_is_explained_by_its_number(household: Stores) -> None:
    """All parts have something to say."""
    found = explained(household, 1)

    assert (found.play.listen_id, found.play.raw_id) == (1, 2)
    assert found.said[0] == 'The player called it "album/song.flac".'
    assert found.sounded[1] == "It sounded for 200.0 s, all of this time."
    assert found.counted[0] == "It counts: 200.0 s sounded."
    assert found.linked == [
        'It is linked to track 1, "Song" by First and Second.',
        "The player named the file of this recording (certain).",
        "Its file is /music/song.flac.",
        'It could also be track 2, "Song (Live)" by an unknown artist (25% sure).',
    ]
    assert found.seen == []


def test_a_raw_number_is_taken_as_such_when_asked(household: Stores) -> None:
    """1 is the listen, raw:1 the skip; a number that is no listen's is a raw one."""
    assert explained(household, 1, raw=True).play.listen_id is None
    assert explained(household, 2) == explained(household, 1)
    assert explained(household, 1, raw=True).linked == ["Only plays that count are linked."]


def test_there_may_be_no_such_play(household: Stores) -> None:
    """Neither as a listen nor as a row."""
    assert explain(household.database, household.journal, 99, raw=False) is None
    assert explain(household.database, household.journal, 99, raw=True) is None


def test_a_play_that_was_captured_twice(stores: Stores) -> None:
    """The other listen is named."""
    stores.record(closed(1), closed(2))
    stores.database.write(partial(duplicate, raw_id=2, of_listen_id=1)).result()

    assert explained(stores, 2, raw=True).linked == [
        "It was captured twice; listen 1 stands for both."
    ]


def test_observations_are_told_while_the_journal_has_them(stores: Stores) -> None:
    """Those of this play only; of what cannot be read there is nothing to tell."""
    stores.record(closed(1))
    stores.observe(closed(1).play_uid, [look(0, cause=Cause.EVENT), "{}", look(15), look(30)])
    stores.observe(closed(2).play_uid, [look(100)])

    assert explained(stores, 1).seen == [
        "16:18:20  playing at 0.0 s",
        "16:18:35 to 16:18:50  still playing at 30.0 s (looked at 2 times)",
    ]
    stores.journal.write(partial(prune, before_s=1.0, limit=100)).result()
    assert explained(stores, 1).seen == []


def test_without_a_journal_the_rest_is_told(household: Stores) -> None:
    """Only details are in it."""
    found = explain(household.database, None, 1, raw=False)

    assert found is not None
    assert found == explained(household, 1)


def test_what_cannot_be_read_is_told_as_far_as_it_can(household: Stores) -> None:
    """A payload of a later version leaves what the columns say."""

    def spoil(tx: Transaction) -> None:
        raw = tx.tables.listens_raw
        tx.connection.execute(sa.update(raw).values(payload_json={}, payload_version=7))

    household.database.write(spoil).result()
    found = explained(household, 1)

    assert found.said == ["What was captured cannot be read by this version (form 7)."]
    assert found.sounded == ["It sounded for 200.0 s."]
    assert found.counted == ["It counts."]
    assert found.linked[0].startswith("It is linked to track 1")
    assert explained(household, 1, raw=True).counted == ["It does not count."]


def test_the_form_stays_as_programs_know_it(household: Stores) -> None:
    """Keys and types of the JSON are a promise."""
    form = {name: type(value) for name, value in asdict(explained(household, 1)).items()}

    assert form == {
        "play": dict,
        "said": list,
        "sounded": list,
        "counted": list,
        "linked": list,
        "seen": list,
    }


def test_an_explanation_is_read_at_one_moment_and_in_few_questions(household: Stores) -> None:
    """The same number of statements, however many recordings the listen could be."""

    def asked() -> int:
        counts: list[int] = []

        class Counting:
            def read(self, use_case: Any) -> Any:
                def counted(tx: Transaction) -> Any:
                    with statements(tx) as seen:
                        result = use_case(tx)
                    counts.append(len(seen))
                    return result

                return household.database.read(counted)

        assert explain(Counting(), None, 1, raw=False) is not None
        assert len(counts) == 1
        return counts[0]

    few = asked()

    def suggest_many(tx: Transaction) -> None:
        for number in range(20):
            suggest(tx, 1, add_track(tx, f"Song {number}"), 0.1)

    household.database.write(suggest_many).result()
    assert asked() == few <= 9
