"""The voice of each note of a corrected song, recovered from the original that keeps the voices apart.

The correction moved a whole song by one constant and put it on a grid of 24 a beat; pitches and velocities stayed. So
the constant is what most pairs of notes with one pitch and velocity agree on, and a note's partner is then near.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from attrs import frozen

VOICES = ("MELODY", "BRIDGE", "PIANO")
BIN = 10  # ticks at 480 a quarter: half a step of the corrected grid
NEAR = 40  # ticks that a partner may lie off: two steps of the grid


@frozen(kw_only=True)
class Matched:
    """What is known of the corrected notes: offset (original minus corrected, in ticks), and each one's voice.

    voices: (notes,) index into VOICES, -1 where no partner was found.
    """

    offset: int
    voices: np.ndarray


def match(original: np.ndarray, corrected: np.ndarray) -> Matched | None:
    """Return the voices of corrected notes, or None where the two share no notes.

    Both are (notes, 5) integers at one resolution: onset, duration, pitch, velocity, voice (unused in `corrected`).
    """
    offset = offset_of(original, corrected)
    if offset is None:
        return None
    waiting: dict[int, list[np.ndarray]] = defaultdict(list)
    for note in original[np.argsort(original[:, 0], kind="stable")]:
        waiting[int(note[2])].append(note)
    voices = np.full(len(corrected), -1)
    for index in np.argsort(corrected[:, 0], kind="stable"):
        voices[index] = _take(waiting[int(corrected[index, 2])], corrected[index], offset)
    return Matched(offset=offset, voices=voices)


def offset_of(original: np.ndarray, corrected: np.ndarray) -> int | None:
    """Return the constant that most pairs of notes with one pitch and velocity differ by, in ticks."""
    first, second = (table[:, 2] * 128 + table[:, 3] for table in (original, corrected))
    differences = [
        (original[first == kind, 0][:, None] - corrected[second == kind, 0][None]).ravel()
        for kind in np.intersect1d(first, second)
    ]
    if not differences:
        return None
    every = np.concatenate(differences)
    bins, counts = np.unique(every // BIN, return_counts=True)
    best = bins[np.argmax(counts)] * BIN
    return int(np.median(every[np.abs(every - best) <= 2 * BIN]))


def _take(waiting: list[np.ndarray], note: np.ndarray, offset: int) -> int:
    """Return the voice of the nearest waiting note, one of the same velocity first, and take it out."""
    time = int(note[0]) + offset
    while waiting and waiting[0][0] < time - NEAR:
        waiting.pop(0)
    near = []
    for place, other in enumerate(waiting):
        if other[0] > time + NEAR:
            break
        near.append((bool(other[3] != note[3]), abs(int(other[0]) - time), place))
    return int(waiting.pop(min(near)[2])[4]) if near else -1
