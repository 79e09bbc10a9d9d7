"""Running the command `scrobbled` in tests, as a process like any other."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.programs import require_program


def scrobbled(
    *arguments: str | Path,
    environ: Mapping[str, str] | None = None,
    without_privileges: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m scrobbled` in an environment without anybody's settings.

    Args:
        arguments: after the command's name.
        environ: variables besides PATH.
        without_privileges: even root may then read only what the files' modes allow.
    """
    prefix: list[str] = []
    if without_privileges and os.geteuid() == 0:
        prefix = [str(require_program("setpriv")), "--bounding-set=-all", "--inh-caps=-all"]
    return subprocess.run(
        [*prefix, sys.executable, "-m", "scrobbled", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LOGNAME": "anna"}
        | dict(environ or {}),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
