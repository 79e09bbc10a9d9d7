"""When the library changes, the listens that this concerns are looked at again, and no others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.analyzer.match.household import Household, Listen, Music

MBID = "11111111-1111-4111-8111-111111111111"
NAMED: dict[str, Any] = {"title": "Song", "artists": ("Singer",), "duration_s": 200.0}


async def test_a_new_recording_links_listens_of_its_names_and_ids(
    household: Household, music: Path
) -> None:
    """Those that nothing matched before; all others stay as they are."""
    by_name = household.play("http://x/1", **NAMED)
    by_id = household.play("http://x/2", title="?", recording_mbid=MBID, at_s=500)
    household.play("http://x/3", title="Unrelated", artists=("Singer",), at_s=900)
    await household.match()
    household.scan(Music(music / "a.flac", "Song", ("SINGER",), mbid=MBID))
    report = await household.match()

    assert report.looked_at == 2
    assert (
        household.listen(by_name).status,
        household.listen(by_name).reason,
    ) == ("matched", "exact")
    assert household.listen(by_id).reason == "recording_mbid"
    assert (await household.match()).looked_at == 0


async def test_a_second_recording_of_the_name_makes_a_weak_link_a_question(
    household: Household, music: Path
) -> None:
    """What was linked by its name alone is no longer sure."""
    household.play("http://x/1", title="Song", artists=("Singer",))
    household.scan(Music(music / "a.flac", "Song", ("Singer",), "First", 200.0))
    await household.match()
    before = household.listens()[0].status
    household.scan(Music(music / "b.flac", "Song", ("Singer",), "Second", 210.0))
    await household.match()

    assert before == "matched"
    assert (
        Listen(
            "http://x/1",
            "ambiguous",
            candidates=(("a.flac", 0.495), ("b.flac", 0.495)),
            artists=("Singer",),
        )
        == (household.listens()[0])
    )


async def test_a_retagged_file_keeps_its_listens_and_gives_them_its_new_artists(
    household: Household, music: Path
) -> None:
    """A link by file follows the file."""
    before = Music(music / "a.flac", "Sogn", ("Signer",), genres=("Pop",))
    household.scan(before)
    number = household.play("a.flac", title="Sogn", artists=("Signer",), duration_s=200.0)
    await household.match()
    household.scan(replace(before, title="Song", artists=("Singer",), genres=("Rock",)))
    await household.match()

    assert Listen(
        "a.flac", "matched", "a.flac", "file", 1.0, artists=("Singer",), genres=("Rock",)
    ) == household.listen(number)


async def test_a_file_that_turns_out_to_be_another_recording_takes_its_listens_with_it(
    household: Household, music: Path
) -> None:
    """Retagged, it becomes a second file of a recording that was there."""
    one = Music(music / "one.flac", "Song", ("Singer",))
    two = Music(music / "two.flac", "Track 2", ("Unknown",))
    household.scan(one, two)
    number = household.play("two.flac", title="Track 2", artists=("Unknown",))
    await household.match()
    household.scan(replace(two, title="Song", artists=("Singer",)))
    await household.match()

    assert Listen("two.flac", "matched", "one.flac", "file", 1.0, artists=("Singer",)) == (
        household.listen(number)
    )


async def test_names_that_a_recording_no_longer_has_lose_their_link(
    household: Household, music: Path
) -> None:
    """A link by name is as good as the name."""
    before = Music(music / "a.flac", "Sogn", ("Singer",))
    household.scan(before)
    number = household.play("http://x", title="Sogn", artists=("Singer",))
    await household.match()
    household.scan(replace(before, title="Song"))
    await household.match()

    assert Listen("http://x", "unmatched", artists=("Singer",)) == household.listen(number)


async def test_a_candidate_that_changed_its_name_is_none_any_more(
    household: Household, music: Path
) -> None:
    """A question goes away with the reason for it."""
    before = Music(music / "a.flac", "Song", ("Singer",), duration_s=400.0)
    household.scan(before)
    number = household.play("http://x", **NAMED)
    await household.match()
    asked = household.listen(number).candidates
    household.scan(replace(before, title="Another"))
    await household.match()

    assert asked == (("a.flac", 0.5),)
    assert Listen("http://x", "unmatched", artists=("Singer",)) == household.listen(number)


async def test_a_vanished_file_keeps_its_listens_and_gets_new_ones(
    household: Household, music: Path
) -> None:
    """It was that recording, wherever the file is now."""
    song = Music(music / "a.flac", "Song", ("Singer",))
    household.scan(song)
    household.play("a.flac", **NAMED)
    await household.match()
    household.scan(gone=[song])
    household.play("a.flac", at_s=500, **NAMED)
    await household.match()

    assert [listen.reason for listen in household.listens()] == ["file", "file"]


async def test_the_listens_of_a_deleted_track_are_looked_for_anew(
    household: Household, music: Path
) -> None:
    """The database lets go of their links; the next scan's end notices."""
    one = Music(music / "one.flac", "Song", ("Singer",), "One", 200.0)
    two = Music(music / "two.flac", "Song", ("Singer",), "Two", 220.0)
    household.scan(one, two)
    number = household.play("one.flac", title="Song", artists=("Singer",))
    other = household.play("http://x", title="Song", artists=("Singer",), album="One", at_s=500)
    await household.match()
    household.sql(
        "DELETE FROM tracks WHERE id = (SELECT track_id FROM listens WHERE id = :id)", id=number
    )
    household.scan()
    await household.match()

    assert [household.listen(n).file for n in (number, other)] == ["two.flac", "two.flac"]
    assert [household.listen(n).reason for n in (number, other)] == ["exact", "exact"]


async def test_what_a_person_linked_stays_but_gets_its_tracks_new_genres(
    household: Household, music: Path
) -> None:
    """Neither a better match nor a changed recording touches the link."""
    song = Music(music / "a.flac", "Song", ("Singer",), genres=("Pop",))
    household.scan(song)
    number = household.play("http://x", title="Something", artists=("Else",))
    await household.match()
    household.sql(
        "UPDATE listens SET enrich_status = 'manual', match_reason = 'manual',"
        " track_id = (SELECT id FROM tracks)"
    )
    household.scan(replace(song, genres=("Rock",)), Music(music / "b.flac", "Something", ("Else",)))
    report = await household.match()

    assert report.looked_at == 0
    assert (
        household.listen(number).status,
        household.listen(number).file,
        household.listen(number).genres,
    ) == ("manual", "a.flac", ("Rock",))


async def test_changes_of_a_scan_that_still_runs_are_followed_when_it_has_ended(
    household: Household, music: Path
) -> None:
    """What it has yet to write must not be missed."""
    household.play("http://x", **NAMED)
    await household.match()
    household.sql("INSERT INTO scan_runs (started_at, kind, status) VALUES (0, 'x', 'running')")
    await household.match()
    household.sql("UPDATE scan_runs SET status = 'failed'")
    household.scan(Music(music / "a.flac", "Song", ("Singer",)))
    await household.match()

    assert [listen.status for listen in household.listens()] == ["matched"]


async def test_parts_of_a_file_are_linked_to_their_own_recordings(
    household: Household, music: Path
) -> None:
    """A cue sheet's part by where it begins; else the whole file only if its title was told."""
    household.scan(
        Music(music / "whole.flac", "Whole", ("Band",), duration_s=600.0),
        Music(music / "part.flac", "Part", ("Band",), duration_s=100.0),
        Music(music / "Song #1.flac", "Song #1", ("Band",)),
    )
    household.play("whole.flac#0.000-100.000", title="Part", artists=("Band",), duration_s=100.0)
    household.play("whole.flac#100.000-", title="Unknown part", artists=("Band",), at_s=500)
    household.play("whole.flac#0.000-600.000", title="WHOLE", artists=("Band",), at_s=900)
    household.play("Song #1.flac", title="x", at_s=1500)
    await household.match()
    before = household.listens()
    household.sql(
        "INSERT INTO media_file_parts (media_file_id, track_id, start_ms)"
        " SELECT f.id, t.id, 100013 FROM media_files f, tracks t"
        " WHERE f.file_path LIKE '%whole.flac' AND t.title = 'Part'"
    )
    household.sql("UPDATE listens SET enrich_status = 'pending'")
    await household.match()

    assert [(listen.file, listen.reason) for listen in before] == [
        ("part.flac", "exact"),
        (None, None),
        ("whole.flac", "file"),
        ("Song #1.flac", "file"),
    ]
    assert (
        household.listens()[1].file,
        household.listens()[1].reason,
    ) == ("part.flac", "file")
