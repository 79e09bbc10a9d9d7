"""`scrobbled check-config`."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.unit.cli.command import scrobbled

RIGHT = """\
state_dir: /var/lib/scrobbled
database:
  url: mariadb://anna:hunter2@db.lan/music
  analyzer_url: mariadb://analyzer@db.lan/music
  analyzer_password_file: {password}
  medialibrary_schema: medialibrary
  listens_schema: listens
users:
  - name: anna
    timezone: Europe/Berlin
  - name: bob
    timezone: Europe/Oslo
  - name: carl
sources:
  - type: mpd
    name: livingroom
  - type: mpd
    name: attic
    user: bob
    password_file: {password}
library:
  folders: [{music}, {music}/none]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration that uses all there is."""
    (tmp_path / "password").write_text("tr0ub4dor\n")
    (tmp_path / "music").mkdir()
    text = RIGHT.format(password=tmp_path / "password", music=tmp_path / "music")
    path = tmp_path / "scrobbled.yaml"
    path.write_text(text)
    return path


def test_it_says_what_the_configuration_means(file: Path) -> None:
    """What a person wants to see before starting the daemon."""
    done = scrobbled("check-config", "-c", file)

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""\
Configuration {file}
State         /var/lib/scrobbled
Database      mariadb://anna:***@db.lan/music
              mariadb://analyzer@db.lan/music for the analyzer
              schema medialibrary for the media library
              schema listens for the listening history
Web           127.0.0.1:8420
Users         anna (the default, Europe/Berlin)
              bob (Europe/Oslo)
              carl
Sources       mpd:livingroom for anna
              mpd:attic for bob
Music folders {file.parent}/music
              {file.parent}/music/none cannot be read: No such file or directory
Plugins       jellyfin (scrobbled 0.1.0)
              mpd (scrobbled 0.1.0)
"""
    )


def test_without_a_file_it_says_so() -> None:
    """And which defaults hold."""
    done = scrobbled("check-config", environ={"MPD_HOST": "open-sesame@music.lan"})

    assert done.returncode == 0
    assert done.stdout.startswith("Configuration no file: built-in defaults\n")
    assert "Users         anna (the default)\n" in done.stdout
    assert "Sources       mpd:default for anna\n" in done.stdout
    assert "Music folders none\n" in done.stdout
    assert "sesame" not in done.stdout


def test_a_password_from_a_file_is_mentioned(tmp_path: Path) -> None:
    """Not shown."""
    (tmp_path / "password").write_text("tr0ub4dor")
    environ = {
        "SCROBBLER_DATABASE_URL": "postgresql://anna@db/music",
        "SCROBBLER_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    done = scrobbled("check-config", environ=environ)

    assert "Database      postgresql://anna@db/music, password from its file\n" in done.stdout
    assert "tr0ub4dor" not in done.stdout


def test_json_is_for_programs(file: Path) -> None:
    """The whole of the settings, the folders as they are found, and the plugins."""
    done = scrobbled("check-config", "--json", "--config", file)
    data = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert data["file"] == str(file)
    assert data["settings"]["users"][1] == {"name": "bob", "timezone": "Europe/Oslo"}
    assert data["settings"]["counting"]["enough"] == "4m"
    assert data["settings"]["sources"][1]["name"] == "attic"
    assert data["settings"]["sources"][1]["heartbeat"] == "15s"
    assert data["folders"] == [
        {"path": f"{file.parent}/music", "problem": None},
        {"path": f"{file.parent}/music/none", "problem": "No such file or directory"},
    ]
    assert [(each["type"], each["state"]) for each in data["plugins"]] == [
        ("jellyfin", "usable"),
        ("mpd", "usable"),
    ]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_secret_is_shown(file: Path, options: list[str]) -> None:
    """Neither of the URL nor of a file."""
    done = scrobbled("check-config", "-c", file, *options)

    assert done.returncode == 0
    assert "hunter2" not in done.stdout
    assert "tr0ub4dor" not in done.stdout


def test_the_file_is_found_by_the_variable(file: Path) -> None:
    """As the daemon would find it."""
    done = scrobbled("check-config", environ={"SCROBBLER_CONFIG": str(file)})

    assert done.stdout.startswith(f"Configuration {file}\n")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_everything_wrong_is_on_stderr(tmp_path: Path, options: list[str]) -> None:
    """One line each, with the place, and status 78; stdout stays empty for programs."""
    file = tmp_path / "scrobbled.yaml"
    file.write_text("web: {listn: 1}\nsources:\n  - type: mpdd\n    name: a\n")
    done = scrobbled("check-config", "-c", file, *options, environ={"SCROBBLER_LOG_LEVEL": "x"})

    assert done.returncode == 78
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{file}:1:7: web.listn: is not a known key, did you mean 'listen'?",
        f"{file}:3:11: sources[0].type: no plugin for 'mpdd' is installed, did you mean 'mpd'?",
        "$SCROBBLER_LOG_LEVEL: log.level: must be 'debug', 'info', 'warning' or 'error'",
    ]


def test_a_file_that_nobody_may_read_is_named(file: Path) -> None:
    """With the system's reason, not with a traceback."""
    file.chmod(0)

    done = scrobbled("check-config", "-c", file, without_privileges=True)

    assert done.returncode == 78
    assert done.stderr == f"{file}: cannot be read: Permission denied\n"


def test_a_folder_that_nobody_may_read_is_told(file: Path) -> None:
    """The configuration is right nevertheless: status 0."""
    (file.parent / "music").chmod(0)

    done = scrobbled("check-config", "-c", file, without_privileges=True)

    assert done.returncode == 0, done.stderr
    assert f"{file.parent}/music cannot be read: Permission denied\n" in done.stdout


def test_a_plugin_that_failed_is_told(tmp_path: Path) -> None:
    """In the list of plugins, and where a source needs it."""
    (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('the spring is broken')")
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[scrobbled.sources]\ngramophone = broken_plugin:PLUGIN\n"
    )
    environ = {"PYTHONPATH": str(tmp_path)}
    reason = (
        "the plugin for 'gramophone' cannot be imported (RuntimeError: the spring is broken): "
        "reinstall it, or look with `python3 -c 'import broken_plugin'`"
    )
    assert f"Plugins       {reason}\n" in scrobbled("check-config", environ=environ).stdout

    file = tmp_path / "scrobbled.yaml"
    file.write_text("sources: [{type: gramophone, name: attic}]")
    done = scrobbled("check-config", "-c", file, environ=environ)
    assert done.returncode == 78
    assert done.stderr == f"{file}:1:18: sources[0].type: {reason}\n"


def test_the_schema_needs_no_configuration() -> None:
    """Whatever is wrong with that; an editor is how it gets mended."""
    done = scrobbled("check-config", "--schema", "-c", "/nowhere.yaml")
    schema = json.loads(done.stdout)

    assert done.returncode == 0
    Draft202012Validator.check_schema(schema)
    assert "MpdSettings" in schema["$defs"]


def test_nothing_is_made_or_changed(file: Path) -> None:
    """Looking at the configuration leaves no trace."""
    before = {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")}
    state = file.parent / "state"

    scrobbled("check-config", "-c", file, environ={"SCROBBLER_STATE_DIR": str(state)})

    assert {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")} == before
    assert not state.exists()
