"""Major or minor: key profiles, and shares of the scale degrees of notes, bass and melody.

Degrees are counted from the tonic of the major scale that most of the notes lie in (0 is Ionian's, 9 Aeolian's), so
that a wrong guess between a key and its relative does not turn them; and from the tonic of the best key profile.
"""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.heard import IONIAN, Heard
from psychoscore_judge.measures.numbers import entropy, numbered, shares

# Probe-tone ratings (Krumhansl and Kessler 1982), and frequencies in corpora (Temperley 2007; Albrecht and Shanahan
# 2013): major and minor.
PROFILES = {
    "krumhansl": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "temperley": (
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    ),
    "albrecht": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
}


def _standard(values: np.ndarray) -> np.ndarray:
    values = values - values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-9)


_ROLLED = {
    name: np.stack([np.roll(_standard(np.array(p)), tonic) for p in pair for tonic in range(12)])
    for name, pair in PROFILES.items()
}  # each (24, 12): the major keys and then the minor ones


def key_likeness(classes: np.ndarray) -> np.ndarray:
    """Return the correlation of pitch-class shares (12,) with every key, mean of three profiles (24,)."""
    return np.mean([rolled @ _standard(classes) for rolled in _ROLLED.values()], axis=0)


def scale_tonic(classes: np.ndarray) -> int:
    """Return the pitch class of Ionian's tonic in the scale that holds most of the notes."""
    likeness = key_likeness(classes)
    inside = np.array([np.roll(IONIAN, tonic) @ classes for tonic in range(12)])
    return int((inside + 1e-3 * (likeness[:12] + np.roll(likeness[12:], 3))).argmax())


def tonality(piece: Heard) -> dict[str, float]:
    """Return likenesses to keys (-1 to 1), the share of minor, shares of degrees, and Fourier magnitudes (0 to 1)."""
    classes = piece.classes
    return _keys(classes) | _degrees(piece) | numbered("fourier", np.abs(np.fft.fft(classes)), range(1, 7))


def _keys(classes: np.ndarray) -> dict[str, float]:
    found = {}
    for name, rolled in _ROLLED.items():
        likeness = rolled @ _standard(classes)
        major, minor = float(likeness[:12].max()), float(likeness[12:].max())
        found |= {f"major_{name}": major, f"minor_{name}": minor, f"mode_{name}": major - minor}
    likeness = key_likeness(classes)
    best = int(likeness.argmax())
    sure = np.exp(12 * likeness) / np.exp(12 * likeness).sum()
    degrees = np.roll(classes, -(best % 12))
    return (
        found
        | {
            "key_likeness": float(likeness[best]),
            "mode_parallel": float(likeness[best % 12] - likeness[best % 12 + 12]),
            "minor_share": float(sure[12:].sum()),
            "key_entropy": entropy(sure),
        }
        | numbered("degree", degrees, (1, 3, 4, 6, 8, 9, 10, 11))
    )


def _degrees(piece: Heard) -> dict[str, float]:
    tonic, held = scale_tonic(piece.classes), np.minimum(piece.duration[piece.begins], 2)
    low = np.bincount(piece.bottom % 12, weights=held, minlength=12) / held.sum()
    notes, low = np.roll(piece.classes, -tonic), np.roll(low, -tonic)
    top = np.roll(shares(piece.top % 12, 12), -tonic)
    return (
        {
            "in_scale": float(IONIAN @ notes),
            "major_over_relative": float(notes[[0, 4, 7]].sum() - notes[[9, 0, 4]].sum()),
            "bass_over_relative": float(low[0] - low[9]),
        }
        | numbered("scale", notes)
        | numbered("scale_bass", low)
        | numbered("scale_top", top)
    )
