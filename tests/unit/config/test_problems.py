"""What pydantic finds wrong becomes sentences; a plugin's model may use all of pydantic."""

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator
from tests.unit.config.loading import HOME, MpdLikeSettings, write

from scrobbled.config.load import load_settings
from scrobbled.config.problems import format_path, suggest
from scrobbled.errors import ConfigurationError
from scrobbled.sources import SourceSettings


class Tube(BaseModel):
    """One tube of a radio."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volts: float = Field(gt=1, lt=500)
    label: str = Field(default="", min_length=2, max_length=4)


class RadioSettings(SourceSettings):
    """One radio."""

    tubes: list[Tube] = Field(default_factory=list, max_length=2)
    spares: dict[str, Tube] = Field(default_factory=dict)
    bands: set[Literal["long", "short"]] = Field(default_factory=set)
    waves: frozenset[int] = frozenset()
    knobs: int = Field(default=1, multiple_of=2)
    tint: Literal[1, 2] = 1

    @model_validator(mode="after")
    def _tubes_differ(self) -> "RadioSettings":
        volts = [tube.volts for tube in self.tubes]
        if len(set(volts)) < len(volts):
            raise AssertionError("two tubes\n  are the same")
        return self


def _problem(folder: Path, key: str) -> str:
    path = write(folder, f"sources: [{{type: radio, name: a, {key}}}]")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, {"radio": RadioSettings}, HOME)
    (problem,) = caught.value.problems
    return problem.partition(" sources[0]")[2].lstrip(".")


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("tubes: 3", "tubes: must be a list"),
        ("tubes: [3]", "tubes[0]: must be a mapping of keys to values"),
        ("tubes: [{}]", "tubes[0].volts: is missing"),
        ("tubes: [{volts: 500}]", "tubes[0].volts: must be less than 500.0"),
        ("tubes: [{volts: .inf}]", "tubes[0].volts: must be less than 500.0"),
        ("tubes: [{volts: [2]}]", "tubes[0].volts: must be a number"),
        ("tubes: [{volts: 2, label: a}]", "tubes[0].label: must have at least 2 characters"),
        ("tubes: [{volts: 2, label: abcde}]", "tubes[0].label: may have at most 4 characters"),
        (
            "tubes: [{volts: 2, lable: ab}]",
            "tubes[0].lable: is not a known key, did you mean 'label'?",
        ),
        (
            "spares: {left: {volts: 2, valts: 2}}",
            "spares.left.valts: is not a known key, did you mean 'volts'?",
        ),
        (
            "tubes: [{volts: 2}, {volts: 3}, {volts: 4}]",
            "tubes: may have at most 2, and has 3",
        ),
        ("tubes: [{volts: 2}, {volts: 2}]", ": two tubes are the same"),
        ("spares: [x]", "spares: must be a mapping of keys to values"),
        ("spares: {left: 3}", "spares.left: must be a mapping of keys to values"),
        ("bands: long", "bands: must be a list"),
        ("bands: [lnog]", "bands[0]: must be 'long' or 'short', did you mean 'long'?"),
        ("waves: {a: 1}", "waves: must be a list"),
        ("waves: [9.5]", "waves[0]: must be a whole number"),
        ("waves: [99999999999999999999.5]", "waves[0]: is too large a number"),
        ("knobs: 3", "knobs: Input should be a multiple of 2"),
        ("knobs: .nan", "knobs: must be a number that is not infinite"),
        ("tint: 3", "tint: must be 1 or 2"),
    ],
)
def test_every_kind_of_mistake_has_its_sentence(tmp_path: Path, key: str, problem: str) -> None:
    """At the path that a person wrote; what nobody foresaw comes in pydantic's words."""
    assert _problem(tmp_path, key) == problem


def test_the_defaults_can_be_wrong_too() -> None:
    """If a plugin asks for more than the built-in source says, there is no file to blame."""

    class Demanding(MpdLikeSettings):
        blood_type: str

    with pytest.raises(ConfigurationError) as caught:
        load_settings(None, {"mpd": Demanding}, HOME)

    assert caught.value.problems == ["built-in defaults: sources[0].blood_type: is missing"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b", 0, "c", 1), "a.b[0].c[1]"),
    ],
)
def test_a_path_is_written_as_people_do(path: tuple[Any, ...], text: str) -> None:
    """With dots and brackets."""
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("lisen", ", did you mean 'listen'?"),
        ("LISTEN", ", did you mean 'listen'?"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_a_suggestion_is_made_only_for_what_is_alike(word: str, hint: str) -> None:
    """A wrong suggestion is worse than none."""
    assert suggest(word, ["listen", "public_url"]) == hint
