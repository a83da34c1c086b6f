"""The grid that the vocabulary can say: ticks, time signatures, durations, tempos, velocities."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_remi.plugin import RemiConfig


@frozen(eq=False)
class Grid:
    """Every time on the grid is a whole number of ticks, `tpq` of them in a quarter note.

    A beat is the note value under the signature's bar, as everywhere in MidiTok: 6/8 has six beats.
    """

    tpq: int
    positions: int  # positions in a beat
    signatures: tuple[tuple[int, int], ...]
    numerators: np.ndarray  # (signatures,)
    beat: np.ndarray  # (signatures,) ticks in a beat
    step: np.ndarray  # (signatures,) ticks in a position
    durations: np.ndarray  # (durations,) in positions, rising
    tempos: np.ndarray  # (tempos,) quarter notes a minute, rising
    velocities: np.ndarray  # (velocities,) rising
    common: int  # index of 4/4

    @property
    def bar(self) -> np.ndarray:
        """Ticks in a bar of each signature."""
        return self.numerators * self.beat

    @property
    def slots(self) -> np.ndarray:
        """Positions in a bar of each signature."""
        return self.numerators * self.positions


def make_grid(config: RemiConfig) -> Grid:
    """Return the grid of a config; it agrees with MidiTok's ticks, duration, tempo and velocity tables."""
    signatures = token_order(config)
    denominators = np.array([lower for _, lower in signatures])
    finest = int(denominators.max())
    low, high, bins = config.tempos
    return Grid(
        tpq=config.positions * finest // 4,
        positions=config.positions,
        signatures=signatures,
        numerators=np.array([upper for upper, _ in signatures]),
        beat=config.positions * (finest // denominators),
        step=finest // denominators,
        durations=_durations(config),
        tempos=np.linspace(low, high, bins).round(2),
        velocities=np.linspace(0, 127, config.velocities + 1, dtype=np.intc)[1:],
        common=signatures.index((4, 4)),
    )


def token_order(config: RemiConfig) -> tuple[tuple[int, int], ...]:
    """Return the time signatures in the order of their tokens: by denominator as first named, then as named."""
    pairs = [(int(upper), int(lower)) for upper, _, lower in (text.partition("/") for text in config.time_signatures)]
    lowers = list(dict.fromkeys(lower for _, lower in pairs))
    return tuple(pair for lower in lowers for pair in pairs if pair[1] == lower)


def _durations(config: RemiConfig) -> np.ndarray:
    starts = (0, *(end for end, _ in config.durations))
    runs = [
        np.arange(start * config.positions, end * config.positions, step)
        for start, (end, step) in zip(starts, config.durations, strict=False)
    ]
    return np.concatenate([*runs, [config.durations[-1][0] * config.positions]])[1:]


def nearest(table: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each value the index of the closest entry of a rising table, the upper one of two as close."""
    middle = (table[1:] + table[:-1]) / 2
    return np.searchsorted(middle, values, side="right")
