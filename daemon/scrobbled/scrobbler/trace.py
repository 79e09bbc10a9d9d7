"""Traces: what a media server posted, redacted, as a file of one JSON object a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scrobbled.domain.moment import Moment
from scrobbled.errors import OperatorError
from scrobbled.sources import Receipt

TRACE_VERSION = 1


def header(source_type: str, version: str) -> str:
    """The first line.

    Args:
        source_type: of the source that was posted to.
        version: of scrobbled.
    """
    told = {"scrobbled_trace": TRACE_VERSION, "type": source_type, "version": version}
    return json.dumps(told)


def line(receipt: Mapping[str, Any]) -> str:
    """One receipt as the daemon tells it: `wall_s`, `monotonic_s`, `boot` and the `body`."""
    return json.dumps(
        {
            "wall_s": round(receipt["wall_s"], 4),
            "monotonic_s": round(receipt["monotonic_s"], 4),
            "boot": receipt["boot"],
            "body": json.loads(receipt["body"]),
        }
    )


def read_trace(lines: Iterable[str]) -> Iterator[Receipt]:
    """The receipts of a trace.

    Raises:
        OperatorError: it is none, or of a version that is not known here.
    """
    numbered = enumerate(lines)
    first = next(numbered, (0, ""))[1]
    if _object(first, 1).get("scrobbled_trace") != TRACE_VERSION:
        raise OperatorError(
            "This is no trace that this version of scrobbled can read: its first line does not "
            f'say {{"scrobbled_trace": {TRACE_VERSION}}}.'
        )
    for number, text in numbered:
        if not text.strip():
            continue
        told = _object(text, number + 1)
        try:
            received = Moment(float(told["monotonic_s"]), float(told["wall_s"]), str(told["boot"]))
            yield Receipt(number, received, json.dumps(told["body"]))
        except (KeyError, TypeError, ValueError) as error:
            raise OperatorError(f"Line {number + 1} of the trace is no receipt.") from error


def _object(text: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise OperatorError(f"Line {number} of the trace is not JSON.") from error
    if not isinstance(found, dict):
        raise OperatorError(f"Line {number} of the trace is not an object.")
    return found
