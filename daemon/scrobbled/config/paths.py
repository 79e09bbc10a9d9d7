"""Paths that mean the same wherever the daemon was started."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from scrobbled.config.context import context_of, wrong


def resolve_path(value: Any, environ: Mapping[str, str]) -> Path:
    """Reads an absolute path; `~/` is the home directory of who runs the daemon.

    Raises:
        PydanticCustomError: it is no text, relative, or holds a NUL.
    """
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise wrong("must be a path, such as /srv/music")
    if value == "~" or value.startswith("~/"):
        home = environ.get("HOME", "")
        if not home.startswith("/"):
            raise wrong("starts with ~ but $HOME is not set: write the whole path")
        return Path(home + value[1:])
    if not value.startswith("/"):
        raise wrong("is a relative path: start it with / or ~/")
    return Path(value)


def _parse_path(value: Any, info: ValidationInfo[Any]) -> Path:
    return resolve_path(value, context_of(info).environ)


AbsolutePath = Annotated[
    Path,
    BeforeValidator(_parse_path),
    WithJsonSchema({"type": "string", "pattern": "^[/~]"}),
]
"""An absolute path. Whether something is there, and may be read, is not looked at."""
