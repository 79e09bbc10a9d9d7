"""The audio file behind a track that MPD's database took from a CUE sheet.

MPD names such tracks `album.cue/track0001` (the sheet as a directory), or `album.flac/track0001`
where the sheet is in the audio file itself. A track of a sheet that was loaded as a playlist is
named by its audio file already.
"""

import re
from pathlib import Path

LARGEST_SHEET = 1024 * 1024

_TRACK = re.compile(r"(?P<container>.+)/track(?P<number>\d{4,})")
_FILE = re.compile(r'\s*FILE\s+(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))', re.IGNORECASE)
_TRACK_LINE = re.compile(r"\s*TRACK\s+(?P<number>\d+)", re.IGNORECASE)


def needs_reading(path: str) -> bool:
    """Whether `audio_file` has to read something to answer."""
    found = _TRACK.fullmatch(path)
    return found is not None and found["container"].lower().endswith(".cue")


def audio_file(path: str) -> str | None:
    """The audio file that `path`, a local path made from MPD's name, stands for.

    Reads the sheet, so it may block.

    Returns:
        `path` itself unless it names a track within a sheet; None when the sheet cannot be read
        or has no such track.
    """
    found = _TRACK.fullmatch(path)
    if found is None:
        return path
    container = Path(found["container"])
    if container.suffix.lower() != ".cue":
        return str(container)
    try:
        with container.open("rb") as file:
            sheet = file.read(LARGEST_SHEET)
    except OSError:
        return None  # the sheet is on another host, or not for us to read
    name = _file_of_track(_text(sheet), int(found["number"]))
    return None if name is None else str(container.parent / name)


def _text(sheet: bytes) -> str:
    try:
        return sheet.decode("utf-8-sig")
    except UnicodeDecodeError:
        return sheet.decode("cp1252", "replace")  # what ripping programs on Windows wrote


def _file_of_track(sheet: str, number: int) -> str | None:
    """The FILE line that is in force at TRACK `number`."""
    name = None
    for line in sheet.splitlines():
        if found := _FILE.match(line):
            name = found["quoted"] or found["bare"]
        elif (found := _TRACK_LINE.match(line)) and int(found["number"]) == number:
            return name
    return None
