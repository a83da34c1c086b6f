"""All measures of a piece in one place."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.harmony import harmony
from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.loudness import loudness
from psychoscore_judge.measures.melody import melody
from psychoscore_judge.measures.register import register
from psychoscore_judge.measures.repetition import repetition
from psychoscore_judge.measures.timing import timing
from psychoscore_judge.measures.tonality import tonality
from psychoscore_judge.measures.touch import touch

VERSION = 1  # raised when any measure or pattern changes: what is cached under another number is measured anew
MEASURES = (timing, loudness, register, touch, tonality, harmony, melody, repetition)


def measured(piece: Heard) -> dict[str, float]:
    """Return every measure by name, always the same names in the same order, finite."""
    found: dict[str, float] = {}
    for part in MEASURES:
        found |= part(piece)
    return {name: value if np.isfinite(value) else 0.0 for name, value in found.items()}


def hears_loudness(name: str) -> bool:
    """Tell whether a measure depends on velocities."""
    return name.startswith("loud")
