"""What a field's annotation is: a section, a list, a mapping; and whether it may be null."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, without the metadata of `Annotated`; itself if it is none."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(part for member in get_args(annotation) for part in alternatives(member))
    return (annotation,)


def nullable(annotation: Any) -> bool:
    """Whether None is among its values."""
    return NoneType in alternatives(annotation)


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model that it is, or may be; None if it is none."""
    for part in alternatives(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def item_of(annotation: Any) -> Any:
    """What a list's entries are; None if it is no list."""
    for part in alternatives(annotation):
        origin = get_origin(part)
        if isinstance(origin, type) and issubclass(origin, (Sequence, set, frozenset)):
            return get_args(part)[0]
    return None


def mapping_of(annotation: Any) -> Any:
    """What a mapping's values are; None if it is no mapping."""
    for part in alternatives(annotation):
        origin = get_origin(part)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return get_args(part)[1]
    return None
