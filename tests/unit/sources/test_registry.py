"""Plugins are found by entry points; one that fails is a sentence, never a crash."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrobbled.sources.api import API_VERSION
from scrobbled.sources.registry import PluginRecord, PluginState, Registry, discover_plugins

PLUGIN = f"""
from scrobbled.domain.credit import CreditPolicy
from scrobbled.sources import Plugin, SourceSettings

class Settings(SourceSettings):
    pass

def plugin(**changes):
    values = {{
        "source_type": "gramophone",
        "settings": Settings,
        "credit": None,
        "create": None,
        "api_version": {API_VERSION},
    }}
    return Plugin(**(values | changes))

PLUGIN = plugin()
LATER = plugin(api_version={API_VERSION + 1})
OTHER = plugin(source_type="jukebox")
UNSET = plugin(settings=dict)
WORDS = "a gramophone"
"""


class Site:
    """A folder on the import path into which tests install packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, distribution: str, entry_point: str, module: str, text: str) -> None:
        """Put a module there, and the entry point as an installer would register it."""
        (self.folder / f"{module}.py").write_text(text, encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(
            f"[scrobbled.sources]\n{entry_point}\n", encoding="utf-8"
        )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder of packages; what was imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) == str(tmp_path / f"{name}.py"):
            del sys.modules[name]


def _record(registry: Registry, source_type: str = "gramophone") -> PluginRecord:
    (record,) = [r for r in registry.records if r.source_type == source_type]
    return record


def _failure(site: Site, target: str, text: str = PLUGIN) -> PluginRecord:
    site.install("scrobbled-gramophone", f"gramophone = {target}", "shellac", text)
    registry = discover_plugins()
    record = _record(registry)

    assert record.plugin is None
    assert "gramophone" not in registry.plugins
    assert "gramophone" not in registry.settings
    assert registry.unavailable["gramophone"] == record.reason
    assert "mpd" in registry.plugins, "one plugin's failure is none of the others'"
    return record


def test_the_built_in_plugin_takes_the_same_door() -> None:
    """MPD is registered as a third party's plugin would be."""
    record = _record(discover_plugins(), "mpd")

    assert record.state is PluginState.USABLE
    assert record.target == "scrobbled_mpd:PLUGIN"
    assert record.distribution is not None
    assert record.distribution.startswith("scrobbled ")
    assert record.reason is None


def test_a_plugin_of_a_third_party_is_found(site: Site) -> None:
    """By its entry point alone; its settings are what the configuration is loaded with."""
    site.install("scrobbled-gramophone", "gramophone = shellac:PLUGIN", "shellac", PLUGIN)
    registry = discover_plugins()
    record = _record(registry)

    assert record.state is PluginState.USABLE
    assert record.distribution == "scrobbled-gramophone 1.2"
    assert registry.plugins["gramophone"] is record.plugin
    assert registry.settings["gramophone"].__name__ == "Settings"
    assert registry.unavailable == {}
    assert [r.source_type for r in registry.records] == ["gramophone", "jellyfin", "mpd"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 +", "SyntaxError: "),
        ("raise RuntimeError('the spring is broken')", "RuntimeError: the spring is broken"),
        ("import sys; sys.exit('goodbye')", "SystemExit: goodbye"),
        ("", "AttributeError: module 'shellac' has no attribute 'PLUGIN'"),
    ],
    ids=["import", "syntax", "error", "exit", "attribute"],
)
def test_a_plugin_that_cannot_be_imported_says_why(site: Site, text: str, said: str) -> None:
    """Whatever goes wrong in its module, and how to look closer."""
    record = _failure(site, "shellac:PLUGIN", text)

    assert record.state is PluginState.IMPORT_FAILED
    assert record.reason is not None
    assert record.reason.startswith(f"the plugin for 'gramophone' cannot be imported ({said}")
    assert "python3 -c 'import shellac'" in record.reason


def test_a_plugin_whose_module_is_gone_says_so(site: Site) -> None:
    """As after a removal that went wrong."""
    record = _failure(site, "vinyl:PLUGIN")

    assert record.state is PluginState.IMPORT_FAILED
    assert "No module named 'vinyl'" in (record.reason or "")


def test_something_else_than_a_plugin_is_none(site: Site) -> None:
    """The entry point has to be a Plugin."""
    record = _failure(site, "shellac:WORDS")

    assert record.state is PluginState.NOT_A_PLUGIN
    assert record.reason == (
        "the plugin for 'gramophone' shellac:WORDS is a str, not a scrobbled.sources.Plugin"
    )


def test_a_plugin_has_the_name_of_its_entry_point(site: Site) -> None:
    """Otherwise the configuration's `type` would mean two things."""
    record = _failure(site, "shellac:OTHER")

    assert record.state is PluginState.WRONG_NAME
    assert record.reason == (
        "the plugin for 'gramophone' calls itself 'jukebox', but is registered as 'gramophone'"
    )


def test_a_plugin_for_another_api_is_not_run(site: Site) -> None:
    """It might do anything."""
    record = _failure(site, "shellac:LATER")

    assert record.state is PluginState.WRONG_API_VERSION
    assert record.reason == (
        f"the plugin for 'gramophone' was written for version {API_VERSION + 1} of the plugin "
        f"API, this is version {API_VERSION}: install a release of it that fits"
    )


def test_a_plugins_settings_extend_ours(site: Site) -> None:
    """Without type, name and user no source could be told from another."""
    record = _failure(site, "shellac:UNSET")

    assert record.state is PluginState.WRONG_SETTINGS
    assert "do not extend scrobbled.sources.SourceSettings" in (record.reason or "")


def test_two_packages_cannot_offer_the_same_type(site: Site) -> None:
    """Which one would be run would be chance; neither is."""
    site.install("one", "gramophone = shellac:PLUGIN", "shellac", PLUGIN)
    site.install("two", "gramophone = vinyl:PLUGIN", "vinyl", PLUGIN)
    registry = discover_plugins()
    records = [r for r in registry.records if r.source_type == "gramophone"]

    assert [r.state for r in records] == [PluginState.AMBIGUOUS] * 2
    reasons = {r.reason for r in records}
    assert reasons.pop() == (
        "the plugin for 'gramophone' is offered by one 1.2 (shellac:PLUGIN) and "
        "two 1.2 (vinyl:PLUGIN): uninstall all but one"
    )
    assert reasons == set()
    assert "gramophone" not in registry.plugins


def test_the_same_plugin_twice_is_one(site: Site) -> None:
    """A package that was renamed may still be there under its old name."""
    site.install("old-name", "gramophone = shellac:PLUGIN", "shellac", PLUGIN)
    site.install("new-name", "gramophone = shellac:PLUGIN", "shellac", PLUGIN)

    assert _record(discover_plugins()).state is PluginState.USABLE
