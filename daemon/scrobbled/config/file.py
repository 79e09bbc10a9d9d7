"""Which file the configuration is, and its text."""

from collections.abc import Mapping
from pathlib import Path

from scrobbled.config.document import mark_at
from scrobbled.errors import ConfigurationError

FILE_VARIABLE = "SCROBBLER_CONFIG"
"""Names the configuration file."""

SYSTEM_FILE = Path("/etc/scrobbled/scrobbled.yaml")

LARGEST_BYTES = 1024 * 1024
"""A configuration is a few kilobytes; what is larger was named by mistake."""


def find_file(environ: Mapping[str, str], system_file: Path = SYSTEM_FILE) -> Path | None:
    """The configuration file that nobody named on the command line.

    $SCROBBLER_CONFIG whether it exists or not, else the person's own, else the system's; None
    where there is neither. A file that may not be looked at counts as there.
    """
    if named := environ.get(FILE_VARIABLE):
        return Path(named)
    base = environ.get("XDG_CONFIG_HOME", "")
    if not base.startswith("/"):
        base = f"{environ.get('HOME', '')}/.config"
    own = Path(base, "scrobbled", "scrobbled.yaml")
    return next((file for file in (own, system_file) if _is_there(file)), None)


def read_text(file: Path) -> str:
    """The file's text.

    Raises:
        ConfigurationError: it is missing, unreadable, too large or not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigurationError([f"{file}: there is no such file"]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError([f"{file}: cannot be read: {reason}"]) from None
    if len(content) > LARGEST_BYTES:
        raise ConfigurationError(
            [f"{file}: is larger than {LARGEST_BYTES // 1024} KiB, and so no configuration"]
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        mark = mark_at(before, len(before))
        raise ConfigurationError([f"{file}:{mark}: is not UTF-8 text"]) from None


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return True  # reading it will say what is wrong
