"""How it is played: lengths of the notes, legato, and how many sound together."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.loudness import HIGH, LOW
from psychoscore_judge.measures.numbers import mean, spread

FIVE = (10, 25, 50, 75, 90)


def touch(piece: Heard) -> dict[str, float]:
    """Return lengths (log2 of seconds and quarters), their ratio to the next onset (log2), notes at a time."""
    seconds = np.log2(np.maximum(piece.length, 0.02))
    sounding = piece.frames.sum(axis=1)
    return (
        spread("length_seconds", seconds, FIVE)
        | spread("length_quarters", np.log2(np.maximum(piece.duration, 1 / 32)), FIVE)
        | spread("legato", _legato(piece))
        | spread("polyphony", sounding[sounding > 0])
        | {
            "length_low": mean(seconds[piece.pitch < LOW]),
            "length_high": mean(seconds[piece.pitch >= HIGH]),
            "silence": float((sounding == 0).mean()),
            "low_together": float(piece.frames[sounding > 0, :52].sum(axis=1).mean()),
        }
    )


def _legato(piece: Heard) -> np.ndarray:
    """Return log2 of each note's length over the time to the next onset, without the notes of the last onset."""
    gaps = np.diff(piece.onset[piece.begins])
    followed = piece.group < len(gaps)
    ratio = piece.duration[followed] / np.maximum(gaps[piece.group[followed]], 1 / 16)
    return np.log2(np.clip(ratio, 0.05, 32))
