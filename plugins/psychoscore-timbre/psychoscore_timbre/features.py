"""What is taken from a sound, 50 rows a second: its pitch, whether it has one, and its loudness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from attrs import frozen

from psychoscore_timbre.loudness import WINDOW, loudness_of
from psychoscore_timbre.names import HOP
from psychoscore_timbre.pitch import Candidates, candidates, tracked

AT_ONCE = 512  # rows
AUDIBLE = -65.0  # dB: what is softer has no pitch


@frozen(eq=False)
class Features:
    """hertz (rows,): where a row has no pitch, that of its neighbours. voiced (rows,): bool. loudness (rows,): dB."""

    hertz: np.ndarray
    voiced: np.ndarray
    loudness: np.ndarray

    def __len__(self) -> int:
        return len(self.hertz)


def features_of(pieces: Iterable[np.ndarray]) -> Features:
    """Return the features of a sound at 16 kHz that comes in pieces, one row for every 320 frames begun."""
    costs, hertz, loudness = [], [], []
    for windows in _windows(pieces):
        found, loud = candidates(windows), loudness_of(windows)
        costs.append(np.where(loud[:, None] < AUDIBLE, np.inf, found.costs).astype(np.float32))
        hertz.append(found.hertz)
        loudness.append(loud)
    if not loudness:
        return Features(np.zeros(0), np.zeros(0, bool), np.zeros(0))
    pitch = tracked(Candidates(np.concatenate(costs), np.concatenate(hertz)))
    return Features(_filled(pitch), pitch > 0, np.concatenate(loudness))


def _windows(pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield windows (rows, 1024), row i of all centred on frame 320 i; outside the sound is silence."""
    held, frames, row = np.zeros(WINDOW // 2), 0, 0
    for piece in pieces:
        frames += len(piece)
        held = np.concatenate([held, piece])
        ready = (len(held) - WINDOW) // HOP + 1
        while ready > 0:
            count = min(ready, AT_ONCE)
            yield np.lib.stride_tricks.sliding_window_view(held, WINDOW)[: count * HOP : HOP]
            held, row, ready = held[count * HOP :], row + count, ready - count
    left = -(-frames // HOP) - row
    if left > 0:
        held = np.pad(held, (0, WINDOW))
        yield np.lib.stride_tricks.sliding_window_view(held, WINDOW)[: left * HOP : HOP]


def _filled(pitch: np.ndarray) -> np.ndarray:
    """Return the pitches, with straight lines (in octaves) over rows that have none."""
    known = np.flatnonzero(pitch > 0)
    if not len(known):
        return np.full(len(pitch), 220.0)
    found: np.ndarray = 2 ** np.interp(np.arange(len(pitch)), known, np.log2(pitch[known]))
    return found
