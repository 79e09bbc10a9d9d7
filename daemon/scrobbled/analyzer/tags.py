"""What one music file says about itself, in the same terms for every format."""

from dataclasses import dataclass

from scrobbled.domain.credits import Credit


@dataclass(frozen=True, slots=True)
class Audio:
    """The sound of a file.

    Attributes:
        format: such as `mp3`, `flac`, `vorbis`, `opus`, `aac`, `alac`.
        duration_s: seconds; None when the file does not tell.
        bitrate: bits per second; None when not told.
        sample_rate: Hz; None when not told.
        channels: None when not told.
    """

    format: str
    duration_s: float | None = None
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None


@dataclass(frozen=True, slots=True)
class FileTags:
    """Everything that a file's tags say; text is as it can be stored (NFC, stripped).

    Attributes:
        audio: its sound.
        title: None when untagged.
        title_sort: the title as it is sorted; None when not told.
        artists: primary and featuring artists in order, empty when untagged.
        contributors: everybody else (composer, remixer, ...), in the order of the tags.
        album: None when untagged.
        album_artists: in order, empty when untagged.
        track_number: within its disc; None when untagged or not a number ("A1"; then in `rest`).
        track_total: of its disc.
        disc_number: None when untagged.
        disc_total: None when untagged.
        date: of this release: `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or "".
        original_date: of the first release, likewise.
        genres: in order, as tagged.
        labels: likewise.
        catalogue_numbers: likewise.
        barcode: of this release; None when untagged.
        compilation: tagged as by various artists.
        release_types: lower case, such as `("album", "live")`; empty when untagged.
        release_status: None when untagged.
        release_country: None when untagged.
        media: such as `CD`; None when untagged.
        recording_mbid: MusicBrainz recording id; this and all other ids are lower case.
        release_track_mbid: the id of this track on this release.
        release_mbid: the release's.
        release_group_mbid: the release group's.
        work_mbids: those of the works performed.
        isrcs: upper case without hyphens.
        acoustids: AcoustID track ids.
        rest: every other tag as (name, value), in the order of the tags; names lower case.
    """

    audio: Audio
    title: str | None = None
    title_sort: str | None = None
    artists: tuple[Credit, ...] = ()
    contributors: tuple[Credit, ...] = ()
    album: str | None = None
    album_artists: tuple[Credit, ...] = ()
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    date: str = ""
    original_date: str = ""
    genres: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    catalogue_numbers: tuple[str, ...] = ()
    barcode: str | None = None
    compilation: bool = False
    release_types: tuple[str, ...] = ()
    release_status: str | None = None
    release_country: str | None = None
    media: str | None = None
    recording_mbid: str | None = None
    release_track_mbid: str | None = None
    release_mbid: str | None = None
    release_group_mbid: str | None = None
    work_mbids: tuple[str, ...] = ()
    isrcs: tuple[str, ...] = ()
    acoustids: tuple[str, ...] = ()
    rest: tuple[tuple[str, str], ...] = ()
