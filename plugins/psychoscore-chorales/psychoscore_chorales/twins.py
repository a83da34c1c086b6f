"""Which chorale of the one source is which of the other: their music is the same, but for key and repeats."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve

from psychoscore_chorales.grids import Grid

HEAD = 32  # steps that are compared first: two bars
SAME = 0.95  # share of equal pitches that makes a twin


def head_of(grid: Grid) -> np.ndarray:
    """Return the first steps as semitones from the first soprano note, so that the key does not matter."""
    head = np.full((HEAD, grid.pitches.shape[1]), -1000)
    steps = grid.pitches[:HEAD]
    head[: len(steps)] = np.where(steps < 0, -1000, steps - steps[0, 0])
    return head


def twins(grids: Mapping[str, Grid], others: Mapping[str, Grid]) -> dict[str, str]:
    """Return the twin among `others` of every grid that has one."""
    if not others:
        return {}
    names, heads = list(others), np.stack([head_of(other) for other in others.values()])
    found = {}
    for key, grid in grids.items():
        shares = (heads == head_of(grid)[None]).mean((1, 2))
        good = np.flatnonzero(shares >= SAME)
        if len(good):
            found[key] = names[max(good, key=lambda place: (shares[place], _whole(grid, others[names[place]])))]
    return found


def informed(grid: Grid, twin: Grid) -> Grid:
    """Return the grid with its twin's signature, tempo and key, and its repeated notes where their lengths agree."""
    shift = int(twin.pitches[0, 0] - grid.pitches[0, 0])
    sharps = None if twin.sharps is None else (twin.sharps - 7 * shift + 6) % 12 - 6
    struck = grid.struck
    if _whole(grid, twin) >= SAME:
        steps = min(len(grid.pitches), len(twin.pitches))
        changed = np.ones(grid.pitches.shape, bool)
        changed[1:] = grid.pitches[1:] != grid.pitches[:-1]
        struck = grid.struck.copy()
        struck[:steps] = (changed[:steps] | twin.struck[:steps]) & (grid.pitches[:steps] >= 0)
    return evolve(grid, signature=twin.signature, sharps=sharps, minor=twin.minor, tempo=twin.tempo, struck=struck)


def _whole(grid: Grid, twin: Grid) -> float:
    """Return the share of equal pitches over the whole chorale, 0 where the lengths are too different."""
    steps = min(len(grid.pitches), len(twin.pitches))
    if abs(len(grid.pitches) - len(twin.pitches)) > 16:
        return 0.0
    shift = twin.pitches[0, 0] - grid.pitches[0, 0]
    return float((grid.pitches[:steps] + shift == twin.pitches[:steps]).mean())
