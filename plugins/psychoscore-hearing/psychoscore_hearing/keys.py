"""Keys: from a score's signatures, or estimated from how long each pitch class sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.records import SCALES

if TYPE_CHECKING:
    from symusic.core import ScoreTick as Score

    from psychoscore_hearing.music import Music
else:
    Score = Music = Any

# How often each degree sounds in music in C major and C minor (Albrecht and Shanahan 2013).
MAJOR = np.array([0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081])
MINOR = np.array([0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052])
MAJOR_MODES = ("Ionian", "Lydian", "Mixolydian")
MINOR_MODES = ("Aeolian", "Dorian", "Phrygian", "Locrian")
MODE_MARGIN = 0.02  # share of the time by which a rarer mode must cover more than Ionian or Aeolian
SHARPEST = 7  # sharps or flats of a signature
_SCALES = {mode: np.isin(np.arange(12), notes).astype(float) for mode, notes in SCALES.items()}


def pitch_classes(music: Music) -> np.ndarray:
    """Return how many quarters each pitch class sounds, (12,); drums have none."""
    heard = ~music.drum
    return np.bincount(music.pitch[heard] % 12, weights=music.duration[heard], minlength=12)


def estimate_key(heard: Music | np.ndarray, tonic: int | None = None) -> tuple[int, str, float]:
    """Return (tonic pitch class, mode, confidence) of music or of a pitch-class histogram (12,).

    The key is the one whose profile correlates best (Krumhansl and Schmuckler's method); the mode is the one of its
    family whose scale covers most of the time. confidence: how much better the correlation is than the next key's, 0
    to 2. tonic: given, only the mode is estimated. Silence gives (tonic or 0, "", 0.0).
    """
    histogram = np.asarray(heard, dtype=float) if isinstance(heard, np.ndarray) else pitch_classes(heard)
    if histogram.sum() <= 0:
        return tonic or 0, "", 0.0
    likeness = _correlations(histogram)  # (major or minor, tonic)
    if tonic is not None:
        likeness[:, np.arange(12) != tonic % 12] = -1.0
    minor, best = divmod(int(likeness.argmax()), 12)
    second, first = np.sort(likeness, axis=None)[-2:]
    return best, _mode(np.roll(histogram, -best), bool(minor)), float(first - second)


def _correlations(histogram: np.ndarray) -> np.ndarray:
    turned = np.stack([np.roll(histogram, -tonic) for tonic in range(12)])  # (tonic, degree)
    turned = _standard(turned)
    return np.stack([_standard(MAJOR), _standard(MINOR)]) @ turned.T / 12


def _standard(values: np.ndarray) -> np.ndarray:
    centred = values - values.mean(axis=-1, keepdims=True)
    return centred / np.maximum(values.std(axis=-1, keepdims=True), 1e-12)


def _mode(degrees: np.ndarray, minor: bool) -> str:
    """Return the mode of the major or the minor family whose scale covers most of the time."""
    family = MINOR_MODES if minor else MAJOR_MODES
    shares = [degrees @ _SCALES[mode] / degrees.sum() - MODE_MARGIN * (mode != family[0]) for mode in family]
    return family[int(np.argmax(shares))]


def signature_keys(score: Score, bar_start: np.ndarray, bar_length: np.ndarray) -> tuple[tuple[int, str], ...] | None:
    """Return (tonic, Ionian or Aeolian) of each bar from the key signatures, or None where there is no valid one.

    The signature in force in the middle of a bar is the bar's; the first one also holds before it.
    """
    valid = sorted(
        (max(0, sign.time) / max(1, score.ticks_per_quarter), sign.key, sign.tonality)
        for sign in score.key_signatures
        if -SHARPEST <= sign.key <= SHARPEST and sign.tonality in (0, 1)
    )
    if not valid:
        return None
    keys = [((7 * sharps + 9 * minor) % 12, "Aeolian" if minor else "Ionian") for _, sharps, minor in valid]
    held = np.searchsorted([time for time, _, _ in valid], bar_start + bar_length / 2, side="right") - 1
    return tuple(keys[index] for index in np.maximum(held, 0))
