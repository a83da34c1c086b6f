"""Moments: tokens that are events in time, where a choice is between a note here, the end of one, and a wait.

Other tokens name the onset of the next note; here notes begin where waiting has led, and a wait may lead to a note, to
the end of one or to nothing. So an onset weighs what it weighs, and a wait as much as the best onset that it leaves in
reach, or as leaving the bar.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from psychoscore_core.stages.tokenize import Meaning
from psychoscore_sampler.steering.rhythm import SIXTEENTH, Grid

LATE = 4.0  # nats that entering the next bar loses for each sixteenth by which a wait passes over its line
TOGETHER = SIXTEENTH // 2  # 24ths of a quarter within which notes begin at one onset: chords are seldom struck at once


class Moment(NamedTuple):
    """What a meaning of the kind "moment" says of each id: where it leads, what it ends, what it begins."""

    moments: np.ndarray
    lengths: np.ndarray
    velocities: np.ndarray
    pitches: np.ndarray


def read_moment(meaning: Meaning) -> Moment:
    """Return the four arrays of a meaning of that kind; raises ValueError where it says less."""
    chain: list[Meaning] = []
    link: Meaning | None = meaning
    while link is not None:
        chain.append(link)
        link = link.also
    if [one.kind for one in chain] != ["moment", "duration", "velocity", "pitch"]:
        raise ValueError(f"a moment tells of duration, velocity and pitch, not of {[one.kind for one in chain[1:]]}")
    return Moment(*(one.values for one in chain))


class Strikes:
    """The ids that begin a note; what each weighs follows from its pitch and its velocity."""

    def __init__(self, velocities: np.ndarray, pitches: np.ndarray) -> None:
        """velocities, pitches: (family size,) MIDI values, -1 where an id has none."""
        self.velocities = velocities
        self.ids = np.flatnonzero(velocities >= 0)
        pitches = pitches[self.ids]
        self._places = np.where(pitches < 0, 128, pitches) * 129 + velocities[self.ids]

    def weights(self, by_pitch: np.ndarray, by_velocity: np.ndarray) -> np.ndarray:
        """Return the weight of each of the ids, from those of each pitch and velocity (129,), none being the last."""
        return np.asarray(np.add.outer(by_pitch, by_velocity).ravel()[self._places])


def onset_at(moment: int, latest: int) -> int:
    """Return the onset of a note that begins at a moment: the bar's latest one (-1 = none), where that is near."""
    return latest if latest >= 0 and 0 <= moment - latest < TOGETHER else moment


@lru_cache(maxsize=1024)
def onset_grid(latest: int, length: int) -> Grid:
    """Return the onsets that a bar of a length has from its latest one on, a sixteenth apart."""
    return Grid(np.arange(max(latest, 0), length, SIXTEENTH))


def weights_of_moments(
    grid: np.ndarray, weights: np.ndarray, leave: float, here: int, length: int
) -> tuple[float, np.ndarray]:
    """Return what a note weighs that begins here, and what going on to each moment weighs (2 length + 1,).

    Moments are positions of the bar, then those of the next one, and last the end. grid, weights: onsets (n,) and their
    log-weights. leave: of leaving the bar; the next one is entered early, so that its own onsets can be chosen there.
    Where the bar has no room any more for the onsets that are due, the next comes at once.
    """
    cell = np.clip((np.arange(length) - grid[0] + TOGETHER) // SIXTEENTH, 0, len(grid) - 1)
    best = np.maximum(np.maximum.accumulate(weights[::-1])[::-1], leave)[cell]
    beyond = leave - LATE / SIXTEENTH * np.arange(length)
    note = 0.0 if np.isneginf(best[here]) else float(weights[cell[here]])
    return note, np.concatenate([best, beyond, [leave]])
