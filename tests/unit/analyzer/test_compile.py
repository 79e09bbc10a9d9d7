"""What values mean, whatever format they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.analyzer.compile import file_tags
from scrobbled.analyzer.formats.names import name_of
from scrobbled.analyzer.tags import Audio, FileTags
from scrobbled.domain.credits import Role

AUDIO = Audio("mp3")


def compiled(**values: str | list[str]) -> FileTags:
    """The tags made of values."""
    return file_tags({k: [v] if isinstance(v, str) else v for k, v in values.items()}, AUDIO)


@pytest.mark.parametrize(
    ("text", "number", "total"),
    [
        ("3", 3, None),
        ("03", 3, None),
        ("3/12", 3, 12),
        (" 3 / 12 ", 3, 12),
        ("3 of 12", 3, 12),
        ("0", 0, None),
        ("3/0", 3, None),
        ("999999", 32767, None),
    ],
)
def test_numbers_and_totals(text: str, number: int, total: int | None) -> None:
    """Numbers come with or without how many there are, and never too large to store."""
    tags = compiled(tracknumber=text)

    assert (tags.track_number, tags.track_total, tags.rest) == (number, total, ())


def test_a_total_of_its_own_counts() -> None:
    """A tag for the total wins over none."""
    tags = compiled(discnumber="2", disctotal="3")

    assert (tags.disc_number, tags.disc_total) == (2, 3)


@pytest.mark.parametrize("text", ["A1", "", "one", "-3", "1" * 30])
def test_numbers_that_are_none_are_kept_as_they_are(text: str) -> None:
    """The side of a record is no number, but it is not lost either."""
    tags = compiled(tracknumber=text)

    assert (tags.track_number, tags.rest) == (None, (("tracknumber", text),) if text else ())


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1997-09-20", "1997-09-20"),
        ("1997-09", "1997-09"),
        ("1997", "1997"),
        ("1997-00-00", "1997"),
        ("1997-09-00", "1997-09"),
        ("1997-13-01", "1997"),
        ("1997/09/20", "1997-09-20"),
        ("19970920", "1997-09-20"),
        ("1997-09-20 12:34:56", "1997-09-20"),
        ("1997-09-20T12:34:56Z", "1997-09-20"),
        ("20.09.1997", "1997"),
        ("c. 1997", "1997"),
        ("September 1997", "1997"),
    ],
)
def test_dates_as_far_as_they_are_known(text: str, date: str) -> None:
    """Whatever way a date is written, what is certain of it stays."""
    assert compiled(date=text).date == date


@pytest.mark.parametrize("text", ["unknown", "97", "12345"])
def test_dates_that_are_none_are_kept_as_they_are(text: str) -> None:
    """What is no date stays among the other tags."""
    tags = compiled(date=text)

    assert (tags.date, tags.rest) == ("", (("date", text),))


def test_the_year_zero_is_no_date() -> None:
    """Programs write 0000 for unknown."""
    assert compiled(date="0000").date == ""


def test_the_original_year_stands_in_for_the_original_date() -> None:
    """The date wins over the year; the year alone does as well."""
    assert compiled(originalyear="1971").original_date == "1971"
    assert compiled(originaldate="1971-02-01", originalyear="1971").original_date == "1971-02-01"
    assert compiled(originaldate="1971-02-01", originalyear="1971").rest == ()


@pytest.mark.parametrize(
    ("texts", "genres"),
    [
        (["Rock"], ("Rock",)),
        (["Rock; Pop"], ("Rock", "Pop")),
        (["Rock", "Pop", "Rock"], ("Rock", "Pop")),
        (["Rock\0Pop"], ("Rock", "Pop")),
        (["Singer/Songwriter"], ("Singer/Songwriter",)),
        (["Folk, World, & Country"], ("Folk, World, & Country",)),
        ([";"], ()),
    ],
)
def test_genres_are_parted_where_it_is_safe(texts: list[str], genres: tuple[str, ...]) -> None:
    """Semicolons and NULs part; slashes and commas stand inside names."""
    assert compiled(genre=texts).genres == genres


@pytest.mark.parametrize("joiner", ["/", ";", "; ", ", ", " ", "\0"])
def test_ids_are_found_however_they_were_joined(joiner: str) -> None:
    """A UUID is a UUID."""
    ids = [f"b1a9c0e9-d987-4042-ae91-78d6a3267d{n}" for n in (10, 11)]

    tags = compiled(artist="A feat. B", artist_mbid=joiner.join(ids))

    assert [credit.mbid for credit in tags.artists] == ids


def test_ids_that_are_none_are_kept_as_they_are() -> None:
    """A broken id is no id, and not lost."""
    tags = compiled(recording_mbid="not an id")

    assert (tags.recording_mbid, tags.rest) == (None, (("recording_mbid", "not an id"),))


def test_ids_of_artists_that_cannot_be_told_apart_are_kept() -> None:
    """Two ids for one phrase stay among the other tags."""
    ids = [f"b1a9c0e9-d987-4042-ae91-78d6a3267d{n}" for n in (10, 11)]

    tags = compiled(artist="A & B", artist_mbid=ids)

    assert tags.artists[0].mbid is None
    assert [value for _, value in tags.rest] == ids


def test_text_is_cleaned() -> None:
    """Spaces around, NULs, line ends and decomposed accents do not reach the library."""
    tags = compiled(title=" A\u0301 title\nin two\0", comment="two\nlines")

    assert (tags.title, tags.rest) == ("\u00c1 title in two", (("comment", "two\nlines"),))


def test_lone_surrogates_are_written_out() -> None:
    """What no database stores becomes readable text."""
    assert compiled(title="caf\udce9").title == r"caf\xe9"


def test_a_value_of_megabytes_is_cut() -> None:
    """A novel in a comment keeps its beginning."""
    (pair,) = compiled(comment="x" * 10_000_000).rest

    assert (len(pair[1]), pair[1][-1]) == (16_384, "\u2026")


def test_thousands_of_tags_are_bounded() -> None:
    """A file with more tags than any honest one keeps the first of them."""
    tags = file_tags({f"tag{n}": ["x"] for n in range(5_000)}, AUDIO)

    assert (len(tags.rest), tags.rest[0]) == (400, ("tag0", "x"))


def test_performers_in_one_tag_have_their_instruments() -> None:
    """Vorbis comments name the instrument in brackets."""
    tags = compiled(performer=["Ann (bass (electric))", "Bo"])

    assert [(c.name, c.role) for c in tags.contributors] == [
        ("Ann (bass (electric))", Role.PERFORMER),
        ("Bo", Role.PERFORMER),
    ]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("MusicBrainz Album Id", "release_mbid"),
        ("MUSICBRAINZ_ALBUMID", "release_mbid"),
        ("MusicBrainz/Album Id", "release_mbid"),
        ("Album Artist", "albumartist"),
        ("ALBUM_ARTIST", "albumartist"),
        ("TOTALTRACKS", "tracktotal"),
        ("Organization", "label"),
        ("My Own Tag", "my own tag"),
    ],
)
def test_tags_have_one_name_however_they_are_spelled(key: str, name: str) -> None:
    """Programs disagree about spaces, case and underscores."""
    assert name_of(key) == name


NAMES = st.sampled_from(
    (
        *("title", "artist", "artists", "albumartist", "date", "tracknumber", "tracktotal"),
        *("artist_mbid", "artistsort", "performer", "performer:x", "composer", "isrc", "odd"),
        *("recording_mbid", "originalyear", "originaldate", "compilation", "releasetype"),
        *("genre", "label", "lyrics"),
    )
)


@given(st.dictionaries(NAMES, st.lists(st.text(), max_size=4)))
def test_no_values_are_too_odd(values: dict[str, list[str]]) -> None:
    """Whatever tags hold, something storable comes of it, and nothing raises."""
    tags = file_tags(values, AUDIO)

    texts = [tags.title, *tags.genres, *(c.name for c in tags.artists), *(v for _, v in tags.rest)]
    assert all("\0" not in text and text == text.strip() for text in texts if text)
    assert all(text.encode() for text in texts if text)
