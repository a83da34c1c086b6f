"""The top line and the bass: intervals, direction, turns and steps."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import entropy, mean, numbered, shares, spread

STEP = 2  # semitones below a held note that still belong to the top line


def melody(piece: Heard) -> dict[str, float]:
    """Return shares of the top line's intervals (13: over an octave), its rate and range, the bass' steps."""
    line = skyline(piece)
    moves = np.diff(line)
    sizes = shares(np.minimum(np.abs(moves), 13), 14)
    turns = np.sign(moves)
    return (
        numbered("leap", sizes)
        | {
            "line_up": mean(moves > 0),
            "line_leap": mean(np.minimum(np.abs(moves), 24)),
            "line_entropy": entropy(sizes),
            "line_turns": mean(turns[1:] * turns[:-1] < 0),
            "line_second": float(np.log2(max(1, len(line)) / piece.span)),
            "line_share": len(line) / len(piece.top),
        }
        | spread("line", line)
        | _bass(piece)
    )


def skyline(piece: Heard) -> np.ndarray:
    """Return the highest pitches of the onsets, without those under a higher note that still sounds."""
    ends = (piece.onset + piece.duration)[piece.ends]
    line: list[int] = []
    held, until = -1, -1.0
    for pitch, begin, end in zip(piece.top.tolist(), piece.onset[piece.begins].tolist(), ends.tolist(), strict=True):
        if pitch < held - STEP and begin < until - 1e-6:
            continue
        held, until = pitch, end
        line.append(pitch)
    return np.array(line)


def _bass(piece: Heard) -> dict[str, float]:
    lowest = np.full(int(piece.bar[-1]) + 1, 128)
    np.minimum.at(lowest, piece.bar, piece.pitch)
    steps = np.diff(lowest[lowest < 128])
    return {
        "bass_leap": mean(np.minimum(np.abs(np.diff(piece.bottom)), 24)),
        "bass_steps": mean((np.abs(steps) > 0) & (np.abs(steps) <= 2)),
        "bass_stays": mean(steps == 0),
        "bass_falls": mean(steps),
    }
