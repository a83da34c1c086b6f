"""What one window of sound says: power spectrum, mel bands, chroma, loudness and the shape of the spectrum.

Everything here looks at single rows, so that it does not matter how many are given at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychoscore_audio.weighting import a_weighting
from psychoscore_emotion.names import MEL, RATE, WINDOW

Rows = NDArray[np.float64]

FLOOR = 1e-10  # of power: -100 dB below a full-scale sine
LOWEST, HIGHEST = 30.0, 10500.0  # Hz of the mel bands
SUNG = (120.0, 2100.0)  # Hz in which pitch classes are told apart
BASS = 250.0  # Hz


@cache
def frequencies() -> Rows:
    """Return the frequency of each bin of a spectrum in Hz, (1025,)."""
    return np.fft.rfftfreq(WINDOW, 1 / RATE)


def powers(windows: Rows) -> Rows:
    """Return the power spectra (rows, 1025) of windows (rows, 2048) in [-1, 1]; a full-scale sine peaks at 1."""
    shape = np.hanning(WINDOW)
    found: Rows = np.square(np.abs(np.fft.rfft(windows * shape, axis=1)) * (2 / shape.sum()))
    return found


def decibels(power: Any) -> Any:
    """Return power in dB, from -100 up."""
    return 10 * np.log10(np.maximum(power, FLOOR))


@cache
def mel_bands() -> Rows:
    """Return the weights (84, 1025) of triangular bands, evenly spaced in mel (O'Shaughnessy 1987), of unit height."""
    ends = 2595 * np.log10(1 + np.array([LOWEST, HIGHEST]) / 700)
    edges = 700 * (10 ** (np.linspace(*ends, MEL + 2) / 2595) - 1)
    low, middle, high = (edges[i : i + MEL, None] for i in range(3))
    bins = frequencies()[None]
    return np.maximum(0.0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))


@cache
def pitch_classes() -> Rows:
    """Return the weights (12, 1025) with which bins count for pitch classes, C first: half a semitone's deviation."""
    bins = np.maximum(frequencies(), 1.0)
    place = 12 * np.log2(bins / 440) + 9
    away = (place[None] - np.arange(12)[:, None] + 6) % 12 - 6
    heard = (bins >= SUNG[0]) & (bins <= SUNG[1])
    return np.exp(-0.5 * np.square(away / 0.5)) * heard


@cache
def ear() -> Rows:
    """Return the A-weighting of each bin's power (IEC 61672-1)."""
    return a_weighting(frequencies())


def chroma(power: Rows) -> Rows:
    """Return the strength (rows, 12) of each pitch class: the square root of power, so that one note hides no other."""
    return np.sqrt(power) @ pitch_classes().T


def levels(windows: Rows, power: Rows) -> Rows:
    """Return loudness (A-weighted) and root mean square in dB, and the crest factor in dB: (rows, 3)."""
    mean = np.square(windows).mean(axis=1)
    peak = np.square(windows).max(axis=1)
    return np.stack([decibels(power @ ear()), decibels(mean), decibels(peak) - decibels(mean)], axis=1)


def shapes(windows: Rows, power: Rows) -> Rows:
    """Return zero crossings, centroid, spread, flatness, roll-offs, entropy and share of the bass: (rows, 8).

    Frequencies are in kHz, flatness in dB, all else a share; silence is a flat spectrum.
    """
    bins = frequencies() / 1000
    even = power + FLOOR
    total = even.sum(axis=1, keepdims=True)
    share = even / total
    centroid = share @ bins
    spread = np.sqrt(np.maximum(share @ np.square(bins) - np.square(centroid), 0.0))
    logarithm = np.log(share)
    flatness = 10 / np.log(10) * (logarithm.mean(axis=1) - np.log(share.mean(axis=1)))
    entropy = -(share * logarithm).sum(axis=1) / np.log(len(bins))
    below = np.cumsum(share, axis=1)
    rolloffs = [bins[np.minimum((below < part).sum(axis=1), len(bins) - 1)] for part in (0.85, 0.5)]
    crossings = (np.diff(windows >= 0, axis=1)).mean(axis=1)
    bass = share[:, frequencies() < BASS].sum(axis=1)
    return np.stack([crossings, centroid, spread, flatness, *rolloffs, entropy, bass], axis=1)
