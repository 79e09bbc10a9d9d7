"""What pydantic found wrong, as plain sentences at the place where a person wrote it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from scrobbled.config.document import Path
from scrobbled.config.shape import item_of, mapping_of, model_of

_TAG_AT = 2
"""Where in an error's location about a source its type stands: (sources, 0, mpd, host)."""

_ABOUT_KEYS = frozenset({"extra_forbidden", "missing", "union_tag_not_found"})

_QUOTED = re.compile(r"'([^']*)'")

_SENTENCES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number that is not infinite",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "mapping_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length}, and has {actual_length}",
    "too_long": "may have at most {max_length}, and has {actual_length}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "string_pattern_mismatch": "has characters that are not allowed: it must match {pattern}",
}


def suggest(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` if one of `known` is like `word`; else nothing."""
    near = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f", did you mean {near[0]!r}?" if near else ""


def format_path(path: Path) -> str:
    """`sources[0].host`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a value.

    Attributes:
        path: of the value.
        sentence: what is wrong; never holds a value that may be a secret.
        at_key: whether the key itself is wrong, rather than what it says.
    """

    path: Path
    sentence: str
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Explainer:
    """Turns pydantic's errors about one configuration into findings.

    Attributes:
        root: the model that the data was validated by.
        data: the plain data.
        plugin_settings: the models of the sources, by type.
        unavailable: why a type's plugin cannot be used, for those that were found but failed.
    """

    root: type[BaseModel]
    data: Any
    plugin_settings: Mapping[str, type[BaseModel]]
    unavailable: Mapping[str, str]

    def explain(self, errors: Iterable[ErrorDetails]) -> list[Finding]:
        """What is wrong where a person wrote it, one finding for each place."""
        found: dict[Path, Finding] = {}
        for error in errors:
            path = self._path(error)
            finding = Finding(path, self._sentence(error, path), error["type"] in _ABOUT_KEYS)
            before = found.setdefault(path, finding)
            if finding.sentence not in before.sentence:
                both = f"{before.sentence}, or {finding.sentence}"
                found[path] = Finding(path, both, before.at_key)
        return list(found.values())

    def _path(self, error: ErrorDetails) -> Path:
        """The error's location without the names of union members and marks like `[key]`."""
        data, path = self.data, list[str | int]()
        steps = error["loc"]
        for number, step in enumerate(steps):
            is_tag = number == _TAG_AT and steps[0] == "sources"
            last = number == len(steps) - 1
            if not is_tag and _has(data, step):
                data = data[step]
            elif not (last and error["type"] == "missing"):
                continue
            path.append(step)
        if error["type"].startswith("union_tag"):
            path.append("type")
        return tuple(path)

    def _sentence(self, error: ErrorDetails, path: Path) -> str:
        kind, context = error["type"], error.get("ctx", {})
        match kind:
            case "wrong":
                said = str(context["sentence"])
            case "value_error" | "assertion_error":
                said = " ".join(str(context["error"]).split())
            case "extra_forbidden":
                said = self._unknown_key(path)
            case "string_type" if isinstance(error["input"], (bool, int, float)):
                said = "must be text: put it into quotes"
            case "literal_error" | "enum":
                said = f"must be {context['expected']}{_hint(context['expected'], error['input'])}"
            case "union_tag_not_found":
                said = f"is missing: which plugin watches it ({', '.join(self.plugin_settings)})"
            case "union_tag_invalid":
                said = self._unknown_type(str(context["tag"]))
            case _:
                said = _SENTENCES.get(kind, error["msg"]).format_map(context)
        return said

    def _unknown_type(self, given: str) -> str:
        if given in self.unavailable:
            return self.unavailable[given]
        known = sorted(self.plugin_settings)
        hint = suggest(given, known) or f": there are {', '.join(known)}"
        return f"no plugin for {given!r} is installed{hint}"

    def _unknown_key(self, path: Path) -> str:
        model = self._model_at(path[:-1])
        known = list(model.model_fields) if model else []
        hint = suggest(str(path[-1]), known) or f": there are {', '.join(known)}"
        return f"is not a known key{hint}"

    def _model_at(self, path: Path) -> type[BaseModel] | None:
        """The model of the mapping at `path`; None if it has none."""
        if path[:1] == ("sources",):
            source_type = self.data["sources"][path[1]]["type"]
            return _descend(self.plugin_settings[source_type], path[_TAG_AT:])
        return _descend(self.root, path)


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _hint(expected: str, given: Any) -> str:
    return suggest(given, _QUOTED.findall(expected)) if isinstance(given, str) else ""


def _descend(annotation: Any, path: Path) -> type[BaseModel] | None:
    for step in path:
        model = model_of(annotation)
        if model is not None:
            annotation = model.model_fields[str(step)].annotation
        else:
            annotation = item_of(annotation) if isinstance(step, int) else mapping_of(annotation)
    return model_of(annotation)
