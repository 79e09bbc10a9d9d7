"""The options that commands share."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from scrobbled.config.load import load_settings
from scrobbled.config.model import Settings
from scrobbled.sources.registry import Registry, discover_plugins

P = ParamSpec("P")
R = TypeVar("R")

config_option = click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),  # reading it says more
    help="The configuration file, instead of the one that is found.",
)
"""Gives the command `config_file`: a path, or None to search for one."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
"""Gives the command `as_json`."""


def read_settings(config_file: Path | None, registry: Registry) -> Settings:
    """Loads the configuration with the plugins that there are.

    Raises:
        ConfigurationError: it is wrong.
    """
    return load_settings(
        config_file, registry.settings, os.environ, unavailable=registry.unavailable
    )


def settings_option(command: Callable[Concatenate[Settings, P], R]) -> Callable[..., R]:
    """Adds `-c/--config FILE` and gives the command the loaded settings as first argument."""

    @config_option
    @functools.wraps(command)
    def with_settings(config_file: Path | None, *args: P.args, **kwargs: P.kwargs) -> R:
        return command(read_settings(config_file, discover_plugins()), *args, **kwargs)

    return with_settings
