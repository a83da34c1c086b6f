"""How loud: velocities of all notes, by register, along the melody and from bar to bar."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import correlation, mean, slope, spread

LOW, HIGH = 55, 67  # MIDI pitches: below G3 is low, from G4 on is high
FLAT = 1.5  # standard deviation of the velocities below which they say nothing of the music


def loudness(piece: Heard) -> dict[str, float]:
    """Return what the velocities say, in MIDI units; every name begins with `loud_`."""
    velocity, whole = piece.velocity, float(piece.velocity.mean())
    top, bottom = velocity[piece.ends], velocity[piece.begins]
    bars = (
        np.bincount(piece.bar, weights=velocity)[np.bincount(piece.bar) > 0]
        / np.bincount(piece.bar)[np.unique(piece.bar)]
    )
    beat = piece.slot % 4 == 0
    return spread("loud", velocity, (5, 25, 50, 75, 95)) | {
        "loud_top_over_bottom": float(top.mean() - bottom.mean()),
        "loud_low": mean(velocity[piece.pitch < LOW], whole),
        "loud_high": mean(velocity[piece.pitch >= HIGH], whole),
        "loud_step": mean(np.abs(np.diff(top))),
        "loud_slope": slope(velocity),
        "loud_by_pitch": correlation(piece.pitch, velocity),
        "loud_bars": float(bars.std()),
        "loud_energy": float(np.log2(1 + (velocity**2).sum() / piece.span / 1000)),
        "loud_accent": mean(velocity[beat], whole) - mean(velocity[~beat], whole),
    }


def is_flat(piece: Heard) -> bool:
    """Tell whether the velocities are all but one number, as in scores that were typed and not played."""
    return bool(piece.velocity.std() < FLAT)
