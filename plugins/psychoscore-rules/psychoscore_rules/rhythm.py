"""Rhythm: bars are built from small cells of one beat or two; unpredictable minds pick crooked ones."""

from __future__ import annotations

import random
from collections.abc import Mapping

from psychoscore_rules.dice import draw
from psychoscore_rules.meter import Meter

Rhythm = tuple[tuple[int, int], ...]  # (start, length) in steps of a sixteenth

# Cells by their length: durations in steps, and how crooked they sound (0 plain to 1).
CELLS: Mapping[int, Mapping[tuple[int, ...], float]] = {
    1: {(1,): 0},
    2: {(2,): 0, (1, 1): 0.2},
    3: {(3,): 0, (2, 1): 0.2, (1, 2): 0.7, (1, 1, 1): 0.2},
    4: {
        (4,): 0,
        (2, 2): 0,
        (3, 1): 0.35,
        (1, 3): 0.9,
        (2, 1, 1): 0.2,
        (1, 1, 2): 0.5,
        (1, 2, 1): 0.8,
        (1, 1, 1, 1): 0.2,
    },
    6: {
        (6,): 0,
        (4, 2): 0.05,
        (2, 4): 0.7,
        (3, 3): 0.9,
        (2, 2, 2): 0,
        (3, 1, 2): 0.3,
        (1, 3, 2): 0.9,
        (2, 2, 1, 1): 0.3,
        (1, 1, 2, 2): 0.5,
        (2, 1, 1, 1, 1): 0.3,
        (1, 1, 1, 1, 1, 1): 0.2,
    },
    8: {
        (8,): 0,
        (4, 4): 0.05,
        (6, 2): 0.1,
        (2, 6): 0.9,
        (4, 2, 2): 0.05,
        (2, 2, 4): 0.05,
        (6, 1, 1): 0.25,
        (3, 1, 4): 0.25,
        (2, 4, 2): 0.7,
        (3, 3, 2): 0.8,
        (2, 2, 2, 2): 0.05,
        (3, 1, 2, 2): 0.2,
        (4, 2, 1, 1): 0.2,
        (2, 1, 1, 4): 0.15,
        (3, 1, 3, 1): 0.35,
        (1, 2, 3, 2): 0.8,
        (1, 3, 1, 3): 0.95,
        (2, 2, 2, 1, 1): 0.15,
        (2, 1, 1, 2, 2): 0.1,
        (3, 1, 2, 1, 1): 0.3,
        (1, 2, 1, 2, 2): 0.75,
        (1, 2, 2, 2, 1): 0.9,
        (2, 1, 1, 2, 1, 1): 0.15,
        (2, 2, 1, 1, 1, 1): 0.2,
        (1, 2, 1, 1, 2, 1): 0.85,
        (2, 1, 1, 1, 1, 1, 1): 0.2,
        (1, 1, 1, 1, 1, 1, 2): 0.4,
        (1, 1, 1, 1, 1, 1, 1, 1): 0.2,
    },
}


def invent_rhythm(rng: random.Random, meter: Meter, count: int, irregularity: float, temperature: float) -> Rhythm:
    """Return a bar's rhythm of about `count` notes; irregularity in [0, 1] brings crooked cells and syncopation."""
    durations: list[tuple[int, int]] = []
    for (start, length), notes in zip(meter.units, _shares(rng, meter, count, irregularity), strict=True):
        cell = _cell(rng, length, notes, irregularity, temperature)
        onset = start
        for duration in cell:
            durations.append((onset, duration))
            onset += duration
    starts = [start for start, _ in durations]
    return tie(_syncopated(rng, meter, starts, irregularity), meter.steps)


def tie(starts: list[int], end: int) -> Rhythm:
    """Return a rhythm in which each note lasts until the next."""
    ordered = sorted(set(starts)) or [0]
    return tuple((start, stop - start) for start, stop in zip(ordered, (*ordered[1:], end), strict=True))


def _shares(rng: random.Random, meter: Meter, count: int, irregularity: float) -> list[int]:
    """Share a bar's notes among its units: each gets one, strong ones first, the rest go where there is room."""
    order = sorted(
        range(len(meter.units)),
        key=lambda unit: -meter.weights[meter.units[unit][0]] + irregularity * 0.6 * rng.random() * (unit > 0),
    )
    shares = [0] * len(order)
    for unit in order[:count]:
        shares[unit] = 1
    for _ in range(count - len(order)):
        room = {u: float(length) for u, (_, length) in enumerate(meter.units) if shares[u] < length}
        if room:
            shares[draw(rng, {unit: length / shares[unit] for unit, length in room.items()})] += 1
    return shares


def _cell(rng: random.Random, length: int, notes: int, irregularity: float, temperature: float) -> tuple[int, ...]:
    if notes == 0:
        return ()
    cells = {cell: crook for cell, crook in CELLS[length].items() if len(cell) == notes}
    if not cells:  # no cell of exactly so many notes: the nearest
        nearest = min(CELLS[length], key=lambda cell: abs(len(cell) - notes))
        cells = {cell: crook for cell, crook in CELLS[length].items() if len(cell) == len(nearest)}
    weights = {
        cell: 0.02 + (1 - crook) * (1 - irregularity) ** 2 + crook * irregularity for cell, crook in cells.items()
    }
    return draw(rng, weights, 0.6 * temperature)


def _syncopated(rng: random.Random, meter: Meter, starts: list[int], irregularity: float) -> list[int]:
    """Move onsets off the beat: a note is heard an eighth (or sixteenth) before or after where it is expected."""
    moved: list[int] = []
    for start in starts:
        beat = start > 0 and meter.weights[start] >= 0.5
        if beat and rng.random() < 0.75 * irregularity**1.5:
            shift = rng.choice((-2, -2, -1, 1, 2))
            if start + shift < meter.steps and start + shift not in starts:
                start += shift
        moved.append(start)
    return moved


def thin(rhythm: Rhythm, meter: Meter, keep: int) -> list[int]:
    """Return the indices of the notes to keep, dropping the metrically weakest, the later first."""
    order = sorted(range(len(rhythm)), key=lambda i: (i > 0, -meter.weights[rhythm[i][0]], i))
    return sorted(order[: max(1, keep)])
