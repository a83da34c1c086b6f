"""A-weighted loudness, 50 rows a second; the same however the sound is cut into pieces."""

from __future__ import annotations

from functools import cache

import numpy as np

from psychoscore_audio.weighting import a_weighting
from psychoscore_timbre.names import HOP, LOUDNESS_RANGE, RATE

WINDOW = 1024  # frames: 64 ms, centred on the row's place


@cache
def _weights() -> np.ndarray:
    """Return what each bin's power counts for: a full-scale sine of 1 kHz then adds up to 1."""
    window = np.hanning(WINDOW)
    doubled = np.full(WINDOW // 2 + 1, 2.0)
    doubled[[0, -1]] = 1.0  # bins that have no mirror image
    power = doubled / (WINDOW * np.square(window).sum())  # Parseval: the sum is the mean square under the window
    found: np.ndarray = 2 * power * a_weighting(np.fft.rfftfreq(WINDOW, 1 / RATE))
    return found


def loudness_of(windows: np.ndarray) -> np.ndarray:
    """Return the loudness (rows,) in dB, from -80 up, of windows (rows, 1024) in [-1, 1]."""
    spectra = np.fft.rfft(windows * np.hanning(WINDOW), axis=1)
    power = (np.square(spectra.real) + np.square(spectra.imag)) @ _weights()
    return np.maximum(10 * np.log10(np.maximum(power, 1e-12)), -LOUDNESS_RANGE)


def loudness(sound: np.ndarray) -> np.ndarray:
    """Return the loudness of a whole sound: row i is centred on frame 320 i."""
    return loudness_of(windows_of(sound, WINDOW))


def windows_of(sound: np.ndarray, size: int) -> np.ndarray:
    """Return windows (rows, size), row i centred on frame 320 i; beyond its ends the sound is silent."""
    rows = -(-len(sound) // HOP)
    padded = np.pad(sound, (size // 2, size))
    return np.lib.stride_tricks.sliding_window_view(padded, size)[: rows * HOP : HOP]
