"""Links in plain words."""

from scrobbled.domain.match_words import candidate_sentences, link_sentences


def test_a_link_by_file_says_so() -> None:
    """With its probability."""
    assert link_sentences("matched", "file", 1.0) == [
        "It is the recording in the file that the player named.",
        "That is right with a probability of 1.000.",
    ]


def test_a_link_by_names_tells_all_that_spoke_for_it() -> None:
    """And against it."""
    features = {
        "tier": "names",
        "fitting": 2,
        "chosen_by": "length",
        "album": False,
        "length_gap_s": 3.5,
        "another_id": True,
    }

    assert link_sentences("matched", "normalized", 0.975, features) == [
        "Artist and title are the same but for case, punctuation and spelling.",
        "Of 2 such recordings it is the one of the length that was told.",
        "It is not on the album that was told.",
        "The lengths differ by about 3.5 s.",
        "It has another MusicBrainz recording id than the one that was told.",
        "That is right with a probability of 0.975.",
    ]


def test_a_question_and_its_candidates_are_told() -> None:
    """What is not linked says why not; a candidate says why it is one."""
    features = {"tier": "exact", "fitting": 3, "chosen_by": None, "album": True}

    assert link_sentences("ambiguous", None, None) == [
        "It is not linked, since nothing is sure enough; a person may decide."
    ]
    assert candidate_sentences(features) == [
        "Artist and title are the same to the letter.",
        "There are 3 such recordings.",
        "It is on the album that was told.",
    ]


def test_what_is_unknown_is_told_as_it_is() -> None:
    """A newer version may know more reasons."""
    assert link_sentences("new", None, None) == ["Its status is new."]
    assert link_sentences("matched", "telepathy", None) == ["The reason is telepathy."]
    assert candidate_sentences({"tier": "dream"}) == ["It was found by dream."]
