"""Observations, sessions and plays as JSON text, for the journal and for `listens_raw`."""

import json
from typing import Any

from pydantic import TypeAdapter

from scrobbled.domain.observation import Observation
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.session import Session

_OBSERVATION = TypeAdapter(Observation)
_SESSION = TypeAdapter(Session)
_PLAY = TypeAdapter(ClosedPlay)


def dump_observation(observation: Observation) -> str:
    """`observation` as JSON."""
    return _OBSERVATION.dump_json(observation, exclude_defaults=True).decode()


def load_observation(text: str) -> Observation:
    """The observation that `text` holds.

    Raises:
        ValueError: `text` is not one.
    """
    return _OBSERVATION.validate_json(text)


def dump_session(session: Session) -> str:
    """`session` as JSON."""
    return _SESSION.dump_json(session, exclude_defaults=True).decode()


def load_session(text: str) -> Session:
    """The session that `text` holds.

    Raises:
        ValueError: `text` is not one.
    """
    return _SESSION.validate_json(text)


def dump_play(play: ClosedPlay) -> str:
    """`play` as JSON."""
    return _PLAY.dump_json(play, exclude_defaults=True).decode()


def load_play(text: str) -> ClosedPlay:
    """The play that `text` holds.

    Raises:
        ValueError: `text` is not one.
    """
    return _PLAY.validate_json(text)


def play_payload(play: ClosedPlay) -> dict[str, Any]:
    """`play` as it goes into `listens_raw.payload_json`: everything known of it."""
    payload: dict[str, Any] = json.loads(dump_play(play))
    return payload


def play_of_payload(payload: dict[str, Any]) -> ClosedPlay:
    """The play that a payload tells of.

    Raises:
        ValueError: it is none.
    """
    return _PLAY.validate_python(payload)
