"""Settings that environment variables give: `SCROBBLER_<SECTION>_<KEY>` wins over the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from scrobbled.config.document import Path
from scrobbled.config.file import FILE_VARIABLE
from scrobbled.config.model import Settings
from scrobbled.config.shape import item_of, mapping_of, model_of, nullable

PREFIX = "SCROBBLER_"

SHORT_NAMES: Mapping[Path, str] = {
    ("database", "medialibrary_schema"): "SCROBBLER_MEDIALIBRARY_SCHEMA",
    ("database", "listens_schema"): "SCROBBLER_LISTENS_SCHEMA",
}
"""Variables that are not named after their section."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting's environment variable.

    Attributes:
        name: the variable.
        path: of the setting.
        nullable: whether the setting may be null, which an empty variable then means; an empty
            one is otherwise as good as none.
    """

    name: str
    path: Path
    nullable: bool


def variables() -> dict[str, Variable]:
    """Every setting that is a single value, by its variable's name."""
    return {variable.name: variable for variable in _walk(Settings, ())}


def _walk(model: type[BaseModel], path: Path) -> Iterator[Variable]:
    for key, field in model.model_fields.items():
        place = (*path, key)
        if inner := model_of(field.annotation):
            yield from _walk(inner, place)
        elif item_of(field.annotation) is None and mapping_of(field.annotation) is None:
            name = SHORT_NAMES.get(place) or PREFIX + "_".join(map(str, place)).upper()
            yield Variable(name, place, nullable(field.annotation))


def overlay(data: dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[Path, str], list[str]]:
    """Puts what the environment gives into `data`.

    Args:
        data: the configuration as plain data; changed.
        environ: the process's environment.

    Returns:
        For each value that was put in, its variable's name; and a line for each variable that
        looks like one of ours and is none.
    """
    known = variables()
    origins: dict[Path, str] = {}
    problems: list[str] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        if name not in known:
            problems.extend(_misspelt(name, known))
        elif environ[name] or known[name].nullable:
            _put(data, known[name].path, environ[name] or None)
            origins[known[name].path] = name
    return origins, problems


def _put(data: dict[str, Any], path: Path, value: str | None) -> None:
    *sections, key = map(str, path)
    for section in sections:
        inner = data.get(section)
        if inner is None:
            inner = data[section] = {}
        if not isinstance(inner, dict):
            return  # not a section at all, which validation will say
        data = inner
    data[key] = value


def _misspelt(name: str, known: Mapping[str, Variable]) -> Iterator[str]:
    """A line if `name` was surely meant for us; other programs may use the prefix too."""
    near = get_close_matches(name, [*known, FILE_VARIABLE], n=1, cutoff=0.8)
    sections = (PREFIX + key.upper() + "_" for key in Settings.model_fields)
    if near or name.startswith(tuple(sections)):
        hint = f", did you mean {near[0]}?" if near else ""
        yield f"${name}: there is no such setting{hint}"
