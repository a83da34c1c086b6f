"""Clips from the notes of a soundfont, one note at a time.

Their pitches are measured, as those of a sound that is to be transferred are: no soundfont is in tune throughout, and a
synthesizer may not pay heed to every tuning that it states.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from psychoscore_audio.sounds import Sounds
from psychoscore_timbre.features import features_of
from psychoscore_timbre.names import HOP, RATE, ROWS_A_SECOND
from psychoscore_timbre.training.phrases import SECONDS, Clip, clip_of

LOWEST, HIGHEST = 48, 84
PEAK = 0.6


def clips(soundfont: Path, program: int, number: int, seed: int) -> Iterator[Clip]:
    """Yield so many clips of four seconds; a note lasts 0.2 to 1.8 s, and every clip has a loudness of its own."""
    sounds = Sounds(str(soundfont), RATE)
    for index in range(number):
        random = np.random.default_rng([seed, index])
        sound = _notes(sounds, program, random)
        level = PEAK * 10 ** (random.uniform(-30, 0) / 20) / max(float(np.abs(sound).max()), 1e-6)
        yield clip_of((level * sound).astype(np.float32), features_of([level * sound]).hertz)


def _notes(sounds: Sounds, program: int, random: np.random.Generator) -> np.ndarray:
    rows, at = round(SECONDS * ROWS_A_SECOND), 0
    sound, pitch = np.zeros(rows * HOP), random.uniform(LOWEST, HIGHEST)
    while at < rows:
        length = min(int(random.uniform(10, 90)), rows - at)
        pitch = float(np.clip(random.normal(pitch, 5), LOWEST, HIGHEST))
        gain = float(10 ** (random.uniform(-12, 0) / 20))
        note = sounds.note(program, False, round(pitch), 90, length / ROWS_A_SECOND, gain).mean(axis=0)
        part = note[: length * HOP]
        sound[at * HOP : at * HOP + len(part)] = part  # the next note ends it
        at += length
    return sound
