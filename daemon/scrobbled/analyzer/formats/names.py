"""Tags that are named freely (Vorbis comments, APEv2, TXXX, iTunes' free form) and their names."""

_NAME_LENGTH = 190

_SPELLINGS = {
    "title": ("title",),
    "titlesort": ("titlesort", "titlesortorder"),
    "artist": ("artist", "author"),
    "artists": ("artists",),
    "artistsort": ("artistsort", "artistsortorder"),
    "albumartist": ("albumartist",),
    "albumartists": ("albumartists",),
    "albumartistsort": ("albumartistsort", "albumartistsortorder"),
    "album": ("album", "albumtitle"),
    "tracknumber": ("tracknumber", "track", "trackno", "tracknum"),
    "tracktotal": ("tracktotal", "totaltracks", "trackcount"),
    "discnumber": ("discnumber", "disc", "disk", "disknumber", "partofset"),
    "disctotal": ("disctotal", "totaldiscs", "disccount"),
    "date": ("date", "year"),
    "originaldate": ("originaldate", "originalreleasedate", "originalreleasetime"),
    "originalyear": ("originalyear", "originalreleaseyear"),
    "genre": ("genre",),
    "label": ("label", "publisher", "organization", "recordlabel"),
    "catalognumber": ("catalognumber", "cataloguenumber", "catalogno", "catalog", "labelno"),
    "barcode": ("barcode", "upc", "ean", "eanupn"),
    "compilation": ("compilation", "iscompilation", "itunescompilation"),
    "releasetype": ("releasetype", "musicbrainzalbumtype"),
    "releasestatus": ("releasestatus", "musicbrainzalbumstatus"),
    "releasecountry": ("releasecountry", "musicbrainzalbumreleasecountry"),
    "media": ("media", "mediatype"),
    "recording_mbid": ("musicbrainztrackid", "musicbrainzrecordingid"),
    "release_track_mbid": ("musicbrainzreleasetrackid",),
    "release_mbid": ("musicbrainzalbumid", "musicbrainzreleaseid"),
    "release_group_mbid": ("musicbrainzreleasegroupid",),
    "artist_mbid": ("musicbrainzartistid",),
    "albumartist_mbid": ("musicbrainzalbumartistid",),
    "work_mbid": ("musicbrainzworkid",),
    "isrc": ("isrc",),
    "acoustid_id": ("acoustidid",),
    "remixer": ("remixer", "mixartist", "modifiedby"),
    "producer": ("producer",),
    "composer": ("composer",),
    "lyricist": ("lyricist",),
    "writer": ("writer",),
    "conductor": ("conductor",),
    "performer": ("performer",),
    "arranger": ("arranger",),
    "djmixer": ("djmixer",),
    "mixer": ("mixer",),
    "engineer": ("engineer",),
    "comment": ("comment", "description"),
    "lyrics": ("lyrics", "unsyncedlyrics"),
}
_NAMES = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
_SQUASHED = str.maketrans("", "", " _-/")
_MOST_KEPT = 4096
_known: dict[str, str] = {}


def name_of(key: str) -> str:
    """The one name of a tag that is called `key`: "MusicBrainz Album Id" is `release_mbid`.

    Case, spaces, hyphens, underscores and slashes do not matter. A tag that is not known keeps
    its own name, in lower case.
    """
    name = _known.get(key)
    if name is None:
        lower = key.lower()
        name = _NAMES.get(lower.translate(_SQUASHED)) or lower[:_NAME_LENGTH]
        if len(_known) < _MOST_KEPT:
            _known[key] = name
    return name
