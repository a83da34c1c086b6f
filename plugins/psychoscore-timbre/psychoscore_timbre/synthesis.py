"""Harmonics plus filtered noise in NumPy, a few rows of controls at a time: the phase runs on, and so does the noise.

Each row of controls is what sounds at its frame; between two rows everything moves in a straight line. A push gives the
sound from the row before to its last row, so what is heard is one row (20 ms) late. (Engel et al. 2020, section 3.)
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_timbre.names import HOP, NOISE_BANDS, RATE

FADE = 200.0  # Hz below half the rate over which a harmonic goes silent: so that none enters with a click
TAPS = 2 * (NOISE_BANDS - 1)  # of the noise's filter
BEHIND = TAPS // 2  # frames that the filtered noise lags: the filter is symmetric


@frozen(eq=False)
class Controls:
    """Rows of what sounds. hertz (rows,); amplitudes (rows,); distribution (rows, 60), sums to 1; noise (rows, 65)."""

    hertz: np.ndarray
    amplitudes: np.ndarray
    distribution: np.ndarray
    noise: np.ndarray

    def __len__(self) -> int:
        return len(self.hertz)


def harmonic_amplitudes(controls: Controls) -> np.ndarray:
    """Return the amplitude of each harmonic (rows, 60): those above half the rate are silent, the others share."""
    number = np.arange(1, controls.distribution.shape[1] + 1)
    heard = np.clip((RATE / 2 - controls.hertz[:, None] * number) / FADE, 0, 1)
    shares = controls.distribution * heard
    total = np.maximum(shares.sum(axis=1, keepdims=True), 1e-7)
    found: np.ndarray = controls.amplitudes[:, None] * shares / total
    return found


class Oscillators:
    """A bank of sines at the multiples of one frequency."""

    def __init__(self) -> None:
        self._phase = 0.0  # of the fundamental, in turns
        self._last: tuple[float, np.ndarray] | None = None

    def push(self, hertz: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
        """Return the sound (rows * 320,) up to the last row of hertz (rows,) and amplitudes (rows, harmonics)."""
        before = self._last or (float(hertz[0]), np.zeros_like(amplitudes[0]))
        hertz, amplitudes = np.append(before[0], hertz), np.concatenate([before[1][None], amplitudes])
        self._last = float(hertz[-1]), amplitudes[-1]
        along = np.arange(1, HOP + 1) / HOP
        speed = hertz[:-1, None] * (1 - along) + hertz[1:, None] * along  # (rows, hop)
        turns = self._phase + np.cumsum(speed.ravel()).reshape(speed.shape) / RATE
        self._phase = float(turns[-1, -1] % 1.0)
        number = np.arange(1, amplitudes.shape[1] + 1)
        whole = (turns % 1.0).astype(np.float32)[:, :, None]
        sines = np.sin(whole * (2 * np.pi * number).astype(np.float32))  # (rows, hop, harmonics)
        both = np.stack([amplitudes[:-1], amplitudes[1:]], axis=2).astype(np.float32)  # (rows, harmonics, 2)
        old, new = np.moveaxis(sines @ both, 2, 0)
        found: np.ndarray = (old * (1 - along) + new * along).ravel()
        return found


class FilteredNoise:
    """White noise, each row of which goes through a filter of its own; the same seed gives the same noise."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._held = np.zeros(TAPS)  # what earlier rows still ring

    def push(self, magnitudes: np.ndarray) -> np.ndarray:
        """Return the noise (rows * 320,) through filters of so many magnitudes (rows, 65), 64 frames late."""
        white = self._random.uniform(-1, 1, (len(magnitudes), HOP))
        size = 1 << (HOP + TAPS - 1).bit_length()
        spectra = np.fft.rfft(white, size) * np.fft.rfft(impulses(magnitudes), size)
        rung = np.fft.irfft(spectra, size)[:, : HOP + TAPS]  # (rows, hop + taps)
        sound = rung[:, :HOP].copy()
        sound[:, :TAPS] += np.concatenate([self._held[None], rung[:-1, HOP:]])
        self._held = rung[-1, HOP:]
        return sound.ravel()


def impulses(magnitudes: np.ndarray) -> np.ndarray:
    """Return the symmetric filters (rows, 128) of magnitudes (rows, 65), under a Hann window."""
    centred = np.roll(np.fft.irfft(magnitudes, TAPS), BEHIND, axis=1)
    found: np.ndarray = centred * np.hanning(TAPS + 1)[:TAPS]
    return found


class Synthesizer:
    """Both together, 320 frames a row; what it gives is `LATE` frames late: a row, and the filter's half."""

    LATE = HOP + BEHIND

    def __init__(self, seed: int = 0) -> None:
        self._sines, self._noise = Oscillators(), FilteredNoise(seed)
        self._before = np.zeros((1, NOISE_BANDS))  # noise from the row before to a row is that of the row before
        self._waiting = np.zeros(BEHIND)  # harmonics that wait for the noise

    def push(self, controls: Controls) -> np.ndarray:
        """Return so many rows of sound, float64."""
        bands = np.concatenate([self._before, controls.noise])
        self._before = bands[-1:]
        noise = self._noise.push(bands[:-1])
        harmonic = np.concatenate([self._waiting, self._sines.push(controls.hertz, harmonic_amplitudes(controls))])
        self._waiting = harmonic[len(noise) :]
        return harmonic[: len(noise)] + noise
