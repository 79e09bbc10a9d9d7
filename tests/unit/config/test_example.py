"""The example file holds every key, with its default."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from pydantic_core import PydanticCustomError
from tests.project.tree import ROOT
from tests.unit.config.loading import HOME

from scrobbled.config.document import Path as KeyPath
from scrobbled.config.document import read_document
from scrobbled.config.durations import parse_duration
from scrobbled.config.environment import SHORT_NAMES
from scrobbled.config.file import SYSTEM_FILE
from scrobbled.config.load import load_settings
from scrobbled.config.model import Settings
from scrobbled.config.schema import default_values, json_schema
from scrobbled.config.sections import UserSettings
from scrobbled.config.shape import model_of
from scrobbled.sources.registry import discover_plugins

EXAMPLE = ROOT / "config" / "scrobbled.example.yaml"
AS_IT_IS = EXAMPLE.read_text(encoding="utf-8")
TEXT = re.sub(r"(?m)^  #(?=- |  )", "  ", AS_IT_IS)
"""With the sources that are only there as comments, as it says how to take those away."""

TOKEN_FILE = "/etc/scrobbled/jellyfin.hook"  # noqa: S105 - a path
DOCUMENT = read_document(TEXT)
PLUGINS = discover_plugins().settings


def _keys(model: type[BaseModel], path: KeyPath = ()) -> Iterator[tuple[KeyPath, type[BaseModel]]]:
    """Every key below `model`, with the model that it is of."""
    for name, field in model.model_fields.items():
        yield (*path, name), model
        if inner := model_of(field.annotation):
            yield from _keys(inner, (*path, name))


def _source_at(source_type: str) -> KeyPath:
    entries = [source["type"] for source in DOCUMENT.data["sources"]]
    return ("sources", entries.index(source_type))


def _all_keys() -> dict[str, tuple[KeyPath, type[BaseModel]]]:
    found = [*_keys(Settings), *_keys(UserSettings, ("users", 0))]
    for source_type, model in PLUGINS.items():
        found += _keys(model, _source_at(source_type))
    return {".".join(map(str, path)): (path, model) for path, model in found}


def _value(path: KeyPath) -> object:
    value = DOCUMENT.data
    for step in path:
        value = value[step]
    return value


def test_the_plugins_of_this_tree_are_among_them() -> None:
    """Otherwise the other tests would pass without looking."""
    assert {"mpd", "jellyfin"} <= set(PLUGINS)
    assert DOCUMENT.flaws == []
    assert AS_IT_IS != TEXT


@pytest.mark.parametrize("name", _all_keys())
def test_every_key_is_there_with_its_default(name: str) -> None:
    """Whoever reads the file sees everything that can be set, and what holds if it is not."""
    path, model = _all_keys()[name]
    assert path in DOCUMENT.values, f"{name} is missing in {EXAMPLE}"

    defaults = default_values(model)
    if path[-1] in defaults:
        assert _normal(_value(path)) == _normal(defaults[str(path[-1])])


def _normal(value: object) -> object:
    """Durations as seconds: 60s and 1m are the same default."""
    try:
        return parse_duration(value) if isinstance(value, str) else value
    except PydanticCustomError:
        return value


@pytest.mark.parametrize("name", _all_keys())
def test_every_key_has_a_comment(name: str) -> None:
    """On a line above it, or above the first of the keys that it stands with."""
    path, _ = _all_keys()[name]
    lines = TEXT.splitlines()
    number = DOCUMENT.keys[path].line - 1
    while number and not re.match(r" *#|$", lines[number - 1]):
        number -= 1

    assert re.match(r" *#", lines[number - 1]), name


def test_it_loads() -> None:
    """As it is, on any machine: it names no file that would have to be there."""
    settings = load_settings(EXAMPLE, PLUGINS, HOME)

    assert settings.source_file == EXAMPLE
    assert [source.type for source in settings.sources] == ["mpd"]


def test_it_loads_with_all_its_sources(tmp_path: Path) -> None:
    """Once the files that they name are there."""
    token, whole = tmp_path / "token", tmp_path / "scrobbled.yaml"
    token.write_text("secret of the hook\n")
    whole.write_text(TEXT.replace(TOKEN_FILE, str(token)))
    settings = load_settings(whole, PLUGINS, HOME)

    assert TOKEN_FILE in TEXT
    assert sorted(source.type for source in settings.sources) == sorted(PLUGINS)


def test_without_its_names_it_is_the_same_as_no_file(tmp_path: Path) -> None:
    """All else in it is a default."""
    only_names = tmp_path / "names.yaml"
    only_names.write_text(
        "state_dir: /var/lib/scrobbled\nusers: [{name: anna}]\n"
        "sources: [{type: mpd, name: livingroom}]\n"
    )

    whole, names = (load_settings(path, PLUGINS, HOME) for path in (EXAMPLE, only_names))
    assert whole.model_dump() == names.model_dump()


def test_it_follows_the_schema() -> None:
    """An editor marks nothing in it."""
    errors = Draft202012Validator(json_schema(PLUGINS)).iter_errors(DOCUMENT.data)

    assert [error.message for error in errors] == []


def test_it_explains_the_variables() -> None:
    """The rule by which they are named, and those that do not keep to it."""
    for name in SHORT_NAMES.values():
        assert name in TEXT
    assert "SCROBBLER_WEB_LISTEN is web.listen" in TEXT
    assert "$SCROBBLER_CONFIG" in TEXT


def test_every_path_of_the_search_is_in_it() -> None:
    """Whoever copies it knows where to."""
    assert str(SYSTEM_FILE) in TEXT
    assert "$XDG_CONFIG_HOME/scrobbled/scrobbled.yaml" in TEXT
