"""What holds where the configuration says nothing, found in the environment."""

import os
import pwd
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from scrobbled.config.database_url import sqlite_url
from scrobbled.config.document import Path as KeyPath
from scrobbled.config.paths import resolve_path
from scrobbled.config.sections import check_user_name

FILLED_IN: frozenset[tuple[str, str]] = frozenset(
    {
        ("Settings", "state_dir"),
        ("Settings", "database"),
        ("Settings", "users"),
        ("Settings", "sources"),
        ("DatabaseSettings", "url"),
    }
)
"""Models' fields that may be left out although the models have no fixed default for them."""

MPD_PORT = 6600
SYSTEM_STATE_DIR = "/var/lib/scrobbled"
"""What systemd gives to a service with `StateDirectory=scrobbled` (systemd.exec(5))."""


def fill_in(
    data: dict[str, Any],
    environ: Mapping[str, str],
    source_types: Collection[str],
    *,
    system_wide: bool = False,
) -> dict[KeyPath, str]:
    """Adds to `data` what it leaves out, or gives as null.

    Args:
        data: the configuration as plain data; changed.
        environ: the process's environment.
        source_types: the types that plugins exist for.
        system_wide: whether it is the system's, which the service and everybody's commands read.

    Returns:
        For each value that an environment variable gave, the variable's name.
    """
    origins: dict[KeyPath, str] = {}
    if data.get("state_dir") is None:
        data["state_dir"], variable = default_state_dir(environ, system_wide=system_wide)
        if variable is not None:
            origins["state_dir",] = variable
    if data.get("users") is None:
        data["users"] = [{"name": default_user(environ)}]
    if data.get("sources") is None:
        data["sources"] = []
        if "mpd" in source_types:
            entry, variables = default_mpd(environ)
            data["sources"].append(entry)
            origins.update({("sources", 0, key): name for key, name in variables.items()})
    database = data.get("database")
    if database is None:
        database = data["database"] = {}
    if isinstance(database, dict) and database.get("url") is None:
        database["url"] = sqlite_url(_state_dir_of(data, environ) / "scrobbled.db")
    return origins


def default_state_dir(
    environ: Mapping[str, str], *, system_wide: bool = False
) -> tuple[str, str | None]:
    """The state directory, and the variable that says so; None where no variable does.

    For the system's configuration it is that of the service, whoever asks: commands must find
    what the service keeps there.

    $STATE_DIRECTORY is systemd's, a list of which the first is taken (systemd.exec(5)); a
    relative $XDG_STATE_HOME is to be ignored (https://specifications.freedesktop.org/basedir/).
    """
    if first := environ.get("STATE_DIRECTORY", "").partition(":")[0]:
        return first, "STATE_DIRECTORY"
    if system_wide:
        return SYSTEM_STATE_DIR, None
    if (base := environ.get("XDG_STATE_HOME", "")).startswith("/"):
        return f"{base.rstrip('/')}/scrobbled", "XDG_STATE_HOME"
    home = environ.get("HOME") or _account("pw_dir") or "/"
    return f"{home.rstrip('/')}/.local/state/scrobbled", "HOME"


def default_user(environ: Mapping[str, str]) -> str:
    """The login name, or `me` where there is none that could be a user's name."""
    for name in (environ.get("LOGNAME"), environ.get("USER"), _account("pw_name")):
        if not name:
            continue
        try:
            return check_user_name(name)
        except PydanticCustomError:
            continue
    return "me"


def default_mpd(environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The MPD that the environment names, as mpc(1) understands it.

    https://github.com/MusicPlayerDaemon/libmpdclient/blob/master/src/settings.c:
    `$MPD_HOST` is a host, a socket's path, or `@name` for an abstract socket; what stands before
    an `@` that is not the first character is the password.

    Returns:
        The source's entry, and the variable that each of its keys came from.
    """
    entry: dict[str, Any] = {"type": "mpd", "name": "default", "host": "localhost"}
    origins: dict[str, str] = {}
    if host := environ.get("MPD_HOST"):
        origins["host"] = "MPD_HOST"
        password, at, place = host.partition("@")
        if password and at:
            entry["password_file"] = SecretStr(password)
            origins["password_file"] = "MPD_HOST"  # noqa: S105 - a variable's name
            host = place or "localhost"
        entry["host"] = host
    if port := environ.get("MPD_PORT"):
        entry["port"] = port
        origins["port"] = "MPD_PORT"
    else:
        entry["port"] = MPD_PORT
    return entry, origins


def _account(field: str) -> str | None:
    """A field of the account that this process runs as; None where it has no account."""
    try:
        return str(getattr(pwd.getpwuid(os.getuid()), field))
    except KeyError:
        return None


def _state_dir_of(data: Mapping[str, Any], environ: Mapping[str, str]) -> Path:
    try:
        return resolve_path(data["state_dir"], environ)
    except PydanticCustomError:
        return Path("/")  # reported for state_dir already; this only fills the gap
