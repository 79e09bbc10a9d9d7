"""Where a file is that MPD names."""

from pathlib import Path

import pytest

from scrobbled_mpd.locate import MusicPaths


@pytest.mark.parametrize(
    ("path_map", "music_directory", "name", "path"),
    [
        # MPD told its directory.
        ({}, "/srv/music", "A/a.flac", "/srv/music/A/a.flac"),
        ({}, "/srv/music/", "a.flac", "/srv/music/a.flac"),
        ({}, None, "A/a.flac", None),
        ({}, "nfs://nas/music", "A/a.flac", None),
        # Names that are whole paths: files that a local client gave to MPD.
        ({}, None, "/home/anna/a.flac", "/home/anna/a.flac"),
        ({"/home": "/mnt/home"}, None, "/home/anna/a.flac", "/mnt/home/anna/a.flac"),
        # MPD's paths mapped to ours.
        ({"/var/lib/mpd/music": "/srv"}, "/var/lib/mpd/music", "a.flac", "/srv/a.flac"),
        ({"/var": "/x", "/var/lib": "/y"}, "/var/lib", "a.flac", "/y/a.flac"),
        ({"/other": "/x"}, "/var/lib", "a.flac", "/var/lib/a.flac"),
        ({"/": "/mnt/nas"}, "/music", "a.flac", "/mnt/nas/music/a.flac"),
        # Beginnings of names mapped to ours, where MPD does not tell its directory.
        ({"": "/srv/music"}, None, "A/a.flac", "/srv/music/A/a.flac"),
        ({"nas": "/mnt/nas"}, None, "nas/A/a.flac", "/mnt/nas/A/a.flac"),
        ({"nas/": "/mnt/nas/"}, None, "nas/a.flac", "/mnt/nas/a.flac"),
        ({"nas": "/mnt/nas"}, None, "nas2/a.flac", None),
        ({"": "/srv", "nas": "/mnt/nas"}, None, "nas/a.flac", "/mnt/nas/a.flac"),
        ({"": "/srv", "nas": "/mnt/nas"}, "/music", "nas/a.flac", "/mnt/nas/a.flac"),
        ({"": "/srv"}, None, "/home/a.flac", "/home/a.flac"),
        # Odd names.
        ({}, "/srv", "b\udcff.flac", r"/srv/b\xff.flac"),
        ({}, "/srv", "A//./b/../a.flac", "/srv/A/a.flac"),
    ],
)
def test_a_name_leads_to_a_path(
    path_map: dict[str, str], music_directory: str | None, name: str, path: str | None
) -> None:
    """The longest beginning wins; whole names only match whole parts; else MPD's directory."""
    assert (
        MusicPaths({key: Path(value) for key, value in path_map.items()}, music_directory).locate(
            name
        )
        == path
    )
