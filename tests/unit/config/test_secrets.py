"""Secrets stand in files of their own and are shown nowhere."""

import os
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr, ValidationError
from tests.unit.config.loading import validate

from scrobbled.config.secrets import LONGEST_BYTES, SecretFile
from scrobbled.log import without_secrets


def _read(path: object, **environ: str) -> str:
    secret = validate(SecretFile, str(path), environ)
    assert isinstance(secret, SecretStr)
    return secret.get_secret_value()


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"hunter2", "hunter2"),
        (b"hunter2\n", "hunter2"),
        (b"hunter2\r\n", "hunter2"),
        (b"two\nlines\n", "two\nlines"),
        (b" spaces \n", " spaces "),
        ("påsswörd".encode(), "påsswörd"),
        (b"x" * LONGEST_BYTES, "x" * LONGEST_BYTES),
    ],
)
def test_one_line_break_at_the_end_is_not_part_of_it(
    tmp_path: Path, content: bytes, secret: str
) -> None:
    """Editors add a line break; everything else is the secret."""
    file = tmp_path / "secret"
    file.write_bytes(content)

    assert _read(file) == secret


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"a\0b", "holds a NUL byte"),
        (b"x" * (LONGEST_BYTES + 1), "is larger than 64 KiB"),
    ],
)
def test_files_that_hold_no_secret_are_refused(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    """The message names the file and holds nothing of its content."""
    file = tmp_path / "secret"
    file.write_bytes(content)

    with pytest.raises(ValidationError, match=f"{file} {problem}"):
        _read(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message says that it does not exist."""
    with pytest.raises(ValidationError, match=f"{tmp_path}/none does not exist"):
        _read(tmp_path / "none")


def test_folders_and_pipes_are_no_secrets(tmp_path: Path) -> None:
    """A pipe that nobody writes to must not hold up the start for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (tmp_path, pipe):
        with pytest.raises(ValidationError, match=f"{path} is not a regular file"):
            _read(path)


def test_what_the_system_refuses_is_passed_on(tmp_path: Path) -> None:
    """Whatever hinders reading, its reason is in the message."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    with pytest.raises(ValidationError, match="cannot be read: Too many levels"):
        _read(loop)


def test_a_tilde_is_the_home_directory(tmp_path: Path) -> None:
    """As in other paths."""
    (tmp_path / "key").write_text("abc")

    assert _read("~/key", HOME=str(tmp_path)) == "abc"


@pytest.mark.parametrize("name", ["mpd", "credential:mpd"])
def test_a_name_is_a_credential_of_systemd(tmp_path: Path, name: str) -> None:
    """Names are looked up where systemd puts credentials."""
    (tmp_path / "mpd").write_text("abc\n")

    assert _read(name, CREDENTIALS_DIRECTORY=str(tmp_path)) == "abc"


def test_a_credential_needs_systemd() -> None:
    """Without its directory the message says what to write instead."""
    with pytest.raises(ValidationError, match=r"\$CREDENTIALS_DIRECTORY is not set: write a path"):
        _read("mpd")


@pytest.mark.parametrize(
    "name", ["../shadow", "credential:", "credential:/etc/shadow", "a/../../b"]
)
def test_a_credential_stays_in_its_directory(tmp_path: Path, name: str) -> None:
    """A name cannot lead out of the credentials."""
    with pytest.raises(ValidationError, match="not the name of a systemd credential"):
        _read(name, CREDENTIALS_DIRECTORY=str(tmp_path))


@pytest.mark.parametrize("environ", [{}, {"CREDENTIALS_DIRECTORY": "/nowhere"}])
def test_a_secret_written_in_place_of_a_path_is_not_repeated(environ: dict[str, str]) -> None:
    """Whoever writes the password where its file belongs does not find it in the log."""
    with pytest.raises(ValidationError) as caught:
        _read("hunter2", **environ)

    assert "hunter2" not in caught.value.errors(include_input=False)[0]["msg"]


@pytest.mark.parametrize("value", ["", "/a\0b"])
def test_other_texts_name_no_file(value: str) -> None:
    """An empty text and a NUL are refused before they reach the system."""
    with pytest.raises(ValidationError, match="must be the path of a file"):
        _read(value)


def test_a_secret_is_shown_nowhere(tmp_path: Path) -> None:
    """Not in a model's representation, not in its JSON, and not in the log either."""

    class Server(BaseModel):
        key_file: SecretFile

    file = tmp_path / "key"
    file.write_text("open sesame")
    server = Server(key_file=str(file))

    assert server.key_file.get_secret_value() == "open sesame"
    assert "sesame" not in repr(server) + str(server) + server.model_dump_json()
    assert "sesame" not in without_secrets("said open sesame aloud")


def test_a_secret_from_elsewhere_is_hidden_too() -> None:
    """One that a program gives as such is taken, and hidden in the log."""
    given = SecretStr("from-the-environment")

    assert validate(SecretFile, given) == given
    assert "from-the" not in without_secrets("said from-the-environment")
