"""Tension of each bar: harmonic from the spiral array, and as a whole with loudness, onsets and pitch height."""

from __future__ import annotations

import numpy as np

from psychoscore_hearing.music import Music
from psychoscore_hearing.rhythm import attacks_a_bar
from psychoscore_hearing.spiral import tension_ribbons

Ribbons = tuple[np.ndarray, np.ndarray, np.ndarray]

# Harmonic tension = weighted ribbons, moved so that the 5th and 95th percentile of POP909_CL's bars are 0.1 and 0.9.
DIAMETER, STRAIN, MOMENTUM = 0.35, 0.65, 0.1
CALM, STRAINED = 0.85, 1.72  # weighted sums that are 0 and 1
NEUTRAL = 0.5  # before the first note

# Felt tension: weights of the parts, each in [0, 1].
SIXTEENTHS = 16  # of a bar of four quarters: as many onsets are as tense as their number makes it
HARMONY, DYNAMICS, ONSETS, HEIGHT = 0.35, 0.3, 0.2, 0.15


def harmonic_tension(music: Music, ribbons: Ribbons | None = None) -> np.ndarray:
    """Return each bar's tension of harmony in [0, 1] (bars,); a silent bar keeps the one before."""
    diameter, momentum, strain = tension_ribbons(music) if ribbons is None else ribbons
    halves = DIAMETER * diameter + STRAIN * strain + MOMENTUM * momentum
    scaled = np.clip((halves - CALM) / (STRAINED - CALM), 0.0, 1.0).reshape(-1, 2)
    heard = np.isfinite(scaled)
    means = np.where(heard, scaled, 0.0).sum(axis=1) / np.maximum(heard.sum(axis=1), 1)
    return carried(means, heard.any(axis=1), NEUTRAL)


def felt_tension(music: Music, harmonic: np.ndarray | None = None) -> np.ndarray:
    """Return each bar's tension as a whole in [0, 1] (bars,): harmony, loudness, onset frequency and pitch height.

    The parts are those whose changes moved listeners' tension in Farbood (2012); the weights are ours: 0.35 harmonic
    tension, 0.3 mean velocity / 127, 0.2 onsets of a bar of four quarters / 16 (at most 1), 0.15 mean pitch from
    MIDI 36 (0) to 96 (1). A bar without notes keeps loudness and height of the one before.
    """
    harmonic = harmonic_tension(music) if harmonic is None else harmonic
    onsets = np.minimum(attacks_a_bar(music) * 4 / music.bar_length / SIXTEENTHS, 1.0)
    loud = bar_means(music, music.velocity / 127, 0.5)
    height = np.clip((bar_means(music.pitched, music.pitched.pitch, 66.0) - 36) / 60, 0.0, 1.0)
    return np.clip(HARMONY * harmonic + DYNAMICS * loud + ONSETS * onsets + HEIGHT * height, 0.0, 1.0)


def bar_means(music: Music, values: np.ndarray, start: float) -> np.ndarray:
    """Return the mean of the notes' values in each bar; a bar without notes keeps the one before, `start` at first."""
    return group_means(music.bar, values, music.bars, start)


def group_means(group: np.ndarray, values: np.ndarray, groups: int, start: float) -> np.ndarray:
    """Return the mean of the values of each group; an empty group keeps the one before, `start` at first."""
    counts = np.bincount(group, minlength=groups)
    sums = np.bincount(group, weights=values, minlength=groups)
    return carried(sums / np.maximum(counts, 1), counts > 0, start)


def carried(values: np.ndarray, known: np.ndarray, start: float) -> np.ndarray:
    """Return the values where they are known, elsewhere the last known one before, `start` at first."""
    if not len(values):
        return values
    source = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(source >= 0, values[source], start)
