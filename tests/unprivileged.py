"""Running as somebody whom permissions hold for, although the tests run as root."""

import os

from tests.programs import require_program


def without_privileges() -> list[str]:
    """Words to put before a command, so that it may only do what the modes of files allow.

    CI runs as root, whom no mode stops. The process keeps root's name, but none of its powers: it
    is the owner of root's files and a stranger to all others.
    """
    if os.geteuid() != 0:
        return []
    return [str(require_program("setpriv")), "--bounding-set=-all", "--inh-caps=-all"]
