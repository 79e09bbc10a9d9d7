"""Opening the stores as the configuration says."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.runtime.manual_clock import ManualClock

from scrobbled.app.opening import (
    make_state_dir,
    open_main_database,
    open_to_read,
    open_to_write,
    prepare_users,
)
from scrobbled.app.users import add_user, known_users
from scrobbled.config.load import load_settings
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError
from scrobbled.query.users import users
from scrobbled.sources.registry import discover_plugins
from scrobbled.store.listens.read import totals


def settings_in(directory: Path, more: str = "") -> Settings:
    """The settings of a household of two."""
    file = directory / "scrobbled.yaml"
    file.write_text(
        f"state_dir: {directory}/state\nsources: [{{type: mpd, name: den}}]\n"
        f"users: [{{name: anna, timezone: Asia/Tokyo}}, {{name: ben}}]\n{more}",
        encoding="utf-8",
    )
    return load_settings(file, discover_plugins().settings, {})


def test_the_state_directory_is_made_once(tmp_path: Path) -> None:
    """For its user and group; the history is nobody else's business."""
    settings = settings_in(tmp_path)
    make_state_dir(settings)
    make_state_dir(settings)

    assert stat.S_IMODE(settings.state_dir.stat().st_mode) == 0o750


def test_a_state_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """The sentence says which, why, and what to do."""
    settings = settings_in(tmp_path)
    settings.state_dir.touch()
    with pytest.raises(OperatorError, match="is no directory: move it away"):
        make_state_dir(settings)
    with pytest.raises(OperatorError, match=r"cannot be made .*: make it and give it to this user"):
        make_state_dir(settings.model_copy(update={"state_dir": settings.state_dir / "below"}))


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Before the first start there is no database, and none after asking."""
    settings = settings_in(tmp_path)
    with open_to_read(settings) as database:
        assert database is None
    assert not settings.state_dir.exists()


def test_what_a_command_writes_another_can_read(tmp_path: Path) -> None:
    """Users of the configuration are there; a command that writes has the database alone."""
    settings = settings_in(tmp_path)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with open_to_write(settings) as database:
        add_user(database, "cleo", now)
        with (
            pytest.raises(OperatorError, match="scrobbled already runs on"),
            open_to_write(settings),
        ):
            pass
        with open_to_read(settings) as reading:
            assert reading is not None
            assert [each.name for each in users(reading)] == ["anna", "ben", "cleo"]
            assert reading.read(totals).result().plays == 0


def test_users_follow_the_configuration(tmp_path: Path) -> None:
    """At each start of the daemon; the wall clock says since when there are any."""
    settings = settings_in(tmp_path)
    make_state_dir(settings)
    with open_main_database(settings) as database:
        prepare_users(database, settings, ManualClock())
        prepare_users(database, settings, ManualClock())
        found = users(database)

    assert [(each.name, each.timezone) for each in found] == [("anna", "Asia/Tokyo"), ("ben", None)]


def test_everybody_who_is_known(tmp_path: Path) -> None:
    """Those of the configuration are known before the database is, and after they are removed."""
    settings = settings_in(tmp_path)
    assert known_users(settings, None) == {"anna", "ben"}
    with open_to_write(settings) as database:
        add_user(database, "cleo", datetime(2026, 1, 1, tzinfo=UTC))
        fewer = settings.model_copy(update={"users": settings.users[:1]})
        assert known_users(fewer, database) == {"anna", "ben", "cleo"}


@pytest.mark.parametrize("name", ["", " x", "a/b", "x" * 65, "a\nb"])
def test_not_every_text_is_a_name(tmp_path: Path, name: str) -> None:
    """The sentence repeats it, and says what is wrong with it."""
    with (
        open_to_write(settings_in(tmp_path)) as database,
        pytest.raises(OperatorError, match="cannot be a user's name: it "),
    ):
        add_user(database, name, datetime(2026, 1, 1, tzinfo=UTC))
