"""The command line: `main` is the command `scrobbled`, each command has a module of its own.

Nothing here imports what only a command needs: `scrobbled --help` must be quick.
"""

from scrobbled.cli.main import main

__all__ = ["main"]
