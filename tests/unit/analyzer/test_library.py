"""What goes into the library of what a file says: keys, lengths, names, places."""

from dataclasses import replace

import pytest

from scrobbled.analyzer.known import path_hash
from scrobbled.analyzer.library import file_record
from scrobbled.analyzer.reader import Reading
from scrobbled.analyzer.tags import Audio, FileTags
from scrobbled.domain.credits import Credit, Role
from scrobbled.domain.library_record import AlbumRecord, FileRecord, TrackRecord
from scrobbled.domain.matchkeys import KeyKind, recording_keys

AUDIO = Audio("flac", 200.5, 900_000, 44_100, 2)
TAGS = FileTags(AUDIO, title="Song", artists=(Credit("A"),))
PATH = b"/music/a.flac"


def recorded(tags: FileTags = TAGS, path: bytes = PATH) -> FileRecord:
    """The record of a file with these tags."""
    return file_record(Reading(path, 5, 6, tags, None))


def track(tags: FileTags = TAGS, path: bytes = PATH) -> TrackRecord:
    """The recording of a file with these tags."""
    found = recorded(tags, path).track
    assert found is not None
    return found


def album(tags: FileTags) -> AlbumRecord:
    """The album of a file with these tags."""
    found = track(tags).album
    assert found is not None
    return found


def test_a_file_is_described() -> None:
    """Path, time, size and sound are the file's."""
    record = recorded()

    assert record[:6] == ("/music/a.flac", None, path_hash(PATH), 5, 6, None)
    assert (record.format, record.duration_s, record.bitrate) == ("flac", 200.5, 900_000)
    assert (record.sample_rate, record.channels) == (44_100, 2)


def test_a_broken_file_has_a_problem_instead() -> None:
    """What cannot be read has a place and a reason."""
    record = file_record(Reading(PATH, 5, 6, None, "It is broken."))

    assert (record.problem, record.track, record.format) == ("It is broken.", None, "")


@pytest.mark.parametrize(
    ("path", "text", "raw"),
    [
        (b"/music/a.flac", "/music/a.flac", None),
        ("/music/ä.flac".encode(), "/music/ä.flac", None),
        (b"/music/\xe4.flac", r"/music/\xe4.flac", b"/music/\xe4.flac"),
        (b"/music/a\\xe4.flac", r"/music/a\xe4.flac", None),
    ],
)
def test_paths_are_text_and_bytes_only_where_needed(
    path: bytes, text: str, raw: bytes | None
) -> None:
    """The bytes are kept where the text does not give them back."""
    record = recorded(path=path)

    assert (record.path, record.path_bytes, record.path_hash) == (text, raw, path_hash(path))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (b"/music/01 Song.flac", "01 Song"),
        (b"/music/.flac", ".flac"),
        (b"/music/a.b.flac", "a.b"),
        (b"/music/caf\xe9.flac", r"caf\xe9"),
    ],
)
def test_an_untagged_file_is_called_by_its_name(path: bytes, title: str) -> None:
    """The name without its ending has to do, and is known not to be a tag."""
    found = track(FileTags(AUDIO), path)

    assert (found.title, found.tagged, found.keys) == (title, False, ())


def test_keys_are_those_of_all_artists() -> None:
    """Primary and featuring artists make the keys, contributors do not."""
    tags = replace(
        TAGS,
        artists=(Credit("Björk"), Credit("B", Role.FEATURING)),
        contributors=(Credit("C", Role.COMPOSER),),
    )

    keys = track(tags).keys

    assert {key8: kind for kind, key8 in keys} == {
        key8: int(kind) for kind, key8 in recording_keys(["Björk", "B"], "Song")
    }
    assert keys[0][0] == KeyKind.FULL


def test_people_keep_their_order_and_roles() -> None:
    """Artists first, then everybody else, as tagged."""
    tags = replace(
        TAGS,
        artists=(Credit("A", join_phrase=" feat. "), Credit("B", Role.FEATURING)),
        contributors=(Credit("C", Role.COMPOSER), Credit("A", Role.PRODUCER)),
    )

    assert [(c.artist.name, c.role, c.join_phrase) for c in track(tags).credits] == [
        ("A", "primary", " feat. "),
        ("B", "featuring", None),
        ("C", "composer", None),
        ("A", "producer", None),
    ]


def test_names_without_a_key_are_no_artists() -> None:
    """An invisible name cannot be found, so it is left out."""
    tags = replace(TAGS, artists=(Credit("\u200b"),), album="X", album_artists=(Credit("\u200b"),))

    assert track(tags).credits == ()
    assert album(tags).artist is None


@pytest.mark.parametrize(
    ("tags", "artist"),
    [
        (replace(TAGS, album="X"), "A"),
        (replace(TAGS, album="X", album_artists=(Credit("B"), Credit("C"))), "B"),
        (replace(TAGS, album="X", compilation=True), None),
        (replace(TAGS, album="X", album_artists=(Credit("Various"),), compilation=True), "Various"),
        (replace(TAGS, album="X", artists=()), None),
        (replace(TAGS, album="X", artists=(Credit("F", Role.FEATURING), Credit("P"))), "P"),
    ],
)
def test_album_artists(tags: FileTags, artist: str | None) -> None:
    """The album's own artist, else the track's first; nobody's for an unsigned compilation."""
    found = album(tags).artist

    assert (found.name if found else None) == artist


@pytest.mark.parametrize(
    ("types", "compilation", "kind"),
    [
        ((), False, None),
        ((), True, "compilation"),
        (("album",), True, "album"),
        (("album", "compilation"), False, "compilation"),
        (("single", "remix"), False, "remix"),
        (("album", "live", "compilation"), False, "live"),
        (("dj-mix", "album"), False, "dj_mix"),
        (("ep",), False, "ep"),
        (("other",), False, "other"),
        (("album", "soundtrack"), False, "album"),
        (("nonsense",), False, None),
    ],
)
def test_types(types: tuple[str, ...], compilation: bool, kind: str | None) -> None:  # noqa: FBT001 - a parameter of the table
    """The most telling of MusicBrainz's types is the album's."""
    tags = replace(TAGS, album="X", release_types=types, compilation=compilation)

    assert album(tags).type == kind


@pytest.mark.parametrize(
    ("date", "original", "year"),
    [("1998-01-05", "1997", 1997), ("1998", "", 1998), ("", "1997-05", 1997), ("", "", None)],
)
def test_the_year_is_that_of_the_first_edition(date: str, original: str, year: int | None) -> None:
    """The original date wins for the album, the release keeps its own."""
    found = album(replace(TAGS, album="X", date=date, original_date=original))

    assert (found.year, found.date) == (year, date)


def test_an_edition_is_told_by_what_is_known_of_it() -> None:
    """Country, medium, catalogue number, barcode and id, in one key; "" for none of them."""
    plain = album(replace(TAGS, album="X"))
    full = album(
        replace(
            TAGS,
            album="X",
            release_country="GB",
            media='12" Vinyl',
            catalogue_numbers=("C 1", "C 2"),
            barcode="123",
        )
    )

    assert plain.edition_key == ""
    assert full.edition_key == "gb | 12 vinyl | c 1 | c 2 | 123"


@pytest.mark.parametrize(
    ("labels", "numbers", "pairs"),
    [
        ((), (), []),
        (("L",), (), [("L", "")]),
        (("L",), ("1",), [("L", "1")]),
        (("L", "M"), ("1", "2"), [("L", "1"), ("M", "2")]),
        (("L",), ("1", "2"), [("L", "1"), ("L", "2")]),
        (("L", "M"), ("1",), [("L", "1"), ("M", "")]),
        ((), ("1",), []),
    ],
)
def test_catalogue_numbers_go_with_their_labels(
    labels: tuple[str, ...], numbers: tuple[str, ...], pairs: list[tuple[str, str]]
) -> None:
    """Each label has its number where there are as many; else the first has them all."""
    found = album(replace(TAGS, album="X", labels=labels, catalogue_numbers=numbers)).labels

    assert [(label.name, label.catalogue_number) for label in found] == pairs


def test_tags_without_a_place_become_attributes() -> None:
    """Totals, status, original date and everything unknown are kept by name."""
    tags = replace(
        TAGS,
        title_sort="Song, The",
        original_date="1997",
        release_status="official",
        track_total=12,
        disc_total=2,
        rest=(("bpm", "90"), ("k" * 100, "long name")),
    )

    assert track(tags).attributes == (
        ("titlesort", "Song, The"),
        ("originaldate", "1997"),
        ("releasestatus", "official"),
        ("tracktotal", "12"),
        ("disctotal", "2"),
        ("bpm", "90"),
        ("k" * 63 + "\u2026", "long name"),
    )


def test_ids_have_their_schemes() -> None:
    """Every id but the recording's, which identifies it, is listed by its scheme."""
    tags = replace(
        TAGS,
        recording_mbid="r",
        release_track_mbid="t",
        work_mbids=("w", "x"),
        isrcs=("i",),
        acoustids=("a",),
    )

    assert track(tags).recording_mbid == "r"
    assert track(tags).ids == (
        ("mbid_release_track", "t"),
        ("mbid_work", "w"),
        ("mbid_work", "x"),
        ("isrc", "i"),
        ("acoustid", "a"),
    )


def test_positions_find_a_track_whose_title_stays() -> None:
    """The same place on the same album gives the same key; nothing on no album."""
    tags = replace(TAGS, album="X", disc_number=1, track_number=2)
    moved = recorded(replace(tags, date="1999", genres=("G",)), b"/elsewhere/b.mp3")

    assert recorded(tags).position_key == moved.position_key
    assert recorded(tags).position_key != recorded(replace(tags, track_number=3)).position_key
    assert recorded().position_key is None


@pytest.mark.parametrize(
    ("text", "search"),
    [("Björk", "bjork"), ("ПОШЛАЯ МОЛЛИ", "poshlaya molli"), ("!!!", "!!!"), ("AC/DC", "ac dc")],
)
def test_search_forms_are_plain(text: str, search: str) -> None:
    """Titles are found without accents and in Latin letters."""
    assert track(replace(TAGS, title=text)).title_search == search


def test_nothing_is_longer_than_its_column() -> None:
    """Names are cut for show and hashed for keys."""
    long = "x" * 2_000
    tags = replace(
        TAGS,
        title=long,
        artists=(Credit(long, sort_name=long),),
        album=long,
        genres=(long,),
        labels=(long,),
        catalogue_numbers=(long,),
        release_country=long,
        media=long,
        barcode=long,
    )
    found, of_album = track(tags), album(tags)
    (credit,) = found.credits
    (label,) = of_album.labels
    ((genre, genre_key),) = found.genres

    shown = (found.title, credit.artist.name, credit.artist.sort_name or "", of_album.title)
    keys = (found.title_key, credit.artist.key, of_album.key, of_album.edition_key, genre_key)
    assert {len(text) for text in (*shown, label.name, of_album.format or "")} == {500}
    assert {len(key) for key in (*keys, genre, label.key, of_album.barcode or "")} == {190}
    assert {len(text) for text in (label.catalogue_number, of_album.country or "")} == {64}
