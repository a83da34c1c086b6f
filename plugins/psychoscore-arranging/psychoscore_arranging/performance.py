"""The arranger `performance`: plays a score as its plan's bars ask, in articulation, loudness and contrast.

Notes keep their onsets and pitches. It is what a player does with a written page: a composer's notes leave open how
long each key is held and how hard it is struck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from psychoscore_arranging.plugin import PerformanceConfig
from psychoscore_core.records import CONTRAST_MAX, Plan, Take

if TYPE_CHECKING:
    from symusic import Score, Track
else:
    Score = Track = Any

SHORTEST = 1 / 16  # of a quarter note
STRETCH = (0.3, 3.0)  # within which a bar's contrast is widened or narrowed
STEPS = 24  # of the bisection, far below what a tick can show


@frozen
class Performance:
    """Scales note lengths and velocities bar by bar; each part can be turned off."""

    config: PerformanceConfig

    def arrange(self, take: Take) -> Take:
        """Return the take played as planned; the one given stays as it is."""
        if not take.plan.bars:
            return take
        score = take.score.copy()
        for track in score.tracks:
            if self.config.articulation and not track.is_drum and len(track.notes):
                _articulate(track, score.tpq, take.plan)
        if self.config.dynamics:
            _balance(score, take.plan)
        return evolve(take, score=score)


def _bar_of(times: np.ndarray, tpq: int, plan: Plan) -> np.ndarray:
    beats, unit = plan.time_signature
    return np.clip(times * unit // (tpq * 4 * beats), 0, len(plan.bars) - 1)


def _articulate(track: Track, tpq: int, plan: Plan) -> None:
    """Scale the lengths of each bar's notes until their mean share of the time to the next onset is the plan's."""
    table = track.notes.numpy()
    time, length = table["time"].astype(np.int64), table["duration"].astype(float)
    onsets = np.unique(time)
    after = np.append(onsets[1:], onsets[-1] + length[time == onsets[-1]].max(initial=1))
    gap = np.maximum((after - onsets)[np.searchsorted(onsets, time)], 1).astype(float)
    bars = _bar_of(time, tpq, plan)
    for bar in np.unique(bars):
        own = bars == bar
        length[own] = _scaled(length[own], gap[own], plan.bars[bar].articulation)
    length = np.maximum(np.rint(length), max(1, round(SHORTEST * tpq))).astype(int)
    for note, ticks in zip(track.notes, length.tolist(), strict=True):
        note.duration = ticks


def _scaled(length: np.ndarray, gap: np.ndarray, wanted: float) -> np.ndarray:
    """Return the lengths times one factor; lengthening stops at the next onset, notes already longer keep theirs."""

    def played(factor: float) -> np.ndarray:
        longer = length * factor
        return longer if factor <= 1 else np.maximum(length, np.minimum(longer, gap))

    low, high = np.log(0.02), np.log(50.0)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if np.minimum(played(np.exp(middle)) / gap, 1).mean() < wanted:
            low = middle
        else:
            high = middle
    return played(float(np.exp(low)))


def _balance(score: Score, plan: Plan) -> None:
    """Move each bar's velocities to the plan's mean and standard deviation, all tracks together."""
    notes = [note for track in score.tracks for note in track.notes]
    if not notes:
        return
    velocity = np.array([note.velocity for note in notes], dtype=float)
    bars = _bar_of(np.array([note.time for note in notes], dtype=np.int64), score.tpq, plan)
    for bar in np.unique(bars):
        own, asked = bars == bar, plan.bars[bar]
        mean, deviation = velocity[own].mean(), velocity[own].std()
        stretch = np.clip(CONTRAST_MAX * asked.contrast / deviation, *STRETCH) if deviation > 0 else 1.0
        velocity[own] = 127 * asked.dynamics + stretch * (velocity[own] - mean)
    for note, value in zip(notes, np.clip(np.rint(velocity), 1, 127).astype(int).tolist(), strict=True):
        note.velocity = value
