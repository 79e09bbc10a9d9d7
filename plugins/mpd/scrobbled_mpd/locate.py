"""Where the files are that MPD names: by `path_map`, or by what MPD says of its directory."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scrobbled_mpd.snapshot import printable_name


@dataclass(frozen=True, slots=True)
class MusicPaths:
    """From MPD's names of files to local paths.

    Attributes:
        path_map: beginnings of MPD's names, or of paths on MPD's host, to local directories; the
            longest that fits wins. An empty beginning fits every name that is no whole path.
        music_directory: MPD's own, if it told it (it does so on local sockets only).
    """

    path_map: Mapping[str, Path] = field(default_factory=dict)
    music_directory: str | None = None

    def locate(self, name: str) -> str | None:
        r"""The absolute local path of the file that MPD calls `name`; None when unknown.

        Args:
            name: relative to MPD's music directory, or a path on its host; not a URL.

        Returns:
            A path that need not exist; bytes that are no UTF-8 are written `\xNN`.
        """
        whole = name if name.startswith("/") else self._on_its_host(name)
        mapped = None if name.startswith("/") else self._mapped(name)
        if mapped is None and whole is not None:
            mapped = self._mapped(whole) or whole
        return None if mapped is None else printable_name(posixpath.normpath(mapped))

    def _on_its_host(self, name: str) -> str | None:
        if self.music_directory is None or not self.music_directory.startswith("/"):
            return None  # unknown, or a network storage such as nfs://
        return posixpath.join(self.music_directory, name)

    def _mapped(self, name: str) -> str | None:
        fitting = [prefix for prefix in self.path_map if _begins(name, prefix)]
        if not fitting:
            return None
        prefix = max(fitting, key=len)
        return posixpath.join(str(self.path_map[prefix]), name[len(prefix) :].lstrip("/"))


def _begins(name: str, prefix: str) -> bool:
    """Whether `name` is `prefix` or lies below it."""
    if not prefix:
        return not name.startswith("/")
    bare = prefix.rstrip("/")
    return name == bare or name.startswith(f"{bare}/")
