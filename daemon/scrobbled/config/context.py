"""What a value may ask of the outside while it is being validated."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class LoadContext:
    """Given to every validator as pydantic's validation context.

    Attributes:
        environ: the environment that paths and credentials are looked up in.
        file: the configuration file; None when there is none.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    file: Path | None = None


def context_of(info: ValidationInfo[Any]) -> LoadContext:
    """The context of a validation; the process's own where a model is made by hand."""
    return info.context if isinstance(info.context, LoadContext) else LoadContext()


def wrong(sentence: str) -> PydanticCustomError:
    """An error for a validator to raise, whose text is `sentence` and nothing else."""
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})
