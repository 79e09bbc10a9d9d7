"""Loading reports everything that is wrong at once, where it is, in plain words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.config.loading import (
    HOME,
    GramophoneSettings,
    load,
    load_text,
    problems_of,
    write,
)

from scrobbled.config.load import load_settings
from scrobbled.errors import ConfigurationError

EVERYTHING_WRONG = """\
state_dir: relative/dir
database:
  url: mariadb://u:se/cret@host/db
  medialibrary_schema: main
  pool: {size: 0, timout: 3s}
  tls:
    key_file: /x
web:
  listen: 8420
users:
  - name: anna
    timezone: Europe/Berln
  - name: Anna
sources:
  - type: gramophone
    name: living room
    usr: anna
    wind_every: 15
    speed: abc
    key_file: nope
    rooms: 3
    shelves: {left: a}
    needle: diamond
  - type: gramofone
    name: x
  - name: y
  - type: jukebox
  - type: gramophone
    name: kitchen
    user: bob
  - type: gramophone
    name: kitchen
  - type: gramophone
counting: {streams: of, fraction: 2, enough: 4 minutes}
log: {level: warn}
log:
analyser: {}
library:
  folders: [music, /srv/music]
  scan_every: 0s
"""

ALL_OF_IT = """\
1:12: state_dir: is a relative path: start it with / or ~/
3:8: database.url: has "/" or "#" in its user or password: write %2F or %23, or use the \
password's file
4:24: database.medialibrary_schema: main is a name that SQLite keeps for itself: choose another
5:16: database.pool.size: must be at least 1
5:19: database.pool.timout: is not a known key, did you mean 'timeout'?
7:5: database.tls: cert_file and key_file are given together or not at all
9:11: web.listen: must be host:port, such as 127.0.0.1:8420 or 0.0.0.0:8420 for all \
interfaces, or the absolute path of a unix socket
12:15: users[0].timezone: 'Europe/Berln' is not a time zone of the IANA database, did you \
mean 'Europe/Berlin'?
13:11: users[1].name: there is a user 'anna' already: give this one another name
16:11: sources[0].name: has characters that are not allowed: it must match \
^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$
17:5: sources[0].usr: is not a known key, did you mean 'user'?
18:17: sources[0].wind_every: 15 has no unit: write a number and a unit (ms, s, m, h or d), \
such as 15s
19:12: sources[0].speed: must be a whole number
20:15: sources[0].key_file: is not an absolute path, and so the name of a systemd credential, \
but $CREDENTIALS_DIRECTORY is not set: write a path, or LoadCredential= in the unit
21:12: sources[0].rooms: must be 'all', or must be a list
22:21: sources[0].shelves.left: is a relative path: start it with / or ~/
23:13: sources[0].needle: a diamond ruins shellac
24:11: sources[1].type: no plugin for 'gramofone' is installed, did you mean 'gramophone'?
26:5: sources[2].type: is missing: which plugin watches it (gramophone, mpd)
27:11: sources[3].type: the plugin for 'jukebox' is out of order
30:11: sources[4].user: 'bob' is not one of the users: there are anna, Anna
32:11: sources[5].name: there is a source gramophone:kitchen already: give this one another name
33:5: sources[6].name: is missing
34:21: counting.streams: must be 'titles', 'station' or 'off', did you mean 'off'?
34:35: counting.fraction: must be at most 1.0
34:46: counting.enough: is not a duration: write a number and a unit (ms, s, m, h or d), such \
as 30s or 1h
35:14: log.level: must be 'debug', 'info', 'warning' or 'error', did you mean 'warning'?
36:1: log: is given twice, first in line 35
37:1: analyser: is not a known key, did you mean 'analyzer'?
39:13: library.folders[0]: is a relative path: start it with / or ~/
40:15: library.scan_every: must be longer than 0s
"""


def test_everything_that_is_wrong_is_reported_at_once(tmp_path: Path) -> None:
    """In the file's order, one line each, with a suggestion wherever there is one."""
    problems = problems_of(
        tmp_path, EVERYTHING_WRONG, jukebox="the plugin for 'jukebox' is out of order"
    )

    assert problems == ALL_OF_IT.splitlines()


def test_the_error_names_the_file_and_nothing_secret(tmp_path: Path) -> None:
    """Each line begins with what editors jump to."""
    path = write(tmp_path, EVERYTHING_WRONG)
    with pytest.raises(ConfigurationError) as caught:
        load(path)

    assert all(problem.startswith(f"{path}:") for problem in caught.value.problems)
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert "se/cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[]", ["1:1: must be a mapping of keys to values, such as `users:`"]),
        ("just words", ["1:1: must be a mapping of keys to values, such as `users:`"]),
        ("\n\n- a", ["3:1: must be a mapping of keys to values, such as `users:`"]),
        ("web: [1]", ["1:6: web: must be a mapping of keys to values"]),
        ("users: anna", ["1:8: users: must be a list"]),
        (
            "users: []",
            ["1:8: users: needs at least one user: leave it out for one with your login name"],
        ),
        ("users: [anna]", ["1:9: users[0]: must be a mapping of keys to values"]),
        ("users: [{name: 5}]", ["1:16: users[0].name: must be text: put it into quotes"]),
        ("users: [{name: true}]", ["1:16: users[0].name: must be text: put it into quotes"]),
        ("users: [{name: [a]}]", ["1:16: users[0].name: must be text"]),
        ("users: [{name: null}]", ["1:16: users[0].name: must be text"]),
        ("users: [{}]", ["1:9: users[0].name: is missing"]),
        ("sources: {}", ["1:10: sources: must be a list"]),
        ("sources: [x]", ["1:11: sources[0]: must be a mapping of keys to values"]),
        ("database: {tls: {verify: 7}}", ["1:26: database.tls.verify: must be true or false"]),
        ("database: {pool: {size: 1.5}}", ["1:25: database.pool.size: must be a whole number"]),
        ("counting: {fraction: half}", ["1:22: counting.fraction: must be a number"]),
        ("counting: {fraction: 0}", ["1:22: counting.fraction: must be more than 0.0"]),
        ("log: {format: [x]}", ["1:15: log.format: must be 'auto', 'console' or 'json'"]),
        ("log: {colour: x}", ["1:7: log.colour: is not a known key: there are level, format"]),
        ("log: {<<: x}", ["1:7: log.<<: is not a known key: there are level, format"]),
        ("a: ]", ["1:4: is not valid YAML: a value is expected here"]),
    ],
)
def test_mistakes_are_told_in_plain_words(tmp_path: Path, text: str, problems: list[str]) -> None:
    """Whoever wrote the file understands what to change, without knowing Python."""
    assert problems_of(tmp_path, text) == problems


def test_sources_are_of_their_plugins_models(tmp_path: Path) -> None:
    """Each as its type says, with its secrets read."""
    (tmp_path / "key").write_text("abc\n")
    text = f"""
        sources:
          - type: gramophone
            name: attic
            user: bob
            rooms: [attic, stairs]
            wind_every: 2m
            key_file: {tmp_path}/key
        users: [{{name: anna}}, {{name: bob, timezone: Europe/Oslo}}]
    """
    settings = load_text(tmp_path, text)
    (source,) = settings.sources

    assert isinstance(source, GramophoneSettings)
    assert (source.type, source.name, source.user) == ("gramophone", "attic", "bob")
    assert source.rooms == ("attic", "stairs")
    assert source.wind_every == pytest.approx(120)
    assert source.key_file is not None
    assert source.key_file.get_secret_value() == "abc"
    assert settings.users[1].timezone == "Europe/Oslo"
    assert settings.default_user.name == "anna"
    assert "abc" not in repr(settings) + settings.model_dump_json()


def test_two_types_may_share_a_name(tmp_path: Path) -> None:
    """A source's name is its type and its name together."""
    text = "sources: [{type: gramophone, name: a}, {type: mpd, name: a}]"

    assert len(load_text(tmp_path, text).sources) == 2


def test_without_plugins_every_source_is_wrong(tmp_path: Path) -> None:
    """The message says what is missing."""
    with pytest.raises(ConfigurationError, match="no plugin is installed that could watch it"):
        load_settings(write(tmp_path, "sources: [{type: mpd, name: a}]"), {}, HOME)


def test_settings_written_as_json_load_the_same(tmp_path: Path) -> None:
    """What `check-config --json` prints is itself a configuration (JSON is YAML)."""
    settings = load_text(tmp_path, "counting: {streams: off, enough: 90s}\nusers: [{name: b}]")

    assert load_text(tmp_path, settings.model_dump_json()) == settings


WORDS = """users sources web database log counting name type mpd gramophone url listen : - , { }
[ ] & * ! | > ' " # ? 5 1s true null /srv off"""


@given(st.lists(st.sampled_from([*WORDS.split(), "\n", "\n  ", "\t"]), max_size=30))
def test_no_file_ends_in_a_crash(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    """Whatever a file holds, it is a configuration or a list of problems, one line each."""
    path = write(tmp_path_factory.getbasetemp(), " ".join(words))
    try:
        load(path)
    except ConfigurationError as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all("\n" not in problem for problem in problems)
