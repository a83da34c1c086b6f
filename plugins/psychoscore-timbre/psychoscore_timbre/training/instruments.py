"""Instruments of this project's own making: sound whose pitch and strength are known in every row.

A source and a body, as far as ears ask for it: partials whose strengths depend on pitch, dynamics and the time since
the attack, fixed resonances, and the noise of breath or bow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from attrs import frozen

from psychoscore_timbre.names import HOP, RATE

PARTIALS = 100


@frozen(eq=False)
class Playing:
    """How it is played, a row each (50 a second): hertz; strength from 0 to 1; seconds since the note's attack."""

    hertz: np.ndarray
    strength: np.ndarray
    since: np.ndarray


@frozen(kw_only=True)
class Instrument:
    """partials: strengths (rows, 100) for a playing. noise: gain of breath or bow in bands (rows, 65)."""

    lowest: float
    highest: float
    partials: Callable[[Playing], np.ndarray]
    noise: Callable[[Playing], np.ndarray]


def _resonances(hertz: np.ndarray, peaks: Mapping[float, float], width: float) -> np.ndarray:
    """Return a gain with peaks (Hz: dB) so many octaves wide."""
    gains = sum(
        level * np.exp(-0.5 * np.square(np.log2(np.maximum(hertz, 20) / centre) / width))
        for centre, level in peaks.items()
    )
    return 10 ** (gains / 20)


def _numbers(playing: Playing) -> tuple[np.ndarray, np.ndarray]:
    number = np.arange(1, PARTIALS + 1)
    return number, playing.hertz[:, None] * number


def _reed_partials(playing: Playing) -> np.ndarray:
    """A closed cylinder: even partials are weak, less so the higher the note; loud is bright; it opens from below."""
    number, hertz = _numbers(playing)
    slope = 2.3 - 1.3 * playing.strength[:, None]
    even = -30 + 20 * np.clip(np.log2(playing.hertz[:, None] / 200) / 2.5, 0, 1)
    levels = np.where(number % 2 == 0, 10 ** (even / 20), 1.0) * number**-slope
    levels = levels * _resonances(hertz, {1500: 6, 3100: 5}, 0.25) / (1 + (hertz / 5000) ** 4)
    return levels * (1 - np.exp(-playing.since[:, None] / (0.006 * number)))


def _reed_noise(playing: Playing) -> np.ndarray:
    """Breath: a broad hill at 1.2 kHz, and more of it at the attack."""
    bands = np.linspace(0, RATE / 2, 65)
    hill = _resonances(bands, {1200: 20}, 1.0) / 10 / (1 + (bands / 6000) ** 4)
    attack = 1 + 3 * np.exp(-playing.since[:, None] / 0.04)
    return 0.006 * hill * attack * (0.3 + playing.strength[:, None])


def _string_partials(playing: Playing) -> np.ndarray:
    """A bowed string: a sawtooth, dented where the bow is, through a wooden body."""
    number, hertz = _numbers(playing)
    slope = 1.5 - 0.5 * playing.strength[:, None]
    levels = number**-slope * np.maximum(0.15, np.abs(np.sin(np.pi * number * 0.13)))
    body = {280: 6, 460: 5, 700: 3, 1050: -4, 2400: 7, 3200: 4}
    levels = levels * _resonances(hertz, body, 0.16) / (1 + (hertz / 5500) ** 4)
    return levels * (1 - np.exp(-playing.since[:, None] / (0.015 + 0.002 * number)))


def _string_noise(playing: Playing) -> np.ndarray:
    """The bow: noise from 2 kHz up, most at the attack."""
    bands = np.linspace(0, RATE / 2, 65)
    shape = 1 / (1 + (1800 / np.maximum(bands, 1)) ** 2)
    attack = 1 + 2 * np.exp(-playing.since[:, None] / 0.06)
    return 0.004 * shape * attack * (0.2 + playing.strength[:, None])


INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        "reed": Instrument(lowest=50, highest=89, partials=_reed_partials, noise=_reed_noise),
        "string": Instrument(lowest=48, highest=93, partials=_string_partials, noise=_string_noise),
    }
)


def rendered(instrument: Instrument, playing: Playing, random: np.random.Generator) -> np.ndarray:
    """Return the sound (rows * 320,), float32: every partial at each frame's own frequency and strength."""
    levels = instrument.partials(playing)
    level = (10 ** ((playing.strength - 1) * 40 / 20) * (playing.strength > 0))[:, None]
    power = np.sqrt(np.square(levels).sum(axis=1, keepdims=True)) + 1e-3
    levels = levels / np.maximum(power, 0.3) * level * 0.6
    rows = len(playing.hertz)
    frames = np.arange(rows * HOP) / HOP
    hertz = np.interp(frames, np.arange(rows), playing.hertz)
    turns = np.cumsum(hertz) / RATE
    sound = np.zeros(rows * HOP)
    for number in range(1, PARTIALS + 1):
        under = np.clip((RATE / 2 - number * hertz) / 200, 0, 1)
        if under.any():
            moving = np.interp(frames, np.arange(rows), levels[:, number - 1])
            sound += moving * under * np.sin(2 * np.pi * (number * turns % 1.0))
    return (sound + _noise(instrument.noise(playing) * level, random)).astype(np.float32)


def _noise(bands: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return noise through a filter that moves from row to row, by overlapping windows twice as long as a row."""
    rows, size = len(bands), 2 * HOP
    window = np.hanning(size + 1)[:size]
    at = np.linspace(0, 1, bands.shape[1])
    bins = np.linspace(0, 1, size // 2 + 1)
    white = random.standard_normal((rows + 1) * HOP)
    sound = np.zeros((rows + 1) * HOP)
    for row in range(rows):
        part = slice(row * HOP, row * HOP + size)
        spectrum = np.fft.rfft(white[part] * window) * np.interp(bins, at, bands[row])
        sound[part] += np.fft.irfft(spectrum, size)
    return sound[HOP:]
