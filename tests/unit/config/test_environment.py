"""Environment variables win over the file."""

from pathlib import Path

import pytest
from tests.unit.config.loading import HOME, load, load_text, problems_of

from scrobbled.config.environment import overlay, variables
from scrobbled.config.model import Settings
from scrobbled.errors import ConfigurationError


def _problems(**environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(None, HOME | environ)
    return caught.value.problems


def test_every_single_value_has_a_variable() -> None:
    """Named after its section and key; lists and mappings have none."""
    names = {".".join(map(str, v.path)): name for name, v in variables().items()}

    assert names["state_dir"] == "SCROBBLER_STATE_DIR"
    assert names["database.url"] == "SCROBBLER_DATABASE_URL"
    assert names["database.pool.size"] == "SCROBBLER_DATABASE_POOL_SIZE"
    assert names["database.tls.ca_file"] == "SCROBBLER_DATABASE_TLS_CA_FILE"
    assert names["counting.min_length"] == "SCROBBLER_COUNTING_MIN_LENGTH"
    assert names["database.medialibrary_schema"] == "SCROBBLER_MEDIALIBRARY_SCHEMA"
    assert names["database.listens_schema"] == "SCROBBLER_LISTENS_SCHEMA"
    assert {"users", "sources", "library.folders"}.isdisjoint(names)


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    """Containers are configured so."""
    settings = load_text(
        tmp_path,
        "database: {url: sqlite:////file.db, listens_schema: a}\nlog: {level: debug}",
        HOME
        | {
            "SCROBBLER_DATABASE_URL": "sqlite:////variable.db",
            "SCROBBLER_LISTENS_SCHEMA": "b",
            "SCROBBLER_LOG_LEVEL": "error",
            "SCROBBLER_WEB_LISTEN": "[::1]:1",
            "SCROBBLER_COUNTING_ENOUGH": "2m",
            "SCROBBLER_DATABASE_TLS_VERIFY": "false",
            "SCROBBLER_DATABASE_POOL_SIZE": "7",
            "SCROBBLER_ANALYZER_AUTO_LINK_AT": "0.5",
        },
    )

    assert settings.database.connection_url() == "sqlite:////variable.db"
    assert settings.database.listens_schema == "b"
    assert settings.log.level == "error"
    assert str(settings.web.listen) == "[::1]:1"
    assert settings.counting.enough == pytest.approx(120)
    assert settings.database.tls.verify is False
    assert settings.database.pool.size == 7
    assert settings.analyzer.auto_link_at == pytest.approx(0.5)


def test_an_empty_variable_is_null_where_null_may_be(tmp_path: Path) -> None:
    """So that a container can take back what the file says."""
    text = "database: {listens_schema: a}\nweb: {public_url: 'https://a', listen: 'a:1'}"
    environ = {
        "SCROBBLER_LISTENS_SCHEMA": "",
        "SCROBBLER_WEB_PUBLIC_URL": "",
        "SCROBBLER_WEB_LISTEN": "",
    }
    settings = load_text(tmp_path, text, HOME | environ)

    assert settings.database.listens_schema is None
    assert settings.web.public_url is None
    assert str(settings.web.listen) == "a:1"


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    """In place of the file, together with all that is wrong in the file."""
    environ = HOME | {"SCROBBLER_LOG_LEVEL": "warn", "SCROBBLER_WEB_LISTEN": "8420"}

    problems = problems_of(tmp_path, "web: {listen: 1}\nlog: {format: xml}", environ)

    assert problems[0].startswith("2:15: log.format: must be")
    assert problems[1].startswith("$SCROBBLER_WEB_LISTEN: web.listen: must be host:port")
    assert problems[2].startswith("$SCROBBLER_LOG_LEVEL: log.level: must be 'debug'")
    assert len(problems) == 3


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SCROBBLER_WEB_LISTN", ", did you mean SCROBBLER_WEB_LISTEN?"),
        ("SCROBBLER_DATABASE_URI", ", did you mean SCROBBLER_DATABASE_URL?"),
        ("SCROBBLER_CONFIGS", ", did you mean SCROBBLER_CONFIG?"),
        ("SCROBBLER_LIBRARY_FOLDERS", ""),
        ("SCROBBLER_DATABASE_LISTENS_SCHEMA", ", did you mean SCROBBLER_LISTENS_SCHEMA?"),
    ],
)
def test_a_misspelt_variable_is_a_problem(name: str, hint: str) -> None:
    """Otherwise it would silently do nothing."""
    problems = _problems(**{name: "x"})

    assert len(problems) == 1
    assert problems[0].startswith(f"${name}: there is no such setting{hint}")


@pytest.mark.parametrize("name", ["SCROBBLER_TOKEN_OF_ANOTHER_PROGRAM", "scrobbler_web_listen"])
def test_other_programs_may_use_the_prefix(name: str) -> None:
    """What resembles none of ours is left alone."""
    assert load(None, HOME | {name: "x"}) == load(None)


def test_a_section_that_is_none_stays_for_validation_to_refuse(tmp_path: Path) -> None:
    """A variable does not hide that the file is wrong."""
    problems = problems_of(tmp_path, "web: 3", HOME | {"SCROBBLER_WEB_LISTEN": "a:1"})

    assert problems == ["1:6: web: must be a mapping of keys to values"]


def test_nothing_is_changed_without_variables() -> None:
    """The rest of the environment is none of our business."""
    data: dict[str, object] = {"web": None}

    assert overlay(data, {"PATH": "/bin", "SCROBBLER_CONFIG": "/x"}) == ({}, [])
    assert data == {"web": None}


def test_every_section_can_be_reached() -> None:
    """No two settings share a variable."""
    paths = [variable.path for variable in variables().values()]

    assert len(set(paths)) == len(paths)
    assert {path[0] for path in paths} == set(Settings.model_fields) - {"users", "sources"}
