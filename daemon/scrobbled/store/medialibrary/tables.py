"""The tables of the media library, all of which the analyzer writes."""

from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.store.definition import Definition
from scrobbled.store.medialibrary import channels, files, people, releases, tracks


@dataclass(frozen=True, kw_only=True)
class LibraryTables:
    """One attribute for each table of the media library."""

    artists: sa.Table
    artist_aliases: sa.Table
    genres: sa.Table
    labels: sa.Table
    tag_sources: sa.Table
    external_ids: sa.Table
    entity_redirects: sa.Table
    release_groups: sa.Table
    releases: sa.Table
    release_items: sa.Table
    release_labels: sa.Table
    tracks: sa.Table
    title_aliases: sa.Table
    track_artists: sa.Table
    track_genres: sa.Table
    track_labels: sa.Table
    track_tag_attributes: sa.Table
    track_tag_values: sa.Table
    track_key: sa.Table
    media_files: sa.Table
    media_file_parts: sa.Table
    media_file_locations: sa.Table
    scan_runs: sa.Table
    scan_errors: sa.Table
    publishers: sa.Table
    release_publishers: sa.Table
    playlists: sa.Table
    playlist_items: sa.Table
    events: sa.Table
    event_recordings: sa.Table


def library_tables(define: Definition) -> dict[str, sa.Table]:
    """Defines all tables of the media library, by name."""
    parts = (people, releases, tracks, files, channels)
    return {table.name: table for part in parts for table in part.tables(define)}
