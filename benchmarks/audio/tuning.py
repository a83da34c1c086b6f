"""How many notes of a soundfont are in tune: symusic as psychoscore-audio feeds it and as it is, beside TinySoundFont.

    pip install --no-deps tinysoundfont
    python benchmarks/audio/tuning.py TimGM6mb.sf2 [--within 0.3]

Notes A2, A3, A4 and A5 of the first 112 programs, half a second of each; the pitch is where the first three harmonics
are loudest together. Counted are the notes that TinySoundFont, which reads every tuning of a zone, plays in tune.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tinysoundfont
from symusic import Synthesizer

from psychoscore_audio.sounds import Sounds

RATE, BINS = 22050, 1 << 17
KEYS, PROGRAMS = (45, 57, 69, 81), range(112)
PITCHES = np.arange(30, 100, 0.05)
Play = Callable[[int, int], np.ndarray]  # (program, key) -> a second of sound


def pitch_of(sound: np.ndarray) -> float:
    """Return the MIDI pitch of a sound (frames,); NaN of silence."""
    part = sound[int(0.15 * RATE) : int(0.55 * RATE)].astype(float)
    if np.abs(part).max(initial=0) < 1e-4:
        return float("nan")
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), BINS))
    hertz = 440 * 2 ** ((PITCHES - 69) / 12)
    places = (np.rint(k * hertz / RATE * BINS).astype(int) for k in (1, 2, 3))
    found = sum(np.log(1e-9 + spectrum[np.minimum(place, len(spectrum) - 1)]) for place in places)
    return float(PITCHES[np.argmax(found)])


def tiny(soundfont: Path) -> Play:
    """Return TinySoundFont."""
    synth = tinysoundfont.Synth(samplerate=RATE)
    font = synth.sfload(str(soundfont))

    def play(program: int, key: int) -> np.ndarray:
        synth.sounds_off()
        synth.program_select(0, font, 0, program)
        synth.noteon(0, key, 90)
        return np.frombuffer(bytes(synth.generate(RATE)), np.float32).reshape(-1, 2)[:, 0]

    return play


def symusic(soundfont: Path, as_it_is: bool) -> Play:
    """Return symusic's synthesizer, on the soundfont as it is or as psychoscore-audio gives it."""
    sounds = Sounds(str(soundfont), RATE)
    if as_it_is:
        sounds._synthesizer = Synthesizer(str(soundfont), RATE, 0)
    return lambda program, key: sounds.note(program, False, key, 90, 1.0, 1.0)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("soundfont", type=Path)
    parser.add_argument("--within", type=float, default=0.3, help="semitones")
    given = parser.parse_args()
    notes = [(program, key) for program in PROGRAMS for key in KEYS]
    players = {
        "TinySoundFont": tiny(given.soundfont),
        "psychoscore-audio": symusic(given.soundfont, as_it_is=False),
        "symusic as it is": symusic(given.soundfont, as_it_is=True),
    }
    off = {name: np.array([abs(pitch_of(play(*n)) - n[1]) for n in notes]) for name, play in players.items()}
    counted = off["TinySoundFont"] < given.within
    for name, distances in off.items():
        print(f"{name:18} {int((distances[counted] < given.within).sum())} of {int(counted.sum())} notes in tune")


if __name__ == "__main__":
    main()
