"""Short patterns: how often each interval, rhythm, chord and their successions occur, whatever the key.

A family's counts become square roots of shares, so that the inner product of two pieces is the overlap of their
distributions (Bhattacharyya's coefficient) and long pieces weigh no more than short ones.
"""

from __future__ import annotations

import numpy as np

from psychoscore_judge.measures.chord_windows import Chords, chords
from psychoscore_judge.measures.heard import Heard
from psychoscore_judge.measures.tonality import scale_tonic

# Families and how many patterns each can have; only the last one hears loudness.
SIZES = {
    "interval": 27,
    "intervals": 27**2,
    "degrees": 144,
    "top over bass": 144,
    "gaps": 8**2,
    "gaps of three": 8**3,
    "beat": 16,
    "beats": 16**2,
    "chord shape": 4096,
    "chord": 132,
    "simple chord": 36,
    "chords": 36**2,
    "chords of three": 4096,
    "motion": 12 * 9,
    "loudness": 11,
}
TOTAL = sum(SIZES.values())
_SIMPLE = np.array([0, 1, 2, 2, 2, 2, 0, 0, 1, 2, 2])  # major, minor, anything else: of chord_windows.QUALITIES


def shares(piece: Heard) -> np.ndarray:
    """Return the square roots of the shares of all patterns, family after family, float32 (TOTAL,)."""
    tonic = scale_tonic(piece.classes)
    found = _lines(piece, tonic) | _rhythms(piece) | _chords(piece, tonic)
    found["loudness"] = np.clip(piece.velocity[piece.ends] // 12, 0, 10).astype(np.int64)
    return np.concatenate([_roots(found[name], size) for name, size in SIZES.items()])


def loud_columns() -> slice:
    """Return the columns of `shares` that hear loudness."""
    return slice(TOTAL - SIZES["loudness"], TOTAL)


def families() -> int:
    """Return the number of families, the most that the inner product of two pieces can be."""
    return len(SIZES)


def _roots(codes: np.ndarray, size: int) -> np.ndarray:
    return np.sqrt(np.bincount(codes % size, minlength=size) / max(1, len(codes))).astype(np.float32)


def _joined(codes: np.ndarray, size: int, length: int) -> np.ndarray:
    """Return one number for every run of so many successive codes."""
    count = max(0, len(codes) - length + 1)
    total = np.zeros(count, np.int64)
    for offset in range(length):
        total = total * size + codes[offset : offset + count]
    return total


def _lines(piece: Heard, tonic: int) -> dict[str, np.ndarray]:
    interval = np.clip(np.diff(piece.top), -13, 13) + 13
    top, bottom = (piece.top - tonic) % 12, (piece.bottom - tonic) % 12
    shape = np.zeros(len(piece.begins), np.int64)
    np.bitwise_or.at(shape, piece.group, 1 << ((piece.pitch - piece.bottom[piece.group]) % 12))
    return {
        "interval": interval,
        "intervals": _joined(interval, 27, 2),
        "degrees": _joined(top, 12, 2),
        "top over bass": top * 12 + bottom,
        "chord shape": shape,
    }


def _rhythms(piece: Heard) -> dict[str, np.ndarray]:
    onset = piece.onset[piece.begins]
    gap = np.clip(np.round(np.diff(onset) * 4), 1, 8).astype(np.int64) - 1
    sixteenth = np.round(onset * 4).astype(np.int64)
    beat = np.zeros(int(sixteenth[-1]) // 4 + 1, np.int64)
    np.bitwise_or.at(beat, sixteenth // 4, 1 << (sixteenth % 4))
    return {
        "gaps": _joined(gap, 8, 2),
        "gaps of three": _joined(gap, 8, 3),
        "beat": beat,
        "beats": _joined(beat, 16, 2),
    }


def _chords(piece: Heard, tonic: int) -> dict[str, np.ndarray]:
    found: Chords = chords(piece, 8)
    root, kind = (found.root - tonic) % 12, _SIMPLE[found.quality]
    simple = root * 3 + kind
    new = np.r_[True, np.diff(simple) != 0]
    run, root, kind = simple[new], root[new], kind[new]
    return {
        "chord": root_and_quality(found, tonic),
        "simple chord": simple,
        "chords": _joined(run, 36, 2),
        "chords of three": _joined(run, 36, 3) * 2654435761 % 2**32 >> 20,  # hashed to 12 bits: 36**3 is too many
        "motion": np.diff(root) % 12 * 9 + kind[:-1] * 3 + kind[1:],
    }


def root_and_quality(found: Chords, tonic: int) -> np.ndarray:
    """Return one number for each chord with its root counted from the tonic (windows,)."""
    return found.quality * 12 + (found.root - tonic) % 12
