"""Bars: from a score's time signature changes to stretches of equal bars that the vocabulary can say."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_remi.grid import Grid


@frozen(eq=False)
class Meter:
    """Stretches of equal bars, each beginning on a bar line; the last one ends at tick `end`.

    start: (stretches,) ticks, the first 0. signature: (stretches,) indices into the grid's signatures.
    """

    start: np.ndarray
    signature: np.ndarray
    end: int

    def at(self, ticks: np.ndarray) -> np.ndarray:
        """Return the index of the stretch that each tick lies in."""
        return np.maximum(np.searchsorted(self.start, ticks, side="right") - 1, 0)

    def up_to(self, tick: int) -> Meter:
        """Return the stretches that begin at the tick or before; a change that waited past it is dropped."""
        kept = max(int(np.searchsorted(self.start, tick, side="right")), 1)
        return Meter(self.start[:kept], self.signature[:kept], self.end)


def lay_bars(changes: list[tuple[float, int, int]], grid: Grid, max_bars: int) -> Meter:
    """Return the meter of (tick, numerator, denominator) changes, which need no order.

    A change inside a bar waits for the next bar line. A signature without a token becomes one of the
    same bar length, or 4/4. A piece without a signature at its beginning begins in 4/4.
    """
    stretches = [(0, grid.common, 0)]  # start, signature, index of the first bar
    for time, upper, lower in sorted(changes, key=lambda change: change[0]):
        start, current, bar = stretches[-1]
        signature = closest_signature(upper, lower, grid)
        length = int(grid.bar[current])
        passed = max(-(-(round(time) - start) // length), 0)
        if signature == current or bar + passed >= max_bars:
            continue
        if passed == 0:
            stretches.pop()
        if not stretches or stretches[-1][1] != signature:
            stretches.append((start + passed * length, signature, bar + passed))
    start, current, bar = stretches[-1]
    end = start + (max_bars - bar) * int(grid.bar[current])
    return Meter(np.array([s for s, _, _ in stretches]), np.array([s for _, s, _ in stretches]), end)


def closest_signature(upper: int, lower: int, grid: Grid) -> int:
    """Return the index of a signature: itself, else one with as long a bar, else 4/4."""
    pairs = grid.signatures
    if (upper, lower) in pairs:
        return pairs.index((upper, lower))
    if upper > 0 and lower > 0:
        for index, (other_upper, other_lower) in enumerate(pairs):
            if other_upper * lower == upper * other_lower:
                return index
    return grid.common


def bar_starts(meter: Meter, grid: Grid, until: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ticks at which the bars up to tick `until` begin, and the signature of each."""
    ends = np.append(meter.start[1:], max(until + 1, meter.start[-1] + 1))
    lengths = grid.bar[meter.signature]
    runs = [np.arange(*run) for run in zip(meter.start, ends, lengths, strict=True)]
    signatures = np.repeat(meter.signature, [len(run) for run in runs])
    starts = np.concatenate(runs)
    return starts[starts <= until], signatures[starts <= until]
