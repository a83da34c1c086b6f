"""The tempo of a performance over time, from the ratios that the intervals between its onsets bear to a beat."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from psychoscore_midi_folder.onsets import Onsets

STEP = 1 / 12  # octaves
PERIODS = 0.25 * 2.0 ** (STEP * np.arange(34))  # seconds a beat, 240 to 36 a minute
USUAL = 60 / 92  # seconds a beat: the middle of the prior
SPREAD = 0.45  # octaves: its standard deviation
WINDOW, HOP = 10.0, 2.0  # seconds
TRUST = 14.0  # how many independent intervals a window counts as
STEADY = 60.0  # cost of a change of tempo by an octave from one window to the next, squared
# Log likelihood ratio of an interval between two onsets, from 1/8 beat up to 4 beats in twelfths of an octave, against
# one that knows nothing of a beat; counted on 223 clips of EMOPIA and 74 songs of POP909. Halves, whole beats and
# dotted beats stand out, and what lies between them tells a tempo from its neighbours at 2:3 and 3:4.
LOWEST = -3.0  # octaves above a beat
_LIKELIER = np.array(
    [
        [-1.39, -1.41, -1.59, -1.65, -1.58, -1.50, -1.59, -1.57, -1.54, -1.32, -0.24, 0.72],
        [0.67, -0.36, -1.27, -1.24, -1.04, -1.23, -1.57, -1.68, -1.58, -1.06, 0.37, 1.38],
        [1.36, 0.28, -1.16, -1.48, -1.33, -1.24, -0.46, 0.09, -0.81, -1.61, -0.04, 1.04],
        [1.01, -0.14, -0.90, -0.26, -0.80, -0.92, 0.14, 0.57, -0.17, -0.44, -0.31, 0.51],
        [0.47, -0.36, -0.12, 0.28, -0.26, -0.41, -0.04, 0.26, 0.01, 0.10, -0.09, 0.08],
    ]
).ravel()
_BINS = len(PERIODS) + len(_LIKELIER) - 1


def tempo_curve(onsets: Onsets) -> tuple[np.ndarray, np.ndarray]:
    """Return (times, seconds a beat), one for each window: the likeliest path of tempos (Viterbi).

    The intervals between the onsets of a window (Dixon 2001) are judged by how common they are in music at each
    tempo, under a log-normal prior (Ellis 2007); a change of tempo costs the square of its octaves.
    """
    centres = np.arange(0.0, float(onsets.time[-1]) + HOP, HOP)
    octaves = np.log2(PERIODS)
    prior = -0.5 * ((octaves - np.log2(USUAL)) / SPREAD) ** 2
    cost = STEADY * (octaves[:, None] - octaves[None, :]) ** 2
    best, came = prior + _likelihood(onsets, centres[0]), []
    for centre in centres[1:]:
        reached = best[:, None] - cost
        came.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + prior + _likelihood(onsets, centre)
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return centres, PERIODS[path[::-1]]


def _likelihood(onsets: Onsets, centre: float) -> np.ndarray:
    """Return the log likelihood of every period (periods,) in the window around a time."""
    begin, end = np.searchsorted(onsets.time, (centre - WINDOW / 2, centre + WINDOW / 2))
    time, weight = onsets.time[begin:end], onsets.weight[begin:end] + onsets.bass[begin:end]
    first, second = np.triu_indices(len(time), 1)
    octaves = np.log2((time[second] - time[first]) / PERIODS[0])
    place = np.floor((octaves - LOWEST) / STEP).astype(np.int64)
    counted = (place >= 0) & (place < _BINS)
    counts = np.bincount(place[counted], (weight[first] * weight[second])[counted], _BINS)
    windows = sliding_window_view(counts, len(_LIKELIER))  # (periods, ratios)
    return TRUST * (windows @ _LIKELIER) / np.maximum(windows.sum(axis=1), 1e-9)
