"""The tables of the listening history."""

from dataclasses import dataclass

import sqlalchemy as sa

from scrobbled.store.definition import Definition
from scrobbled.store.listens import facets, history, judgements, rollups


@dataclass(frozen=True, kw_only=True)
class ListeningTables:
    """One attribute for each table of the listening history."""

    users: sa.Table
    config: sa.Table
    listens_raw: sa.Table
    listen_strings: sa.Table
    listen_string_keys: sa.Table
    listens: sa.Table
    listen_duplicates: sa.Table
    listen_match_candidates: sa.Table
    listen_artists: sa.Table
    listen_genres: sa.Table
    source_items: sa.Table
    match_decisions: sa.Table
    rules: sa.Table
    listen_exclusions: sa.Table
    roll_month: sa.Table
    roll_artist_month: sa.Table
    roll_artist_total: sa.Table
    roll_track_month: sa.Table
    roll_track_total: sa.Table
    roll_genre_month: sa.Table
    roll_genre_total: sa.Table
    roll_release_group_month: sa.Table
    roll_release_group_total: sa.Table
    roll_dirty: sa.Table


def listening_tables(define: Definition) -> dict[str, sa.Table]:
    """Defines all tables of the listening history, by name; the media library's come first."""
    parts = (history, facets, judgements, rollups)
    return {table.name: table for part in parts for table in part.tables(define)}
