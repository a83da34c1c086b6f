"""How much returns: likeness of each bar to its neighbour and to the most similar bar before it."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import unit_rows


def repetition(piece: Heard) -> dict[str, float]:
    """Return cosine likenesses (0 to 1) of the bars' rhythm, pitch classes and notes; 0 for a single bar."""
    bars = int(piece.bar[-1]) + 1
    rhythm = np.zeros((bars, 16))
    rhythm[piece.bar, piece.slot] = 1
    classes = np.zeros((bars, 12))
    np.add.at(classes, (piece.bar, piece.pitch % 12), np.minimum(piece.duration, 4))
    notes = np.zeros((bars, 16 * 128), np.float32)
    notes[piece.bar, piece.slot * 128 + piece.pitch] = 1
    return _likeness("rhythm", rhythm) | _likeness("classes", classes) | _likeness("notes", notes)


def _likeness(name: str, rows: np.ndarray) -> dict[str, float]:
    if len(rows) < 2:
        return {f"{name}_next": 0.0, f"{name}_before": 0.0}
    rows = unit_rows(rows)
    alike = rows @ rows.T
    return {
        f"{name}_next": float(np.diag(alike, 1).mean()),
        f"{name}_before": float(np.tril(alike, -1).max(axis=1)[1:].mean()),
    }
