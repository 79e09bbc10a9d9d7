"""Programs outside Python that tests start, such as mpd."""

import os
import shutil
from pathlib import Path

import pytest

_SERVER_FOLDERS = os.pathsep.join(("/usr/sbin", "/sbin"))
"""Where Debian puts servers; a person's PATH often leaves these out."""


def in_ci() -> bool:
    """Whether every test has to run (the environment says CI=true)."""
    return os.environ.get("CI") == "true"


def require_program(name: str) -> Path:
    """Find the program or leave the calling test out.

    Args:
        name: The program as one types it, such as `mpd`.

    Returns:
        Its absolute path.

    Without the program a test is skipped with the reason on a person's machine, and fails in
    CI: there everything is installed, so a skip would hide that something is no longer tested.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), _SERVER_FOLDERS))
    found = shutil.which(name, path=path)
    if found is not None:
        return Path(found)
    reason = f"needs the program {name}; scripts/test installs it where it may"
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
