"""Links are written only where they are still of use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.analyzer.match.household import NOW, Household, Music, open_household

from scrobbled.domain.duplicates import Duplicate, DuplicateReason
from scrobbled.domain.matching import Candidate, Decision, Status, by_file
from scrobbled.store.listens.link import LinkResult, Links, Written, write_links
from scrobbled.store.listens.link_facets import Facets
from scrobbled.store.listens.link_requeue import requeue
from scrobbled.store.listens.link_strings import StringResult


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    """A track with the id 1, and two listens, 1 and 2, that wait."""
    opened = open_household(tmp_path)
    with opened.database:
        opened.scan(Music(tmp_path / "a.flac", "Song", ("Singer",)))
        opened.play("a.flac", title="Song")
        opened.play("b.flac", title="Other", at_s=500)
        yield opened


def write(household: Household, links: Links) -> Written:
    """Writes `links`."""
    return household.write(lambda tx: write_links(tx, links, NOW))


def states(household: Household) -> list[tuple[str, int | None]]:
    """Status and track of each listen."""
    return [
        (status, track)
        for status, track in household.sql("SELECT enrich_status, track_id FROM listens")
    ]


def test_a_link_is_written_with_all_that_belongs_to_it(household: Household) -> None:
    """Its columns, and the time."""
    written = write(household, Links([LinkResult(1, by_file(1))]))

    assert written == Written(frozenset({1}), frozenset())
    assert household.sql(
        "SELECT track_id, enrich_status, match_reason, match_confidence, matcher_version,"
        " last_enriched_at FROM listens WHERE id = 1"
    ) == [(1, "matched", "file", 1.0, 1, int(NOW.timestamp()))]


def test_a_link_to_a_track_that_has_gone_is_not_written(household: Household) -> None:
    """The listen waits to be looked at again; the others of the chunk are written."""
    gone = Decision(Status.AMBIGUOUS, candidates=(Candidate(1, 0.5, {}), Candidate(99, 0.5, {})))
    written = write(household, Links([LinkResult(1, gone), LinkResult(2, by_file(1))]))

    assert written.listens == frozenset({2})
    assert states(household) == [("pending", None), ("matched", 1)]


@pytest.mark.parametrize("status", ["manual", "matched"])
def test_a_listen_that_does_not_wait_any_more_is_passed_over(
    household: Household, status: str
) -> None:
    """A person was quicker."""
    household.sql("UPDATE listens SET enrich_status = :status WHERE id = 1", status=status)
    written = write(household, Links([LinkResult(1, by_file(1))]))

    assert written.listens == frozenset()
    assert states(household)[0] == (status, None)


def test_facets_and_candidates_are_replaced(household: Household) -> None:
    """What a listen had before goes."""
    asked = Decision(Status.AMBIGUOUS, candidates=(Candidate(1, 0.5, {"tier": "exact"}),))
    household.sql("INSERT INTO genres (name, name_normalized) VALUES ('Pop', 'pop')")
    write(household, Links([LinkResult(1, asked, Facets((1,), (1,)))]))
    before = household.listen(1)
    household.write(lambda tx: requeue(tx, [1]))
    write(household, Links([LinkResult(1, by_file(1))]))

    assert (before.candidates, before.artists, before.genres) == (
        (("a.flac", 0.5),),
        ("Singer",),
        ("Pop",),
    )
    after = household.listen(1)
    assert (after.candidates, after.artists, after.genres) == ((), ("Singer",), ())


def test_a_duplicate_is_kept_if_its_successor_has_gone(household: Household) -> None:
    """No play may be without a listen because two were taken for one."""
    same = DuplicateReason.OTHER_SOURCE
    written = write(household, Links(duplicates=[Duplicate(1, 1, 99, same)]))

    assert written.duplicates == frozenset()
    assert len(states(household)) == 2


def test_what_a_duplicate_stood_for_passes_to_its_successor(household: Household) -> None:
    """Nothing that was noted goes with it."""
    household.play("c.flac", at_s=900)
    same = DuplicateReason.OTHER_SOURCE
    write(household, Links(duplicates=[Duplicate(3, 3, 2, same)]))
    write(household, Links(duplicates=[Duplicate(2, 2, 1, same)]))
    moved = write(household, Links(duplicates=[Duplicate(None, 3, 1, same)]))

    assert household.sql("SELECT raw_id, listen_id FROM listen_duplicates ORDER BY raw_id") == [
        (2, 1),
        (3, 1),
    ]
    assert moved.duplicates == frozenset()


def test_what_a_string_was_found_to_be_is_remembered(household: Household) -> None:
    """With its keys, in place of older ones; what has gone since is not."""
    decision = Decision(Status.UNMATCHED)
    write(household, Links(strings=[StringResult(1, decision, ((1, 11), (2, 12)))]))
    write(
        household, Links(strings=[StringResult(1, by_file(1), ((1, 13),))], awaited=[(1, 101, 7)])
    )
    write(household, Links(strings=[StringResult(2, by_file(99))]))

    assert household.sql("SELECT string_id, kind, key8 FROM listen_string_keys ORDER BY key8") == [
        (1, 101, 7),
        (1, 1, 13),
    ]
    assert household.sql(
        "SELECT track_id, match_reason, norm_version, last_searched_at IS NULL FROM listen_strings"
    ) == [(1, "file", 1, 0), (None, None, 1, 0)]


def test_only_what_is_settled_is_looked_at_again(household: Household) -> None:
    """What a person linked is not."""
    household.sql("UPDATE listens SET enrich_status = 'manual' WHERE id = 1")
    household.sql("UPDATE listens SET enrich_status = 'unmatched' WHERE id = 2")

    assert household.write(lambda tx: requeue(tx, [1, 2])) == 1
    assert [status for status, _track in states(household)] == ["manual", "pending"]
