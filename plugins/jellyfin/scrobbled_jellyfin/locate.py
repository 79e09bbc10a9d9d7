"""Where the files are that the server names."""

import posixpath
from dataclasses import replace

from scrobbled.domain.observation import TrackInfo
from scrobbled_jellyfin.config import JellyfinSettings


def located(track: TrackInfo, settings: JellyfinSettings | None) -> TrackInfo:
    """`track` with the local path of its file, if the server named one."""
    path = track.file_path
    if path is None:
        return track
    path_map = {} if settings is None else settings.path_map
    fitting = [prefix for prefix in path_map if _begins(path, prefix)]
    if fitting:
        prefix = max(fitting, key=len)
        path = posixpath.join(str(path_map[prefix]), path[len(prefix) :].lstrip("/"))
    local = posixpath.normpath(path) if path.startswith("/") else None
    return replace(track, file_path=local)


def _begins(path: str, prefix: str) -> bool:
    """Whether `path` is `prefix` or lies below it."""
    bare = prefix.rstrip("/")
    return path == bare or path.startswith(f"{bare}/")
