"""Audio files made on the fly, without an encoder: WAV, FLAC and MP3 of any length.

A FLAC file here consists of constant subframes (RFC 9639, section 9.2.4), so an hour takes
half a megabyte and a few milliseconds. Its samples are a staircase that depends on `seed`, so that
two files of different seeds differ in their audio and two of one seed do not.
"""

import hashlib
import random
import struct
import wave
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import mutagen.flac
import mutagen.id3
import mutagen.wave

RATE = 44_100
BLOCK = 4_096

Tags = Mapping[str, str | Sequence[str]]
"""Tag names as in Vorbis comments (`ARTIST`, `MUSICBRAINZ_TRACKID`), in any case; a sequence
becomes a repeated tag."""

_FLAC: Any = mutagen.flac.FLAC  # mutagen tells no types
_WAVE: Any = mutagen.wave.WAVE

ID3_FRAMES: dict[str, Any] = {
    "title": mutagen.id3.TIT2,
    "artist": mutagen.id3.TPE1,
    "album": mutagen.id3.TALB,
    "albumartist": mutagen.id3.TPE2,
    "genre": mutagen.id3.TCON,
    "date": mutagen.id3.TDRC,
    "tracknumber": mutagen.id3.TRCK,
    "discnumber": mutagen.id3.TPOS,
}

SILENT_MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""One frame of silence: MPEG-1 layer III, 128 kbit/s, 44.1 kHz, stereo, 1152 samples."""

MP3_FRAMES_PER_SECOND = RATE / 1152


def write_sound(path: Path, length_s: float, tags: Tags | None = None, seed: int = 0) -> Path:
    """Writes a sound file of the kind that the suffix of `path` names, and tags it.

    Raises:
        ValueError: the suffix is none of `.flac`, `.wav`, `.mp3`, or tags were asked for an MP3.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = round(length_s * RATE)
    if path.suffix == ".flac":
        path.write_bytes(_flac(frames, seed))
    elif path.suffix == ".wav":
        _write_wav(path, frames, seed)
    elif path.suffix == ".mp3" and not tags:
        path.write_bytes(SILENT_MP3_FRAME * round(length_s * MP3_FRAMES_PER_SECOND))
    else:
        raise ValueError(f"no sound can be made for {path.name} with tags {tags!r}")
    if tags:
        write_tags(path, tags)
    return path


def write_tags(path: Path, tags: Tags) -> None:
    """Replaces the tags of a FLAC or WAV file.

    Raises:
        ValueError: a WAV file cannot hold one of the tags.
    """
    lists = {
        name: [value] if isinstance(value, str) else list(value) for name, value in tags.items()
    }
    if path.suffix == ".flac":
        flac = _FLAC(path)
        flac.delete()
        flac.update(lists)
        flac.save()
        return
    unknown = [name for name in lists if name.lower() not in ID3_FRAMES]
    if unknown or path.suffix != ".wav":
        raise ValueError(f"{path.name} cannot hold the tags {unknown or list(lists)}")
    riff = _WAVE(path)
    if riff.tags is None:
        riff.add_tags()
    riff.tags.clear()
    for name, values in lists.items():
        riff.tags.add(ID3_FRAMES[name.lower()](encoding=3, text=values))
    riff.save()


def write_cue(path: Path, audio: str, tracks: Sequence[tuple[float, Tags]]) -> Path:
    """Writes a CUE sheet beside `audio` that cuts it at the given starting seconds.

    Each track's tags may be `title` and `artist`, strings.
    """
    lines = [f'FILE "{audio}" WAVE']
    for number, (start_s, tags) in enumerate(tracks, start=1):
        lines.append(f"  TRACK {number:02d} AUDIO")
        lines += [
            f'    {keyword} "{tags[name]}"'
            for name, keyword in (("title", "TITLE"), ("artist", "PERFORMER"))
            if name in tags
        ]
        cd_frames = round(start_s * 75)
        minutes, rest = divmod(cd_frames, 60 * 75)
        lines.append(f"    INDEX 01 {minutes:02d}:{rest // 75:02d}:{rest % 75:02d}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def truncate(path: Path, keep: float) -> None:
    """Cuts a file down to the fraction `keep` of its bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])


def _staircase(frames: int, seed: int) -> Iterator[tuple[int, int]]:
    """(frames, sample value) of each block of a sound."""
    values = random.Random(seed)
    for start in range(0, frames, BLOCK):
        yield min(BLOCK, frames - start), values.randint(-2_000, 2_000)


def _write_wav(path: Path, frames: int, seed: int) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for length, value in _staircase(frames, seed):
            sound.writeframes(struct.pack("<hh", value, value) * length)


def _flac(frames: int, seed: int) -> bytes:
    """A whole FLAC file (RFC 9639): STREAMINFO, then one frame per block."""
    digest = hashlib.md5(usedforsecurity=False)
    body = bytearray()
    for number, (length, value) in enumerate(_staircase(frames, seed)):
        digest.update(struct.pack("<hh", value, value) * length)
        body += _flac_frame(number, length, value)
    packed = (RATE << 44) | (1 << 41) | (15 << 36) | frames  # 2 channels, 16 bits
    info = struct.pack(">HH", BLOCK, BLOCK) + bytes(6) + packed.to_bytes(8, "big") + digest.digest()
    return b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info + bytes(body)


def _flac_frame(number: int, length: int, value: int) -> bytes:
    full = length == BLOCK
    header = bytearray(b"\xff\xf8")  # fixed block size
    header.append((0b1100 if full else 0b0111) << 4 | 0b1001)  # block size, 44.1 kHz
    header.append(0b0001 << 4 | 0b100 << 1)  # left and right, 16 bits
    header += chr(number).encode("utf-8", "surrogatepass")
    if not full:
        header += struct.pack(">H", length - 1)
    header.append(_crc(header, width=8, polynomial=0x07))
    constant = b"\x00" + struct.pack(">h", value)
    frame = bytes(header) + constant * 2
    return frame + _crc(frame, width=16, polynomial=0x8005).to_bytes(2, "big")


def _crc(data: bytes | bytearray, *, width: int, polynomial: int) -> int:
    top, mask, crc = 1 << (width - 1), (1 << width) - 1, 0
    for byte in data:
        crc ^= byte << (width - 8)
        for _ in range(8):
            crc = ((crc << 1) ^ polynomial if crc & top else crc << 1) & mask
    return crc
