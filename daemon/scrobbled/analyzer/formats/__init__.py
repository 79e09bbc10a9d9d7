"""One tag map per format: from what a tag is called inside a file to one name for all.

The names are those of MusicBrainz Picard
(https://picard-docs.musicbrainz.org/en/appendices/tag_mapping.html), but for MusicBrainz ids,
where Picard's differ between formats: `recording_mbid`, `release_mbid` and so on.
"""

Fields = dict[str, list[str]]
"""Values by name, in the order of the tags; not yet cleaned."""
