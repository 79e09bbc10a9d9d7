"""What a source hands in, made fit to be kept, whoever wrote its plugin."""

from dataclasses import fields, is_dataclass, replace
from math import isfinite
from typing import Any, TypeVar

from scrobbled.domain.observation import Observation
from scrobbled.domain.text import escape_undecodable
from scrobbled.errors import ItemRejected

EARLIEST_S = -62_000_000_000.0
LATEST_S = 250_000_000_000.0
"""Of wall clocks: the years 5 and 9892; beyond, calendars end."""
LONGEST_S = 1e9
"""Of positions and lengths; three decades. More is no time but an error."""

LONGEST_TEXT = 65_536
"""Characters of one name or tag: all of it is written down at each look at the player."""

T = TypeVar("T")


def accepted(observation: Observation) -> Observation:
    """`observation` without what cannot be kept.

    Halves of surrogate pairs are written out, NULs dropped, endless texts cut; a position or
    length that is none becomes unknown.

    Raises:
        ItemRejected: its time is none, so that nothing can be worked out from it.
    """
    at, evidence = observation.at, observation.evidence
    needed = (at.monotonic_s, at.wall_s, evidence.uptime_slack_s, evidence.crossfade_s)
    if not all(map(isfinite, needed)) or not EARLIEST_S <= at.wall_s <= LATEST_S:
        raise ItemRejected(f"An observation of {observation.player!r} has no possible time: {at}.")
    observation = _clean(observation)
    if not _possible(observation.position_s):
        observation = replace(observation, position_s=None)
    track = observation.track
    if track is not None and not _possible(track.duration_s):
        observation = replace(observation, track=replace(track, duration_s=None))
    return observation


def _possible(seconds: float | None) -> bool:
    return seconds is None or 0 <= seconds <= LONGEST_S


def _clean(value: T) -> T:
    """`value` with clean texts and finite numbers in it; itself if it is clean already."""
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = value if value.isascii() and "\0" not in value else escape_undecodable(value)
        cleaned = cleaned if len(cleaned) <= LONGEST_TEXT else f"{cleaned[: LONGEST_TEXT - 1]}…"
    elif isinstance(value, float):
        cleaned = value if isfinite(value) else None
    elif isinstance(value, tuple):
        cleaned = tuple(map(_clean, value))
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        clean = {name: _clean(part) for name, part in parts.items()}
        changed = {name: part for name, part in clean.items() if part != parts[name]}
        cleaned = replace(value, **changed) if changed else value
    result: T = cleaned
    return result
