"""Secrets that stand in files of their own, read once when the configuration is loaded."""

import stat
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo, WithJsonSchema

from scrobbled.config.context import context_of, wrong
from scrobbled.config.paths import resolve_path
from scrobbled.log import hide_secret

LONGEST_BYTES = 64 * 1024
"""No key or password is longer; a file that is was named by mistake."""

CREDENTIAL = "credential:"
"""Before the name of a systemd credential (https://systemd.io/CREDENTIALS/)."""


def read_secret_file(value: Any, info: ValidationInfo[Any]) -> SecretStr:
    """Reads the secret that `value` names: an absolute path, or a systemd credential.

    A relative path and `credential:NAME` are looked up in $CREDENTIALS_DIRECTORY. One line
    break at the end of the file is not part of the secret. The log hides it from now on.

    Raises:
        PydanticCustomError: the file is missing, unreadable, empty, too large or not UTF-8;
            its content is in no message.
    """
    if isinstance(value, SecretStr):
        hide_secret(value)
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise wrong("must be the path of a file that holds the secret")
    path, shown = _locate(value, info)
    try:
        secret = _read(path, shown).decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise wrong(f"{shown} is not UTF-8 text") from None
    if not secret:
        raise wrong(f"{shown} is empty: put the secret into it")
    if "\0" in secret:
        raise wrong(f"{shown} holds a NUL byte, which no secret may")
    hide_secret(hidden := SecretStr(secret))
    return hidden


def _locate(value: str, info: ValidationInfo[Any]) -> tuple[Path, str]:
    """The file, and what to call it: a relative name may be the secret itself, by mistake."""
    environ = context_of(info).environ
    if value.startswith(("/", "~/")):
        path = resolve_path(value, environ)
        return path, str(path)
    name = value.removeprefix(CREDENTIAL)
    if not name or name.startswith("/") or ".." in name.split("/"):
        raise wrong("is not the name of a systemd credential")
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise wrong(
            "is not an absolute path, and so the name of a systemd credential, but "
            "$CREDENTIALS_DIRECTORY is not set: write a path, or LoadCredential= in the unit"
        )
    return Path(directory, name), "the systemd credential of this name"


def _read(path: Path, shown: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise wrong(f"{shown} is not a regular file")
        with path.open("rb") as file:
            content = file.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        raise wrong(f"{shown} does not exist") from None
    except OSError as error:
        raise wrong(f"{shown} cannot be read: {error.strerror}") from None
    if len(content) > LONGEST_BYTES:
        raise wrong(f"{shown} is larger than {LONGEST_BYTES // 1024} KiB: it holds no secret")
    return content


SecretFile = Annotated[
    SecretStr,
    BeforeValidator(read_secret_file),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
"""A file's path in the configuration; the secret that it holds, masked, in the settings."""
