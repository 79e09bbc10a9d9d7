"""The small parts of the configuration."""

from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from pydantic import BaseModel, ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.addresses import ListenAddress
from scrobbled.config.model import Settings
from scrobbled.config.sections import (
    AnalyzerSettings,
    CountingSettings,
    LibrarySettings,
    LogSettings,
    UserSettings,
    WebSettings,
)
from scrobbled.domain.counting import CountingRules, StreamCounting

SECTIONS = [WebSettings, LibrarySettings, AnalyzerSettings, CountingSettings, LogSettings]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_without_keys_has_all_defaults(section: type[BaseModel]) -> None:
    """One whose keys are all commented out is null in YAML."""
    assert validate(section, None) == validate(section, {}) == section()


@pytest.mark.parametrize("section", [*SECTIONS, UserSettings, Settings])
def test_nothing_can_be_changed_later(section: type[BaseModel]) -> None:
    """Settings are read once and then hold for the whole run."""
    assert section.model_config.get("frozen")
    assert section.model_config.get("extra") == "forbid"


def test_the_defaults_are_those_of_the_documentation() -> None:
    """What holds where a file says nothing."""
    assert WebSettings().listen == ListenAddress("127.0.0.1", 8420)
    assert LibrarySettings() == validate(LibrarySettings, {"folders": [], "scan_every": "1h"})
    assert AnalyzerSettings() == validate(
        AnalyzerSettings, {"match_every": "1m", "auto_link_at": 0.97}
    )
    assert LogSettings() == LogSettings(level="info", format="auto")


def test_counting_by_default_is_the_domains_own_rule() -> None:
    """The numbers are said once."""
    assert CountingSettings().rules() == CountingRules()


def test_every_number_of_the_rule_can_be_set() -> None:
    """Each key reaches its own number."""
    settings = validate(
        CountingSettings,
        {
            "min_length": "1s",
            "fraction": 0.25,
            "enough": "3s",
            "streams": "station",
            "stream_min": "4s",
            "min_skip": "5s",
            "pause_limit": "6s",
        },
    )

    assert settings.rules() == CountingRules(
        min_length_s=1.0,
        fraction=0.25,
        enough_s=3.0,
        streams=StreamCounting.STATION,
        stream_min_s=4.0,
        min_skip_s=5.0,
        pause_limit_s=6.0,
    )


@pytest.mark.parametrize("fraction", [0, -0.5, 1.01, "nan"])
def test_a_fraction_is_above_0_and_at_most_1(fraction: object) -> None:
    """Nothing else can sound of a track."""
    with pytest.raises(ValidationError):
        validate(CountingSettings, {"fraction": fraction})
    with pytest.raises(ValidationError):
        validate(AnalyzerSettings, {"auto_link_at": fraction})


@pytest.mark.parametrize("name", ["anna", "Anna Müller", "アンナ", "x" * 64, "anna@home"])
def test_people_have_names(name: str) -> None:
    """Any that can be printed."""
    assert UserSettings(name=name).name == name


@pytest.mark.parametrize("name", ["", " anna", "anna ", "a/b", "a\nb", "a\x00", "a\u202e"])
def test_names_can_be_printed_and_stand_in_urls(name: str) -> None:
    """No control characters, no slash, no space at the ends."""
    with pytest.raises(ValidationError, match="must be printable, without /"):
        UserSettings(name=name)


def test_names_have_an_end() -> None:
    """64 characters are the most."""
    with pytest.raises(ValidationError, match="longer than 64 characters"):
        UserSettings(name="x" * 65)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_time_zones_are_those_of_iana(zone: str) -> None:
    """By their names."""
    assert UserSettings(name="anna", timezone=zone).timezone == zone


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("+01:00", "such as Europe/Berlin"),
        ("../../etc/passwd", "is not a time zone"),
        ("", "is not a time zone"),
        ("Europe", "is not a time zone"),
    ],
)
def test_other_time_zones_are_refused_with_a_hint(zone: str, hint: str) -> None:
    """A name that is nearly right is suggested, and no file elsewhere is looked at."""
    with pytest.raises(ValidationError) as caught:
        UserSettings(name="anna", timezone=zone)

    assert hint in caught.value.errors(include_input=False)[0]["msg"]


def test_without_zone_data_the_package_is_named(tmp_path: Path) -> None:
    """Small systems come without tzdata."""
    try:
        reset_tzpath([tmp_path])
        ZoneInfo.clear_cache()
        with pytest.raises(ValidationError, match="install the system's package tzdata"):
            UserSettings(name="anna", timezone="Europe/Berlin")
    finally:
        reset_tzpath()


def test_music_folders_are_absolute() -> None:
    """As all paths are; whether they are there is not asked: disks come and go."""
    settings = validate(LibrarySettings, {"folders": ["/no/such/folder", "~/music"]})

    assert settings.folders == (Path("/no/such/folder"), Path("/home/anna/music"))
