"""Copies of a piece as another performer, or a score that was never performed, would have it: what to see past.

Transcribed clips are played with the pedal and with an even hand; generated pieces and typed scores are not. A judge
that has also learnt from copies with other velocities and shorter notes leans less on how a clip was recorded.
"""

from __future__ import annotations

import numpy as np
from attrs import evolve

from psychoscore_judge.measures.heard import Heard

CONTRASTS = (0.0, 0.3, 0.6, 1.0, 1.4)  # factors of the velocities' distance from their mean
SHIFT = 18.0  # standard deviation of what is added to all velocities
FACTORS = (0.35, 1.1)  # of all lengths, where they are not cut at a later onset instead
CUTS = 3  # at most so many onsets later
SHORTEST = 0.125  # quarters


def disguised(piece: Heard, random: np.random.Generator) -> Heard:
    """Return a copy with other velocities and lengths; onsets, pitches and tempo stay."""
    mean = piece.velocity.mean()
    contrast, shift = random.choice(CONTRASTS), random.normal(0, SHIFT)
    velocity = np.clip(mean + shift + (piece.velocity - mean) * contrast, 5, 127)
    duration = np.maximum(_shorter(piece, random), SHORTEST)
    length = piece.length * duration / piece.duration
    return evolve(piece, velocity=velocity, duration=duration, length=length)


def _shorter(piece: Heard, random: np.random.Generator) -> np.ndarray:
    if random.random() < 0.5:
        return piece.duration * random.uniform(*FACTORS)
    onset = piece.onset[piece.begins]
    later = np.r_[onset, np.full(CUTS, onset[-1] + 4)][piece.group + random.integers(1, CUTS + 1)]
    return np.minimum(piece.duration, np.maximum(later - piece.onset, 0.25))
