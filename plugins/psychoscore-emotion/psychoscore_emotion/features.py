"""From sound to 128 numbers a row, 25 rows a second: causal, and the same however the sound is cut into pieces."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.signal import lfilter

from psychoscore_emotion.names import HOP, PULSES, RATE, ROWS_A_SECOND, WINDOW
from psychoscore_emotion.spectrum import Rows, chroma, decibels, levels, mel_bands, powers, shapes

QUIET = -70.0  # dB below which a rise is no onset
BACK = 3  # rows that deltas look back
# Probe-tone ratings (Krumhansl and Kessler 1982), from the tonic up.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


class _Mean:
    """A mean that forgets, over about so many seconds; from its first row on it is a mean of what there was."""

    def __init__(self, seconds: float) -> None:
        self._keep = float(np.exp(-1 / (seconds * ROWS_A_SECOND)))
        self._held: Rows | None = None
        self._weight = np.zeros(1)

    def of(self, rows: Rows) -> Rows:
        """Return the mean after each row of (rows, width)."""
        if self._held is None:
            self._held = np.zeros((1, rows.shape[1]))
        total, self._held = lfilter([1.0], [1.0, -self._keep], rows, axis=0, zi=self._held)
        weight, self._weight = lfilter([1.0], [1.0, -self._keep], np.ones(len(rows)), zi=self._weight)
        found: Rows = total / weight[:, None]
        return found


class _Past:
    """The rows before a piece; before the first row stands the first row itself."""

    def __init__(self, rows: int) -> None:
        self._rows, self._held = rows, None

    def before(self, rows: Rows) -> Rows:
        """Return the piece with the rows before it in front."""
        held = np.repeat(rows[:1], self._rows, axis=0) if self._held is None else self._held
        whole = np.concatenate([held, rows])
        self._held = whole[len(whole) - self._rows :]
        return whole


class FeatureStream:
    """Takes mono sound at 22,050 Hz piece by piece and gives a row of 128 numbers (`names.FEATURES`) for every 882."""

    def __init__(self) -> None:
        self._sound = np.zeros(WINDOW - HOP)  # silence before the first
        self._mel, self._slow, self._chroma = _Past(1), _Past(BACK), _Past(BACK)
        self._onsets = _Past(max(PULSES))
        self._loud1, self._loud4, self._loud4squared = _Mean(1.0), _Mean(4.0), _Mean(4.0)
        self._half, self._four, self._key, self._pulses = _Mean(0.5), _Mean(4.0), _Mean(4.0), _Mean(4.0)

    def push(self, sound: np.ndarray) -> Rows:
        """Return the rows (rows, 128) that are complete with this piece (frames,) in [-1, 1]; float64."""
        self._sound = np.concatenate([self._sound, np.asarray(sound, np.float64)])
        count = (len(self._sound) - (WINDOW - HOP)) // HOP
        if not count:
            return np.zeros((0, 128))
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, WINDOW)[::HOP][:count]
        rows = self._rows(windows)
        self._sound = self._sound[count * HOP :]
        return rows

    def _rows(self, windows: Rows) -> Rows:
        power = powers(windows)
        mel, strength = decibels(power @ mel_bands().T), chroma(power)
        level, shape = levels(windows, power), shapes(windows, power)
        total = strength.sum(axis=1, keepdims=True)
        classes = (strength + 1e-6) / (total + 12e-6)
        loud, onsets = level[:, :1], self._onset(mel)
        slow = self._slow.before(np.concatenate([loud, shape[:, 1:2]], axis=1))
        deltas = slow[BACK:] - slow[:-BACK]
        turned = self._chroma.before(classes)
        turned = 0.5 * np.abs(turned[BACK:] - turned[:-BACK]).sum(axis=1, keepdims=True)
        one, four = self._loud1.of(loud), self._loud4.of(loud)
        spread = np.sqrt(np.maximum(self._loud4squared.of(np.square(loud)) - np.square(four), 0.0))
        return np.concatenate(
            [
                *(mel, classes, level[:, :2], one, four, level[:, 2:], shape, onsets, deltas, turned),
                *(self._half.of(onsets[:, :1]), self._four.of(onsets[:, :1]), spread),
                *(self._tonality(strength), self._pulse(onsets[:, :1])),
            ],
            axis=1,
        )

    def _onset(self, mel: Rows) -> Rows:
        """Return how much the bands rise in dB, all and in thirds: spectral flux (rows, 4)."""
        held = np.maximum(self._mel.before(mel), QUIET)
        rise = np.maximum(np.diff(held, axis=0), 0.0)
        thirds = np.split(rise, 3, axis=1)
        return np.stack([rise.mean(axis=1), *(third.mean(axis=1) for third in thirds)], axis=1)

    def _tonality(self, strength: Rows) -> Rows:
        """Return how well the last seconds fit the best major and minor key, and the difference: (rows, 3)."""
        heard = self._key.of(strength)
        away = heard - heard.mean(axis=1, keepdims=True)
        fits = away @ keys().T / np.sqrt(np.maximum(np.square(away).sum(axis=1, keepdims=True), 1e-12))
        major, minor = fits[:, :12].max(axis=1), fits[:, 12:].max(axis=1)
        return np.stack([major, minor, major - minor], axis=1)

    def _pulse(self, onset: Rows) -> Rows:
        """Return how much of the onsets comes back after each of the periods: autocorrelation (rows, 6)."""
        longest = max(PULSES)
        past = self._onsets.before(onset)
        later = past[longest:, 0]
        pairs = [later * past[longest - lag : len(past) - lag, 0] for lag in PULSES]
        means = self._pulses.of(np.stack([*pairs, np.square(later)], axis=1))
        return means[:, :-1] / np.maximum(means[:, -1:], 1e-6)


@cache
def keys() -> Rows:
    """Return the 24 keys' profiles (24, 12), centred and of unit length: major from C, then minor from C."""
    profiles = np.array([np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)])
    profiles = profiles - profiles.mean(axis=1, keepdims=True)
    unit: Rows = profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
    return unit


def features_of(sound: np.ndarray) -> Rows:
    """Return the rows (rows, 128) of whole mono sound at 22,050 Hz."""
    assert RATE == HOP * ROWS_A_SECOND
    return FeatureStream().push(sound)
