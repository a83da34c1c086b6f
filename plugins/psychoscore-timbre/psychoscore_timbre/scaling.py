"""Pitch and loudness as the decoder takes them: both about 0 to 1."""

from __future__ import annotations

import numpy as np

from psychoscore_timbre.names import HIGHEST_MIDI, LOUDNESS_RANGE


def hertz_to_midi(hertz: np.ndarray) -> np.ndarray:
    """Return pitches in semitones, 69 for 440 Hz."""
    found: np.ndarray = 69 + 12 * np.log2(np.maximum(hertz, 1e-3) / 440)
    return found


def midi_to_hertz(midi: np.ndarray) -> np.ndarray:
    """Return frequencies of pitches in semitones."""
    found: np.ndarray = 440 * 2 ** ((np.asarray(midi) - 69) / 12)
    return found


def scaled(hertz: np.ndarray, decibels: np.ndarray) -> np.ndarray:
    """Return the decoder's inputs (rows, 2) float32: the pitch over 127, and the loudness from -80 dB up over 80."""
    pitch = np.clip(hertz_to_midi(hertz) / HIGHEST_MIDI, 0.0, 1.0)
    loudness = np.clip(decibels / LOUDNESS_RANGE + 1, 0.0, 1.2)
    return np.stack([pitch, loudness], axis=1).astype(np.float32)
