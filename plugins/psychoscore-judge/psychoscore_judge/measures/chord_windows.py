"""The chord of every window of a piece: the template that is most like what sounds, with a bonus for the bass."""

from __future__ import annotations

import numpy as np
from attrs import define

from psychoscore_core.chord_symbols import QUALITIES as INTERVALS
from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import unit_rows

QUALITIES = {
    name: INTERVALS[symbol]
    for name, symbol in {
        "major": "",
        "minor": "m",
        "diminished": "dim",
        "augmented": "aug",
        "sus4": "sus4",
        "sus2": "sus2",
        "dominant": "7",
        "major7": "maj7",
        "minor7": "m7",
        "half-diminished": "m7b5",
        "diminished7": "dim7",
    }.items()
}
WEIGHTS = (1.2, 1.0, 1.0, 0.8)  # of root, third, fifth, seventh in a template
BASS = 0.12  # cosine that a chord gains whose root is the lowest note


def _templates() -> np.ndarray:
    table = np.zeros((len(QUALITIES), 12, 12))
    for row, steps in zip(table, QUALITIES.values(), strict=True):
        for root in range(12):
            row[root, [(root + step) % 12 for step in steps]] = WEIGHTS[: len(steps)]
    return unit_rows(table.reshape(-1, 12))  # (qualities * roots, 12)


_TEMPLATES = _templates()


@define(frozen=True, eq=False)
class Chords:
    """One entry a window with notes. root: pitch class. quality: index in QUALITIES. likeness: of the template, with
    its bonus. bass: lowest pitch class. sounding: how much of each pitch class sounds, rows sum to 1 (windows, 12)."""

    root: np.ndarray
    quality: np.ndarray
    likeness: np.ndarray
    bass: np.ndarray
    sounding: np.ndarray

    @property
    def label(self) -> np.ndarray:
        """Return one number for each chord, 12 * quality + root (windows,)."""
        return self.quality * 12 + self.root


def chords(piece: Heard, frames: int) -> Chords:
    """Return the chords of windows of so many sixteenths; a last window that is not whole is left out."""
    windows = max(1, len(piece.frames) // frames)
    starts = np.arange(windows) * frames
    used = len(piece.frames) if windows == 1 else windows * frames
    sounding = np.add.reduceat(piece.frame_classes[:used], starts).astype(float)
    pitches = np.logical_or.reduceat(piece.frames[:used], starts)
    full = sounding.sum(axis=1) > 0
    sounding, bass = sounding[full], pitches[full].argmax(axis=1) % 12
    likeness = unit_rows(np.log1p(2 * unit_rows(sounding))) @ _TEMPLATES.T
    likeness[:, :] += BASS * (np.arange(len(_TEMPLATES))[None] % 12 == bass[:, None])
    best = likeness.argmax(axis=1)
    return Chords(
        root=best % 12,
        quality=best // 12,
        likeness=likeness.max(axis=1),
        bass=bass,
        sounding=sounding / sounding.sum(axis=1, keepdims=True),
    )
