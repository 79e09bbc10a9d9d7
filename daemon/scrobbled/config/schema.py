"""The configuration as a JSON Schema, by which editors complete, explain and check it."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from scrobbled.config.defaults import FILLED_IN
from scrobbled.config.model import settings_model
from scrobbled.config.section import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def json_schema(plugin_settings: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The schema of the whole configuration, with the plugins' models as the sources' types."""
    schema = settings_model(plugin_settings).model_json_schema(schema_generator=_Generator)
    return {"$schema": DIALECT, **schema, "title": "scrobbled.yaml"}


def describe_keys(model: type[BaseModel]) -> dict[str, str]:
    """What each key of `model` means.

    From the field's own description, else from the `Attributes:` of the docstrings of the model
    and of those that it extends.
    """
    found: dict[str, str] = {}
    for ancestor in reversed(model.__mro__):
        _, _, attributes = inspect.cleandoc(ancestor.__doc__ or "").partition("Attributes:\n")
        for name, text in _ATTRIBUTE.findall(attributes):
            found[name] = " ".join(text.split())
    own = {name: field.description for name, field in model.model_fields.items()}
    return {name: own[name] or found.get(name, "") for name in own}


def default_values(model: type[BaseModel]) -> dict[str, Any]:
    """The defaults of the keys that have one, as they are written in YAML.

    A key whose value is a section of its own has none: its keys have.
    """
    values = {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    dumped = model.model_construct(**values).model_dump(mode="json", include=set(values))
    return {name: dumped[name] for name in values if not isinstance(values[name], BaseModel)}


class _Generator(GenerateJsonSchema):
    """Adds what pydantic does not know: descriptions, written defaults, what may be left out."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of one section or of one source."""
        model: type[BaseModel] = schema["cls"]
        json = super().model_schema(schema)
        json["description"] = inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0]
        defaults = default_values(model)
        for name, description in describe_keys(model).items():
            key = json["properties"][name]
            key.pop("default", None)
            key |= {"description": description}
            if name in defaults:
                key["default"] = defaults[name]
        filled_in = {name for owner, name in FILLED_IN if owner == model.__name__}
        if required := [name for name in json.pop("required", ()) if name not in filled_in]:
            json["required"] = required
        if issubclass(model, Section):
            json["type"] = ["object", "null"]  # null when all of its keys are commented out
        return json

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """The schema of a source: its `type` says which plugin's model it follows."""
        return {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": [str(choice) for choice in schema["choices"]]}},
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": str(name)}}},
                    "then": self.generate_inner(choice),
                }
                for name, choice in schema["choices"].items()
            ],
        }

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's hook
        """Titles would only repeat the keys."""
        return False
