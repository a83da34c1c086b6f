"""Clips from the notes of a soundfont: their pitches are known, and a phrase is a row of notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from psychoscore_audio.sounds import Sounds
from psychoscore_timbre.names import HOP, RATE, ROWS_A_SECOND
from psychoscore_timbre.scaling import midi_to_hertz
from psychoscore_timbre.training.phrases import SECONDS, Clip, clip_of

LOWEST, HIGHEST = 48, 84
PEAK = 0.6


def clips(soundfont: Path, program: int, number: int, seed: int) -> Iterator[Clip]:
    """Yield so many clips of four seconds; a note lasts 0.2 to 1.8 s, and every clip has a loudness of its own."""
    sounds = Sounds(str(soundfont), RATE)
    for index in range(number):
        random = np.random.default_rng([seed, index])
        yield _clip(sounds, program, round(SECONDS * ROWS_A_SECOND), random)


def _clip(sounds: Sounds, program: int, rows: int, random: np.random.Generator) -> Clip:
    sound, pitch, at = np.zeros(rows * HOP), np.zeros(rows), 0
    middle = random.uniform(LOWEST, HIGHEST)
    while at < rows:
        length = min(int(random.uniform(10, 90)), rows - at)
        middle = float(np.clip(random.normal(middle, 5), LOWEST, HIGHEST))
        pitch[at : at + length] = round(middle)
        gain = float(10 ** (random.uniform(-12, 0) / 20))
        note = sounds.note(program, False, round(middle), 90, length / ROWS_A_SECOND, gain).mean(axis=0)
        part = note[: length * HOP]
        sound[at * HOP : at * HOP + len(part)] = part  # one note at a time: the next one ends it
        at += length
    level = PEAK * 10 ** (random.uniform(-30, 0) / 20)
    sound *= level / max(float(np.abs(sound).max()), 1e-6)
    return clip_of(sound.astype(np.float32), midi_to_hertz(pitch))
