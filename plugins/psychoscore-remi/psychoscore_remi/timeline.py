"""Where each event of a token stream lies: its bar, its tick and its instrument, for any stream whatever."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_remi.events import PIANO, Events, Kind
from psychoscore_remi.grid import Grid


@frozen(eq=False)
class Timeline:
    """Per event: bar index, tick, and rank of the instrument in force; per bar: start tick and signature."""

    bar: np.ndarray
    tick: np.ndarray
    rank: np.ndarray
    start: np.ndarray
    signature: np.ndarray


def trace(base: np.ndarray, events: Events, grid: Grid) -> Timeline:
    """Return the timeline of base ids in any order.

    What comes before the first bar lies in bar 0. A signature counts right after its bar; a bar without one
    has the last one's, at first 4/4. A position beyond its bar is the bar's last one. The first instrument
    is the piano.
    """
    kind, value = events.kind[base], events.value[base]
    bar = np.maximum(np.cumsum(kind == Kind.BAR) - 1, 0)
    signature = _signatures(kind, value, bar, grid)
    start = np.concatenate([[0], np.cumsum(grid.bar[signature])])
    place = _last(np.isin(kind, (Kind.BAR, Kind.POSITION)), value, 0)
    of_bar = signature[bar]
    tick = start[bar] + np.minimum(place, grid.slots[of_bar] - 1) * grid.step[of_bar]
    return Timeline(bar, tick, _last(kind == Kind.PROGRAM, value, PIANO), start[:-1], signature)


def _signatures(kind: np.ndarray, value: np.ndarray, bar: np.ndarray, grid: Grid) -> np.ndarray:
    bars = int(bar[-1]) + 1 if len(bar) else 1
    stated = np.zeros(bars, bool)
    signature = np.full(bars, grid.common)
    at = np.flatnonzero((kind[1:] == Kind.SIGNATURE) & (kind[:-1] == Kind.BAR)) + 1
    stated[bar[at]] = True
    signature[bar[at]] = value[at]
    return _last(stated, signature, grid.common)


def _last(marked: np.ndarray, values: np.ndarray, default: int) -> np.ndarray:
    """Return for each index the value at the last marked index up to it, or the default."""
    index = np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1)) if len(marked) else np.zeros(0, int)
    return np.where(index >= 0, values[index], default).astype(np.int64)
