"""Chords and intervals: qualities, roots and motion of the chords, intervals over the bass and between all notes."""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.chord_windows import QUALITIES, Chords, chords
from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.numbers import entropy, mean, numbered, shares
from psychoscore_judge.measures.tonality import scale_tonic

_NAMES = tuple(QUALITIES)
_MAJOR = [_NAMES.index(name) for name in ("major", "dominant", "major7")]
_MINOR = [_NAMES.index(name) for name in ("minor", "minor7")]


def harmony(piece: Heard) -> dict[str, float]:
    """Return shares of chord qualities, roots, motions and intervals, mean likenesses and Fourier magnitudes."""
    halves = chords(piece, 8)
    return (
        _qualities("beat", chords(piece, 4))
        | _qualities("half", halves)
        | _progression(halves, scale_tonic(piece.classes))
        | _intervals(piece)
    )


def _qualities(name: str, found: Chords) -> dict[str, float]:
    share = shares(found.quality, len(QUALITIES))
    fourier = np.abs(np.fft.fft(found.sounding, axis=1)).mean(axis=0)
    return (
        {f"{name}_{quality}": float(part) for quality, part in zip(QUALITIES, share, strict=True)}
        | {
            f"{name}_likeness": float(found.likeness.mean()),
            f"{name}_major_over_minor": float(share[_MAJOR].sum() - share[_MINOR].sum()),
            f"{name}_inverted": float((found.bass != found.root).mean()),
            f"{name}_changes": mean(np.diff(found.label) != 0),
            f"{name}_flux": mean(np.abs(np.diff(found.sounding, axis=0)).sum(axis=1)),
        }
        | numbered(f"{name}_fourier", fourier, range(1, 7))
    )


def _progression(found: Chords, tonic: int) -> dict[str, float]:
    roots = shares((found.root - tonic) % 12, 12)
    moved = np.diff(found.label) != 0
    motion = shares((np.diff(found.root) % 12)[moved], 12)
    return (
        {
            "root_outside": float(roots[[1, 3, 6, 8, 10]].sum()),
            "chord_entropy": entropy(np.bincount(found.label)),
        }
        | numbered("root", roots, (0, 2, 4, 5, 7, 9, 11))
        | numbered("motion", motion, range(1, 12))
    )


def _intervals(piece: Heard) -> dict[str, float]:
    """Return how often each interval sounds over the lowest note, and the shares of the six interval classes."""
    sounds = piece.frames.any(axis=1)
    present, lowest = piece.frame_classes[sounds] > 0, piece.frames[sounds].argmax(axis=1)
    over_bass = np.take_along_axis(present, (np.arange(12)[None] + lowest[:, None]) % 12, axis=1).mean(axis=0)
    pairs = np.array([(present & np.roll(present, step, axis=1)).sum(axis=1).mean() for step in range(1, 7)])
    return {
        "classes_together": float(present.sum(axis=1).mean()),
        **numbered("over_bass", over_bass, range(1, 12)),
        **numbered("interval_class", np.r_[0.0, pairs / max(float(pairs.sum()), 1e-9)], range(1, 7)),
    }
