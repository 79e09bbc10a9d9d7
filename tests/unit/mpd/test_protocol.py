"""Commands go out quoted, replies come in whole, whatever the chunks; the rest is an error."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled_mpd.protocol import (
    LARGEST_REPLY,
    LONGEST_LINE,
    NO_PERMISSION,
    CommandRefused,
    Pairs,
    ProtocolBroken,
    ReplyReader,
    encode,
    parse_greeting,
)

ANY_BYTES = st.binary(max_size=30).map(lambda data: data.replace(b"\n", b""))
KEYS = st.sampled_from(["file", "Artist", "Title"])
PAIRS = st.lists(st.tuples(KEYS, ANY_BYTES), max_size=6)


def read(*chunks: bytes, commands: int = 1) -> list[Pairs] | None:
    """What a reader makes of chunks, the last answer."""
    reader = ReplyReader(commands)
    answer = None
    for chunk in chunks:
        answer = reader.feed(chunk)
    return answer


def test_one_command_goes_alone_and_several_as_a_list() -> None:
    """A list is framed so that each reply's end is told."""
    assert encode([("status",)]) == b"status\n"
    assert encode([("status",), ("stats",)]) == (
        b"command_list_ok_begin\nstatus\nstats\ncommand_list_end\n"
    )


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_arguments_survive_quoting(arguments: list[str]) -> None:
    """MPD's quoting is the shell's double quotes without its specials: undoing gives it back."""
    line = encode([("find", *arguments)]).decode().removesuffix("\n")
    lexer = shlex.shlex(line.split(" ", 1)[1] if arguments else "", posix=True)
    lexer.whitespace, lexer.quotes, lexer.escapedquotes = " ", '"', '"'
    lexer.commenters, lexer.whitespace_split = "", True

    assert list(lexer) == arguments


def test_a_line_break_in_an_argument_is_refused() -> None:
    """Nothing can smuggle a second command in."""
    with pytest.raises(ValueError, match="line break"):
        encode([("play", "1\nkill")])


@given(ANY_BYTES)
def test_bytes_that_are_no_utf_8_go_out_as_they_came_in(name: bytes) -> None:
    """A file's name can be sent back to MPD, whatever its bytes."""
    told = read(b"file: " + name + b"\nOK\n")
    assert told is not None
    sent = encode([("lsinfo", told[0][0][1])])

    assert sent == b'lsinfo "' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"\n'


@given(st.lists(PAIRS, min_size=2, max_size=3), st.lists(st.integers(1, 40)))
def test_a_reply_may_come_in_any_chunks(
    replies: list[list[tuple[str, bytes]]], cuts: list[int]
) -> None:
    """Wherever the network cuts, the same replies come out, and only at the end."""
    texts = [b"".join(f"{k}: ".encode() + v + b"\n" for k, v in pairs) for pairs in replies]
    data = b"".join(text + b"list_OK\n" for text in texts) + b"OK\n"
    chunks = []
    for cut in cuts:
        chunks.append(data[:cut])
        data = data[cut:]
    reader = ReplyReader(len(replies))
    answers = [reader.feed(chunk) for chunk in [*chunks, data] if chunk]
    wanted = [[(k, v.decode("utf-8", "surrogateescape")) for k, v in pairs] for pairs in replies]

    assert answers[-1] == wanted
    assert set(map(str, answers[:-1])) <= {"None"}


def test_repeated_and_empty_values_are_kept() -> None:
    """Each line is a pair of its own; a value may be empty or hold a colon."""
    told = read(b"Artist: A\nArtist: B\nTitle: \nAlbum: x: y\nOK\n")

    assert told == [[("Artist", "A"), ("Artist", "B"), ("Title", ""), ("Album", "x: y")]]


def test_a_refusal_tells_which_command_and_why() -> None:
    """ACK becomes an error with its parts."""
    with pytest.raises(CommandRefused) as refused:
        read(
            b'volume: 1\nlist_OK\nACK [4@1] {stats} you don\'t have permission for "stats"\n',
            commands=3,
        )

    assert refused.value.code == NO_PERMISSION
    assert (refused.value.list_index, refused.value.command) == (1, "stats")
    assert refused.value.message == 'you don\'t have permission for "stats"'


def test_a_refusal_of_an_unknown_command_is_told_in_words() -> None:
    """MPD names no command that it does not know; the sentence stays one."""
    with pytest.raises(CommandRefused, match=r'^MPD refused unknown command "x"\.$'):
        read(b'ACK [5@0] {} unknown command "x"\n')


@pytest.mark.parametrize(
    "data",
    [
        b"no colon here\n",
        b"ACK garbage\n",
        b"a: b\nlist_OK\na: b\n",
        b"OK\na: b\n",
        b"OK\nhalf",
        b"\x00\xff\n",
    ],
)
def test_what_is_no_reply_is_an_error(data: bytes) -> None:
    """Garbage, an unreadable ACK, more replies than commands, lines after the end."""
    with pytest.raises(ProtocolBroken):
        read(data)


def test_a_line_without_end_is_an_error_before_it_fills_the_memory() -> None:
    """Four megabytes are more than any line of MPD's."""
    with pytest.raises(ProtocolBroken, match="larger"):
        read(b"Title: " + b"x" * LONGEST_LINE + b"x")


def test_a_reply_without_end_is_an_error_before_it_fills_the_memory() -> None:
    """Sixty-four megabytes are more than any reply of MPD's."""
    chunk = (b"Title: " + b"x" * 1000 + b"\n") * 16_000
    chunks = [chunk] * (LARGEST_REPLY // len(chunk) + 1)
    with pytest.raises(ProtocolBroken, match="larger"):
        read(*chunks)


def test_a_long_line_within_bounds_is_read() -> None:
    """A tag of a megabyte is odd, and no trouble."""
    told = read(*[b"Comment: ", *[b"x" * 65_536] * 16, b"\nOK\n"])

    assert told is not None
    assert len(told[0][0][1]) == 1024 * 1024


def test_the_greeting_tells_the_protocols_version() -> None:
    """As MPD 0.23.12 sends it."""
    assert parse_greeting(b"OK MPD 0.23.5\n") == "0.23.5"


@pytest.mark.parametrize("line", [b"HTTP/1.1 400 Bad Request\r\n", b"220 mail ready\n", b"\xff\n"])
def test_another_program_is_no_mpd(line: bytes) -> None:
    """What answers there instead is shown."""
    with pytest.raises(ProtocolBroken, match="not MPD"):
        parse_greeting(line)
