"""Where a chorale's bars are, and its key: read from how it ends.

A chorale ends with a full bar, and with its tonic in the bass. The JSON file fills the last bar, so what is left over
of whole bars is the pickup. The MIDI files end where the music does, so the pickup is what the last bar lacks; the
last chord begins on the first beat, or in 4/4 on the third.
"""

from __future__ import annotations

import numpy as np

from psychoscore_chorales.grids import BEAT, Grid
from psychoscore_core.records import KEYS

SIXTEEN, TWELVE = 16, 12  # steps in a bar of 4/4 and of 3/4
LONG = 6  # steps: a note that asks for an accent


def bar_of(grid: Grid) -> int:
    """Return the steps of a bar: the signature's, or where there is none those of 4/4 or 3/4, as the long notes fit."""
    if grid.signature:
        return max(1, grid.signature[0] * 16 // grid.signature[1])
    return TWELVE if _fit(grid, TWELVE) > _fit(grid, SIXTEEN) else SIXTEEN


def signature_of(grid: Grid) -> tuple[int, int]:
    """Return the time signature that bar_of() counts with."""
    return grid.signature or (bar_of(grid) // BEAT, 4)


def pickup_of(grid: Grid, filled: bool) -> int:
    """Return the steps before the first bar line; `filled` says that the last bar is whole, as in the JSON file."""
    bar = bar_of(grid)
    if filled:
        return len(grid.pitches) % bar
    last = len(grid.pitches) - last_chord(grid)
    return -last % (bar // 2 if bar == SIXTEEN else bar)


def last_chord(grid: Grid) -> int:
    """Return the step on which the last chord begins."""
    moves = np.flatnonzero((grid.pitches[1:] != grid.pitches[:-1]).any(1))
    return int(moves[-1]) + 1 if len(moves) else 0


def key_of(grid: Grid) -> tuple[str, str] | tuple[None, None]:
    """Return the key, which is the last bass note, and Ionian or Aeolian, as its third is more often."""
    bass = grid.pitches[grid.pitches[:, 3] >= 0, 3]
    if not len(bass):
        return None, None
    tonic = int(bass[-1]) % 12
    counts = np.bincount(grid.pitches[grid.pitches >= 0] % 12, minlength=12)
    minor = counts[(tonic + 3) % 12] > counts[(tonic + 4) % 12]
    return KEYS[tonic], "Aeolian" if minor else "Ionian"


def _fit(grid: Grid, bar: int) -> float:
    """Return how much more often long notes begin on strong beats than chance would have it."""
    pickup, strong = len(grid.pitches) % bar, 8 if bar == SIXTEEN else bar
    changed = np.ones(grid.pitches.shape, bool)
    changed[1:] = grid.pitches[1:] != grid.pitches[:-1]
    places = []
    for voice in changed.T:
        begins = np.flatnonzero(voice)
        places += begins[np.diff([*begins, len(voice)]) >= LONG].tolist()
    share = float(((np.array(places, int) - pickup) % strong == 0).mean()) if places else 0.0
    ends = (last_chord(grid) - pickup) % strong == 0
    return share - BEAT / strong + 0.3 * ends - 0.3 * (pickup not in (0, BEAT))
