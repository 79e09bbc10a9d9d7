"""Bodies that nobody should send, made of those that are sent."""

import json
import random
from collections.abc import Callable
from typing import Any

_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    -(2**63),
    2**64,
    10**400,
    1e308,
    -0.0,
    0.5,
    "",
    " ",
    "0",
    "true",
    "False",
    "NaN",
    "-12",
    "1e999",
    "\0",
    "\ud800",
    "é" * 3,
    "x" * 5000,
    [],
    {},
    [[]],
    [1, "a"],
    {"a": {"b": []}},
    "0001-01-01T00:00:00.0000000Z",
    "9999-12-31T23:59:59.9999999Z",
    "2026-02-30T10:00:00Z",
    "2026-11-22T10:00:00",
    "2026-11-22T10:00:00.1234567+99:99",
    "now",
    "00000000-0000-0000-0000-000000000000",
    "PlaybackStart",
    "PlaybackStop",
    "Audio",
    "&#0;",
    "&#1114112;",
    "&quot;&amp;#34;",
    '\\"',
    "{{Name}}",
    "';DROP TABLE listens;--",
    "../../etc",
)
_WORDS = (
    b"null",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"True",
    b"1e999",
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"\xff\xfe",
    b"\xc3",
    b"\0",
    b"9" * 5000,
    b"\xef\xbb\xbf",
)

Mutation = Callable[[bytes, random.Random], bytes]


def mutated(body: bytes, chance: random.Random) -> bytes:
    """A body after one mutation, or a few."""
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        body = chance.choice(_MUTATIONS)(body, chance)
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {"it": found}


def _bytes(values: Any) -> bytes:
    return json.dumps(values).encode()


def _odd_value(body: bytes, chance: random.Random) -> bytes:
    values = _object(body)
    if values:
        values[chance.choice(list(values))] = chance.choice(_ODD)
    return _bytes(values)


def _odd_number(body: bytes, chance: random.Random) -> bytes:
    values = _object(body)
    key = chance.choice(("RunTimeTicks", "PlaybackPositionTicks", "Year"))
    values[key] = chance.choice((-1, 0, 1, 0.1, 1)) * 10 ** chance.randrange(30)
    return _bytes(values)


def _without_key(body: bytes, chance: random.Random) -> bytes:
    values = _object(body)
    if values:
        del values[chance.choice(list(values))]
    return _bytes(values)


def _swapped(body: bytes, chance: random.Random) -> bytes:
    values = _object(body)
    if values:
        one, other = chance.choice(list(values)), chance.choice(list(values))
        values[one], values[other] = values[other], values[one]
    return _bytes(values)


def _other_case(body: bytes, chance: random.Random) -> bytes:
    change = chance.choice((str.lower, str.upper, str.swapcase))
    return _bytes({change(key): value for key, value in _object(body).items()})


def _twice_the_key(body: bytes, chance: random.Random) -> bytes:
    values = _object(body)
    if not values:
        return body
    more = _bytes({chance.choice(list(values)): chance.choice(_ODD)})
    return _bytes(values)[:-1] + b"," + more[1:]


def _flipped(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return body
    changed = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randint(0, len(body))]


def _without_middle(body: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(body)) for _ in range(2))
    return body[:start] + body[end:]


def _with_word(body: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(body))
    return body[:place] + chance.choice(_WORDS) + body[place:]


def _something_else(_body: bytes, chance: random.Random) -> bytes:
    deep = chance.randint(1, 3000)
    return chance.choice(
        (
            b"",
            b" ",
            b"null",
            b"[]",
            b"1",
            b'"text"',
            b"{}",
            b"[" * deep,
            b'{"a":' * deep,
            chance.randbytes(chance.randint(1, 300)),
            b"a=1&b=2",
        )
    )


_MUTATIONS: tuple[Mutation, ...] = (
    *(_odd_value, _odd_value, _odd_number, _without_key, _swapped, _other_case, _twice_the_key),
    *(_flipped, _cut, _without_middle, _with_word, _something_else),
)
