"""Beats of a performance: the best chain of onsets at about the tempo's distance, by dynamic programming."""

from __future__ import annotations

import numpy as np

from psychoscore_midi_folder.onsets import Onsets
from psychoscore_midi_folder.tempo_curve import tempo_curve

FEWEST = 4  # onsets below which nothing can be said
STRIDE = 4  # beats that may lie between two onsets that are beats
OFF_TEMPO = 20.0  # cost of an interval an octave off the tempo, squared
SILENT = 0.3  # cost of a beat without an onset
BASS = 0.5  # what a low note adds to an onset's weight


def beats_of(onsets: Onsets) -> np.ndarray:
    """Return the times of all beats in seconds, from the first to the last; () with fewer than 4 onsets.

    Ellis's (2007) recursion over onsets instead of frames: the best chain that ends in an onset is its weight plus
    the best of the chains before it, less the squared log of how far the interval misses the tempo there. An interval
    may hold up to four beats, and a silence as many as the tempo gives it.
    """
    if len(onsets.time) < FEWEST:
        return np.zeros(0)
    times, periods = tempo_curve(onsets)
    period = np.exp(np.interp(onsets.time, times, np.log(periods)))
    best = onsets.weight + BASS * onsets.bass
    came, steps = np.full(len(best), -1), np.ones(len(best), np.int64)
    stride = np.arange(1, STRIDE + 1)[:, None]
    starts = np.searchsorted(onsets.time, onsets.time - (STRIDE + 0.5) * period)
    for index in range(1, len(best)):
        begin = min(int(starts[index]), index - 1)
        gap = onsets.time[index] - onsets.time[begin:index]
        if begin < starts[index]:  # nothing but silence within reach
            came[index], steps[index] = begin, max(1, round(float(gap[0] / period[index])))
            best[index] += best[begin]
            continue
        off = np.log2(gap / stride / period[index])  # (strides, onsets before)
        reached = best[begin:index] - OFF_TEMPO * off**2 * stride - SILENT * (stride - 1)
        number, before = np.unravel_index(int(reached.argmax()), reached.shape)
        if reached[number, before] > 0:
            best[index] += reached[number, before]
            came[index], steps[index] = begin + before, number + 1
    return _chain(onsets.time, best, came, steps)


def _chain(time: np.ndarray, best: np.ndarray, came: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the beats of the best chain, those between two onsets evenly spaced."""
    index = int(best.argmax())
    beats = [time[index : index + 1]]
    while came[index] >= 0:
        before = int(came[index])
        beats.append(np.linspace(time[index], time[before], int(steps[index]) + 1)[1:])
        index = before
    return np.concatenate(beats)[::-1]
