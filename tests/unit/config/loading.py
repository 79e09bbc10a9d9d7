"""Loading configurations in tests, with the settings of a plugin that is made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field, TypeAdapter, field_validator

from scrobbled.config.context import LoadContext
from scrobbled.config.load import load_settings
from scrobbled.config.model import Settings
from scrobbled.errors import ConfigurationError
from scrobbled.sources import AbsolutePath, Interval, SecretFile, SourceSettings

HOME = {"HOME": "/home/anna", "LOGNAME": "anna", "XDG_CONFIG_HOME": "/nowhere"}
"""An environment of a person whose configuration nobody finds."""


class GramophoneSettings(SourceSettings):
    """One gramophone.

    Attributes:
        needle: the needle that is in it.
        speed: turns a minute.
        rooms: `all`, or the rooms that it is heard in.
        key_file: a file that holds what opens its lid.
        shelves: where the records are.
    """

    needle: str = "steel"
    speed: int = Field(default=78, ge=16, le=78)
    rooms: Literal["all"] | tuple[str, ...] = "all"
    wind_every: Interval = Field(default=180.0, description="How often its spring is wound.")
    key_file: SecretFile | None = None
    shelves: dict[str, AbsolutePath] = Field(default_factory=dict)

    @field_validator("needle")
    @classmethod
    def _no_diamond(cls, needle: str) -> str:
        if needle == "diamond":
            raise ValueError("a diamond ruins shellac")
        return needle


class MpdLikeSettings(SourceSettings):
    """What the built-in default needs of the type `mpd`.

    Attributes:
        host: where it is.
        port: and at which port.
        password_file: a file that holds its password.
    """

    host: str = "nowhere"
    port: int = 1
    password_file: SecretFile | None = None


PLUGINS: Mapping[str, type[SourceSettings]] = {
    "gramophone": GramophoneSettings,
    "mpd": MpdLikeSettings,
}


def load(path: Path | None, environ: Mapping[str, str] = HOME, **unavailable: str) -> Settings:
    """Load a file, or the defaults, with the plugins above."""
    return load_settings(path, PLUGINS, environ, unavailable=unavailable)


def write(folder: Path, text: str) -> Path:
    """Write `text` as a configuration file."""
    path = folder / "scrobbled.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load_text(folder: Path, text: str, environ: Mapping[str, str] = HOME) -> Settings:
    """Load a configuration of this text."""
    return load(write(folder, text), environ)


def problems_of(
    folder: Path, text: str, environ: Mapping[str, str] = HOME, **unavailable: str
) -> list[str]:
    """What loading a configuration of this text complains about, without the file's name."""
    path = write(folder, text)
    with pytest.raises(ConfigurationError) as caught:
        load(path, environ, **unavailable)
    return [problem.removeprefix(f"{path}:") for problem in caught.value.problems]


def validate(annotation: Any, value: object, environ: Mapping[str, str] = HOME) -> Any:
    """Validate one value by a type of the configuration."""
    return TypeAdapter(annotation).validate_python(value, context=LoadContext(environ))
