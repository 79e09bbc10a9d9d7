"""Secrets that stand in files of their own, read once when the configuration is loaded."""

import stat
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo, WithJsonSchema

from scrobbled.config.context import context_of, wrong

LONGEST_BYTES = 64 * 1024
"""No key or password is longer; a file that is was named by mistake."""

CREDENTIAL = "credential:"
"""Before the name of a systemd credential (https://systemd.io/CREDENTIALS/)."""


def read_secret_file(value: Any, info: ValidationInfo[Any]) -> SecretStr:
    """Reads the secret that `value` names: an absolute path, or a systemd credential.

    A relative path and `credential:NAME` are looked up in $CREDENTIALS_DIRECTORY. One line
    break at the end of the file is not part of the secret.

    Raises:
        PydanticCustomError: the file is missing, unreadable, empty, too large or not UTF-8;
            its content is in no message.
    """
    if isinstance(value, SecretStr):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise wrong("must be the path of a file that holds the secret")
    path = _locate(value, info)
    content = _read(path)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise wrong(f"{path} is not UTF-8 text") from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise wrong(f"{path} is empty: put the secret into it")
    if "\0" in secret:
        raise wrong(f"{path} holds a NUL byte, which no secret may")
    return SecretStr(secret)


def _locate(value: str, info: ValidationInfo[Any]) -> Path:
    environ = context_of(info).environ
    if value.startswith("/"):
        return Path(value)
    if value.startswith("~/") and environ.get("HOME", "").startswith("/"):
        return Path(environ["HOME"] + value[1:])
    name = value.removeprefix(CREDENTIAL)
    if not name or ".." in name.split("/") or name.startswith("/"):
        raise wrong(f"{value!r} is not the name of a systemd credential")
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise wrong(
            f"{value!r} would be a systemd credential, but $CREDENTIALS_DIRECTORY is not set: "
            "write an absolute path, or LoadCredential= in the unit"
        )
    return Path(directory, name)


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise wrong(f"{path} is not a regular file")
        with path.open("rb") as file:
            content = file.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        raise wrong(f"{path} does not exist") from None
    except OSError as error:
        raise wrong(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LONGEST_BYTES:
        raise wrong(f"{path} is larger than {LONGEST_BYTES // 1024} KiB: it holds no secret")
    return content


SecretFile = Annotated[
    SecretStr,
    BeforeValidator(read_secret_file),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
"""A file's path in the configuration; the secret that it holds, masked, in the settings."""
