"""A small made-up music library: quiet tones with honest tags."""

import array
import math
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen.id3
import mutagen.wave

RATE_HZ = 44_100
LOUDNESS = 1_200
"""Of 32,767: nobody shall be startled, should these files be played for real."""


@dataclass(frozen=True, slots=True)
class DemoSong:
    """One made-up song."""

    artists: tuple[str, ...]
    title: str
    album: str
    genre: str
    number: int
    length_s: float
    pitch_hz: float

    @property
    def path(self) -> str:
        """Where it is in the library."""
        return f"{self.artists[0]}/{self.album}/{self.number:02d} {self.title}.wav"


SONGS = (
    DemoSong(("The Lighthouse Keepers",), "Fog Signal", "North Mole", "Ambient", 1, 8, 220),
    DemoSong(("The Lighthouse Keepers",), "Lamp Oil", "North Mole", "Ambient", 2, 7, 262),
    DemoSong(("Ada Quill", "Tomás Ibarra"), "Paper Boats", "Inkwell", "Folk", 1, 9, 330),
    DemoSong(("Ada Quill",), "Blotting Paper (Live)", "Inkwell", "Folk", 2, 8, 294),
    DemoSong(("Ødegård & Sons",), "Überfahrt", "Ferry Timetable", "Electronic", 1, 7, 196),
)


def make_library(directory: Path, songs: Sequence[DemoSong] = SONGS) -> None:
    """Writes `songs` below `directory`, as WAV files with ID3 tags."""
    for song in songs:
        path = directory / song.path
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_tone(path, song)
        _tag(path, song)


def _write_tone(path: Path, song: DemoSong) -> None:
    step = 2 * math.pi * song.pitch_hz / RATE_HZ
    count = round(song.length_s * RATE_HZ)
    tone = (round(LOUDNESS * math.sin(step * n)) for n in range(count))
    samples = array.array("h", (sample for sample in tone for _ in range(2)))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(samples.tobytes())


def _tag(path: Path, song: DemoSong) -> None:
    frames: Any = mutagen.id3  # mutagen tells no types
    kind: Any = mutagen.wave.WAVE
    sound = kind(path)
    sound.add_tags()
    for frame, text in (
        (frames.TPE1, list(song.artists)),
        (frames.TPE2, song.artists[0]),
        (frames.TIT2, song.title),
        (frames.TALB, song.album),
        (frames.TCON, song.genre),
        (frames.TRCK, str(song.number)),
    ):
        sound.tags.add(frame(encoding=3, text=text))
    sound.save()
