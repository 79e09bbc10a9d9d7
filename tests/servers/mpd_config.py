"""The configuration of a private mpd."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

DRIVER_PASSWORD = "the-drivers-own"  # noqa: S105 - of a private mpd that lives for a test
EVERYTHING = "read,add,player,control,admin"

_LIMITER = Path(__file__).with_name("rate_limited_output.py")


def text(
    *,
    directory: Path,
    port: int,
    speed: float,
    outputs: Sequence[str],
    passwords: Mapping[str, str],
    state_file: bool,
    settings: Mapping[str, str],
) -> str:
    """The text of `mpd.conf` (https://mpd.readthedocs.io/en/v0.23.12/user.html).

    There is no `user` line: mpd runs as whoever runs the tests.
    """
    pairs = [
        ("music_directory", str(directory / "music")),
        ("playlist_directory", str(directory / "playlists")),
        ("db_file", str(directory / "database")),
        ("log_file", str(directory / "log")),
        ("bind_to_address", str(directory / "socket")),
        ("bind_to_address", "127.0.0.1"),
        ("port", str(port)),
        ("zeroconf_enabled", "no"),
        ("auto_update", "no"),
    ]
    if state_file:
        pairs += [("state_file", str(directory / "state")), ("state_file_interval", "1")]
    if passwords:
        pairs.append(("default_permissions", ""))
        pairs += [
            ("password", f"{password}@{permissions}")
            for password, permissions in {DRIVER_PASSWORD: EVERYTHING, **passwords}.items()
        ]
    pairs += list(settings.items())
    lines = [f'{name} "{value}"' for name, value in pairs]
    return "\n".join([*lines, *(_output(name, speed) for name in outputs)]) + "\n"


def _output(name: str, speed: float) -> str:
    """A null output at real time, or a pipe into the rate limiter."""
    if speed == 1:
        return f'audio_output {{\n  type "null"\n  name "{name}"\n  sync "yes"\n}}'
    command = f"exec {sys.executable} -ISE {_LIMITER} {speed:g}"
    return (
        f'audio_output {{\n  type "pipe"\n  name "{name}"\n'
        f'  format "44100:16:2"\n  command "{command}"\n}}'
    )
