"""How high and how wide: pitches of all notes, of the top and of the bottom line."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import slope, spread

BANDS = (0, 40, 48, 55, 60, 67, 72, 79, 84, 128)  # MIDI pitches


def register(piece: Heard) -> dict[str, float]:
    """Return pitches in MIDI numbers and the share of the notes in each of nine bands."""
    pitch, held = piece.pitch, np.minimum(piece.duration, 4)
    in_band = np.histogram(pitch, BANDS)[0] / len(pitch)
    counts = np.bincount(piece.bar)
    bars = np.bincount(piece.bar, weights=pitch)[counts > 0] / counts[counts > 0]
    return (
        spread("pitch", pitch, (2, 10, 25, 50, 75, 90, 98))
        | {f"band{low}": float(share) for low, share in zip(BANDS, in_band, strict=False)}
        | spread("top", piece.top)
        | spread("bottom", piece.bottom)
        | {
            "top_over_bottom": float((piece.top - piece.bottom).mean()),
            "pitch_held": float((pitch * held).sum() / held.sum()),
            "pitch_bars": float(bars.std()),
            "pitch_slope": slope(pitch),
        }
    )
