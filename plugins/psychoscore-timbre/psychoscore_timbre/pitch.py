"""The pitch of a single voice: YIN's candidates in every row, and the likeliest way through them.

The difference function and its normalisation are de Cheveigné and Kawahara's (2002, steps 1 to 3 and 5). Instead of the
first dip under a threshold a row keeps its best dips, and dynamic programming chooses among them and silence, as Mauch
and Dixon (2014) do with probabilities: a leap costs, an octave down costs a little, having no pitch has a fixed price.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_timbre.names import RATE

WINDOW = 1024  # frames around a row's place
LOWEST, HIGHEST = 50.0, 1600.0  # Hz
LONGEST, SHORTEST = int(RATE / LOWEST), int(RATE / HIGHEST)  # lags in frames
SUMMED = WINDOW - LONGEST  # frames that are compared with those a lag later
DULL = 1800.0  # Hz above which partials hardly count
CANDIDATES = 6
UNVOICED = 0.25  # what a row costs that has no pitch; a clear one costs nearly nothing
LONGER = 0.03  # an octave of lag: a period's double fits as well as the period
LEAP, FARTHEST = 0.3, 0.45  # what an octave costs between two rows, and what any leap costs at the most
ONSET = 0.08  # what it costs to begin or to end


@frozen(eq=False)
class Candidates:
    """costs and hertz (rows, 6): what each pitch costs in its row; infinite where there are fewer."""

    costs: np.ndarray
    hertz: np.ndarray


def candidates(windows: np.ndarray) -> Candidates:
    """Return the candidates of windows (rows, 1024)."""
    normal = _normalised(_difference(_dulled(windows)))
    lags = np.arange(SHORTEST, LONGEST - 1)
    middle = normal[:, lags]
    dips = (middle < normal[:, lags - 1]) & (middle <= normal[:, lags + 1])
    costs = np.where(dips, middle + LONGER * np.log2(lags / SHORTEST), np.inf)
    order = np.argsort(costs, axis=1, kind="stable")[:, :CANDIDATES]
    rows = np.arange(len(windows))[:, None]
    chosen = lags[order]
    left, here, right = (normal[rows, chosen + step] for step in (-1, 0, 1))
    bend = left - 2 * here + right
    shift = np.where(bend > 1e-12, 0.5 * (left - right) / np.maximum(bend, 1e-12), 0.0)
    return Candidates(costs[rows, order], RATE / (chosen + np.clip(shift, -0.5, 0.5)))


def _dulled(windows: np.ndarray) -> np.ndarray:
    """Return windows without their highest partials, which turn round within one frame of lag."""
    gain = 1 / (1 + (np.fft.rfftfreq(WINDOW, 1 / RATE) / DULL) ** 4)
    found: np.ndarray = np.fft.irfft(np.fft.rfft(windows, axis=1) * gain, WINDOW)
    return found


def _difference(windows: np.ndarray) -> np.ndarray:
    """Return how unlike each window is to itself so many frames later, (rows, lags); never negative."""
    size = 2 * WINDOW
    first = np.fft.rfft(windows[:, :SUMMED], size)
    products = np.fft.irfft(np.conj(first) * np.fft.rfft(windows, size), size)[:, :LONGEST]
    energy = np.cumsum(np.pad(np.square(windows), ((0, 0), (1, 0))), axis=1)
    lags = np.arange(LONGEST)
    later = energy[:, lags + SUMMED] - energy[:, lags]
    return np.maximum(later[:, :1] + later - 2 * products, 0.0)


def _normalised(difference: np.ndarray) -> np.ndarray:
    """Return the difference over its mean at shorter lags; 1 in silence."""
    lags = np.arange(1, LONGEST)
    total = np.cumsum(difference[:, 1:], axis=1)
    found = np.ones_like(difference)
    heard = total > 1e-9 * SUMMED
    np.divide(difference[:, 1:] * lags, total, out=found[:, 1:], where=heard)
    return found


def tracked(found: Candidates) -> np.ndarray:
    """Return the pitch of every row in Hz, 0 where there is none."""
    rows = len(found.costs)
    log = np.log2(found.hertz)
    back = np.zeros((rows, CANDIDATES + 1), np.int8)
    total = np.append(found.costs[0], UNVOICED)
    for row in range(1, rows):
        leaps = np.minimum(LEAP * np.abs(log[row][:, None] - log[row - 1]), FARTHEST)  # (to, from)
        ways = np.empty((CANDIDATES + 1, CANDIDATES + 1))
        ways[:-1, :-1] = leaps
        ways[:-1, -1] = ways[-1, :-1] = ONSET
        ways[-1, -1] = 0.0
        ways += total
        back[row] = ways.argmin(axis=1)
        total = ways.min(axis=1) + np.append(found.costs[row], UNVOICED)
        total -= total.min()
    return _walked_back(found.hertz, back, int(total.argmin()))


def _walked_back(hertz: np.ndarray, back: np.ndarray, last: int) -> np.ndarray:
    found = np.zeros(len(hertz))
    for row in range(len(hertz) - 1, -1, -1):
        found[row] = hertz[row, last] if last < CANDIDATES else 0.0
        last = int(back[row, last])
    return found
