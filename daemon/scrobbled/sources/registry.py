"""Which plugins there are: entry points become plugins, or sentences that say why not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from scrobbled.sources.api import API_VERSION, Plugin, SourceSettings

GROUP = "scrobbled.sources"
"""The entry-point group; built-in plugins use it as those of third parties do."""


class PluginState(StrEnum):
    """What became of an entry point."""

    USABLE = "usable"
    IMPORT_FAILED = "import_failed"
    NOT_A_PLUGIN = "not_a_plugin"
    WRONG_NAME = "wrong_name"
    WRONG_API_VERSION = "wrong_api_version"
    WRONG_SETTINGS = "wrong_settings"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """One entry point and what became of it.

    Attributes:
        source_type: the entry point's name, such as `mpd`.
        target: what it points at, such as `scrobbled_mpd:PLUGIN`.
        distribution: name and version of the package that it is part of; None where unknown.
        state: whether it can be used.
        reason: why it cannot be used and what to do, one sentence; None when it can.
        plugin: the plugin; None when it cannot be used.
    """

    source_type: str
    target: str
    distribution: str | None
    state: PluginState
    reason: str | None = None
    plugin: Plugin | None = None


@dataclass(frozen=True)
class Registry:
    """All plugins that are installed.

    Attributes:
        records: one for each entry point, by type.
    """

    records: tuple[PluginRecord, ...]

    @cached_property
    def plugins(self) -> Mapping[str, Plugin]:
        """Those that can be used, by type."""
        return {r.source_type: r.plugin for r in self.records if r.plugin is not None}

    @cached_property
    def settings(self) -> Mapping[str, type[SourceSettings]]:
        """Their settings' models, by type: what the configuration is loaded with."""
        return {name: plugin.settings for name, plugin in self.plugins.items()}

    @cached_property
    def unavailable(self) -> Mapping[str, str]:
        """Why the others cannot be used, by type."""
        return {r.source_type: r.reason for r in self.records if r.reason is not None}


def discover_plugins() -> Registry:
    """Imports every plugin that is installed; one that fails is a record, never an error."""
    by_name: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        # The same target twice is one plugin, whichever packages name it.
        by_name.setdefault(point.name, {}).setdefault(point.value, point)
    records: list[PluginRecord] = []
    for _, points in sorted(by_name.items()):
        if len(points) == 1:
            records += map(_load, points.values())
        else:
            records += _ambiguous(list(points.values()))
    return Registry(tuple(records))


def _load(point: EntryPoint) -> PluginRecord:
    try:
        plugin = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's import may raise anything
        reason = (
            f"cannot be imported ({type(error).__name__}: {error}): reinstall it, or look with "
            f"`python3 -c 'import {point.module}'`"
        )
        return _unusable(point, PluginState.IMPORT_FAILED, reason)
    if not isinstance(plugin, Plugin):
        reason = f"{point.value} is a {type(plugin).__name__}, not a scrobbled.sources.Plugin"
        return _unusable(point, PluginState.NOT_A_PLUGIN, reason)
    if flaw := _flaw(point, plugin):
        return _unusable(point, *flaw)
    return PluginRecord(
        point.name, point.value, _distribution(point), PluginState.USABLE, plugin=plugin
    )


def _flaw(point: EntryPoint, plugin: Plugin) -> tuple[PluginState, str] | None:
    if plugin.api_version != API_VERSION:
        reason = (
            f"was written for version {plugin.api_version} of the plugin API, this is version "
            f"{API_VERSION}: install a release of it that fits"
        )
        return PluginState.WRONG_API_VERSION, reason
    if plugin.source_type != point.name:
        reason = f"calls itself {plugin.source_type!r}, but is registered as {point.name!r}"
        return PluginState.WRONG_NAME, reason
    settings: Any = plugin.settings  # what a third party put there, whatever the type says
    if not (isinstance(settings, type) and issubclass(settings, SourceSettings)):
        reason = "has settings that do not extend scrobbled.sources.SourceSettings"
        return PluginState.WRONG_SETTINGS, reason
    return None


def _ambiguous(points: list[EntryPoint]) -> Iterator[PluginRecord]:
    owners = " and ".join(sorted(f"{_distribution(p) or p.value} ({p.value})" for p in points))
    for point in sorted(points, key=lambda p: p.value):
        reason = f"is offered by {owners}: uninstall all but one"
        yield _unusable(point, PluginState.AMBIGUOUS, reason)


def _unusable(point: EntryPoint, state: PluginState, reason: str) -> PluginRecord:
    sentence = f"the plugin for {point.name!r} {reason}"
    return PluginRecord(point.name, point.value, _distribution(point), state, sentence)


def _distribution(point: EntryPoint) -> str | None:
    return f"{point.dist.name} {point.dist.version}" if point.dist else None
