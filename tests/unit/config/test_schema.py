"""The JSON Schema that editors use."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.unit.config.loading import PLUGINS, GramophoneSettings

from scrobbled.config.schema import default_values, describe_keys, json_schema
from scrobbled.config.sections import CountingSettings, WebSettings

SCHEMA = json_schema(PLUGINS)
SOURCE = {"type": "gramophone", "name": "attic"}


def _complaints(data: object) -> list[str]:
    found = Draft202012Validator(SCHEMA).iter_errors(data)
    return sorted(error.json_path for error in found)


def test_it_is_a_schema() -> None:
    """Of the dialect that it names."""
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"web": None, "database": {}, "counting": None},
        {"users": [{"name": "anna"}], "sources": []},
        {"state_dir": "~/state", "database": {"listens_schema": "", "password_file": "name"}},
        {"sources": [SOURCE, {"type": "mpd", "name": "a", "host": "h", "port": 1}]},
        {"sources": [SOURCE | {"rooms": ["a"], "wind_every": "1h", "shelves": {"a": "/b"}}]},
    ],
)
def test_right_configurations_follow_it(data: object) -> None:
    """Everything may be left out, and a section may be empty."""
    assert _complaints(data) == []


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "$"),
        ({"webb": {}}, "$"),
        ({"web": {"listn": "a:1"}}, "$.web"),
        ({"web": {"listen": "8420"}}, "$.web.listen"),
        ({"state_dir": "relative"}, "$.state_dir"),
        ({"users": []}, "$.users"),
        ({"users": [{}]}, "$.users[0]"),
        ({"database": {"url": "oracle://x"}}, "$.database.url"),
        ({"database": {"listens_schema": "a-b"}}, "$.database.listens_schema"),
        ({"library": {"scan_every": 60}}, "$.library.scan_every"),
        ({"library": {"scan_every": "60"}}, "$.library.scan_every"),
        ({"counting": {"streams": "some"}}, "$.counting.streams"),
        ({"counting": {"fraction": 2}}, "$.counting.fraction"),
        ({"log": {"level": "warn"}}, "$.log.level"),
        ({"sources": [{"name": "a"}]}, "$.sources[0]"),
        ({"sources": [{"type": "gramofone", "name": "a"}]}, "$.sources[0].type"),
        ({"sources": [{"type": "gramophone"}]}, "$.sources[0]"),
        ({"sources": [SOURCE | {"host": "h"}]}, "$.sources[0]"),
        ({"sources": [SOURCE | {"speed": 15}]}, "$.sources[0].speed"),
    ],
)
def test_an_editor_marks_what_is_wrong(data: object, place: str) -> None:
    """At the value itself, also within a source of a plugin."""
    assert place in _complaints(data)


def _models(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"Settings": schema} | {
        name: model for name, model in schema["$defs"].items() if "properties" in model
    }


@pytest.mark.parametrize("name", _models(SCHEMA))
def test_every_key_is_described(name: str) -> None:
    """An editor tells what a key does; the plugins' keys as well."""
    model = _models(SCHEMA)[name]

    assert model["description"]
    assert [key for key, value in model["properties"].items() if not value["description"]] == []
    assert "Attributes" not in json.dumps(model)


def test_defaults_are_written_as_a_person_would() -> None:
    """With units, and without the sections' own."""
    counting = SCHEMA["$defs"]["CountingSettings"]["properties"]

    assert counting["enough"]["default"] == "4m"
    assert counting["streams"]["default"] == "titles"
    assert SCHEMA["$defs"]["WebSettings"]["properties"]["public_url"]["default"] is None
    assert "default" not in SCHEMA["properties"]["web"]
    assert "default" not in SCHEMA["properties"]["state_dir"]
    assert default_values(WebSettings) == {"listen": "127.0.0.1:8420", "public_url": None}
    assert default_values(CountingSettings)["min_length"] == "30s"


def test_descriptions_come_from_docstrings_or_from_the_field() -> None:
    """The field's own wins; what a model inherits is described where it stands."""
    keys = describe_keys(GramophoneSettings)

    assert keys["needle"] == "the needle that is in it."
    assert keys["wind_every"] == "How often its spring is wound."
    assert keys["user"].startswith("whose plays these are")
    assert keys["rooms"] == "`all`, or the rooms that it is heard in."


def test_a_description_of_several_lines_is_one_text() -> None:
    """Line breaks of the docstring are not the editor's."""
    assert "\n" not in describe_keys(CountingSettings)["streams"]
    assert describe_keys(CountingSettings)["streams"].endswith("or nothing (`off`).")


def test_without_plugins_there_is_still_a_schema() -> None:
    """Then no source follows it."""
    schema = json_schema({})
    Draft202012Validator.check_schema(schema)

    assert not Draft202012Validator(schema).is_valid({"sources": [SOURCE]})
    assert Draft202012Validator(schema).is_valid({"sources": []})
