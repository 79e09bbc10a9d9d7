"""What a field's annotation is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import Field
from tests.unit.config.loading import GramophoneSettings

from scrobbled.config.sections import UserSettings
from scrobbled.config.shape import alternatives, item_of, mapping_of, model_of, nullable


@pytest.mark.parametrize(
    ("annotation", "members"),
    [
        (int, (int,)),
        (int | None, (int, type(None))),
        (Optional[int], (int, type(None))),  # noqa: UP045 - plugins may write it so
        (Annotated[int, Field(ge=1)], (int,)),
        (Annotated[int | None, "x"] | str, (int, type(None), str)),
        (Literal["a"] | tuple[str, ...], (Literal["a"], tuple[str, ...])),
    ],
    ids=str,
)
def test_a_union_is_taken_apart(annotation: Any, members: tuple[Any, ...]) -> None:
    """However it is written, and whatever stands around its members."""
    assert alternatives(annotation) == members


def test_null_is_among_the_values_or_not() -> None:
    """Also deep within."""
    assert nullable(Annotated[Annotated[int, "a"] | None, "b"])
    assert not nullable(int | str)


def test_models_lists_and_mappings_are_told_apart() -> None:
    """By what they hold."""
    assert model_of(UserSettings | None) is UserSettings
    assert model_of(tuple[UserSettings, ...]) is None
    assert item_of(tuple[UserSettings, ...]) is UserSettings
    assert item_of(Sequence[int] | None) is int
    assert item_of(dict[str, int]) is None
    assert item_of(str) is None
    assert mapping_of(Mapping[str, int]) is int
    assert mapping_of(list[int]) is None
    assert item_of(GramophoneSettings.model_fields["rooms"].annotation) is str
