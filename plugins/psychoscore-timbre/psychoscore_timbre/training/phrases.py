"""Phrases for an instrument to play, so that it is heard at every pitch and loudness, and the clips they become."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from psychoscore_timbre.loudness import loudness
from psychoscore_timbre.names import ROWS_A_SECOND
from psychoscore_timbre.scaling import midi_to_hertz, scaled
from psychoscore_timbre.training.instruments import Instrument, Playing, rendered

SECONDS = 4.0


@frozen(eq=False)
class Clip:
    """Sound (rows * 320,), and what is known of it: hertz (rows,), and the decoder's inputs (rows, 2)."""

    sound: np.ndarray
    hertz: np.ndarray
    inputs: np.ndarray


def clips(instrument: Instrument, number: int, seed: int) -> Iterator[Clip]:
    """Yield so many clips of four seconds."""
    for index in range(number):
        random = np.random.default_rng([seed, index])
        playing = phrase(instrument, round(SECONDS * ROWS_A_SECOND), random)
        yield clip_of(rendered(instrument, playing, random), playing.hertz)


def clip_of(sound: np.ndarray, hertz: np.ndarray) -> Clip:
    """Return a clip with the loudness that is measured in its sound, as of any sound that is to be transferred."""
    return Clip(sound, hertz, scaled(hertz, loudness(sound)))


def phrase(instrument: Instrument, rows: int, random: np.random.Generator) -> Playing:
    """Return a phrase of tied and detached notes with vibrato, glides, swells and rests, at a dynamic of its own."""
    pitch, strength, since = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    at, dynamic, low, high = 0, random.uniform(0.25, 1.0), instrument.lowest, instrument.highest
    middle = random.uniform(low, high)
    while at < rows:
        length = min(int(random.uniform(6, 90)), rows - at)
        part = slice(at, at + length)
        middle = float(np.clip(random.normal(middle, 5), low, high))
        pitch[part] = middle + _vibrato(length, random)
        strength[part] = np.clip(dynamic + random.normal(0, 0.1), 0.1, 1.0) * _swell(length, random)
        since[part] = np.arange(length) / ROWS_A_SECOND
        at += length
        rest = int(random.choice([0, 0, random.uniform(2, 30)]))  # two notes in three are tied to the next
        pitch[at : at + rest] = middle
        at += rest
    glide = np.array([1, 2, 1]) / 4
    pitch = np.convolve(np.pad(pitch, 1, mode="edge"), glide, "valid")
    return Playing(midi_to_hertz(pitch), strength, since)


def _vibrato(rows: int, random: np.random.Generator) -> np.ndarray:
    """Return semitones (rows,): a vibrato that sets in, and a slow drift."""
    time = np.arange(rows) / ROWS_A_SECOND
    depth = random.choice([0.0, random.uniform(0, 0.5)]) * np.clip((time - 0.2) / 0.3, 0, 1)
    drift = random.choice([0.0, random.normal(0, 0.3)]) * time
    return depth * np.sin(2 * np.pi * random.uniform(4, 7) * time) + np.clip(drift, -2, 2)


def _swell(rows: int, random: np.random.Generator) -> np.ndarray:
    """Return strengths (rows,) from 0 to 1: attack, a line from one level to another, release."""
    attack, release = random.uniform(0.5, 8), random.uniform(0.5, 10)
    line = np.linspace(random.uniform(0.6, 1), random.uniform(0.4, 1), rows)
    index = np.arange(rows)
    return line * np.minimum(1, (index + 1) / attack) * np.minimum(1, (rows - index) / release)
