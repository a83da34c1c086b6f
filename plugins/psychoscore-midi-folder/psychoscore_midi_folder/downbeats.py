"""Which beats begin a bar: those with the basses, the accents and the changes of harmony."""

from __future__ import annotations

import numpy as np

from psychoscore_midi_folder.onsets import Onsets

NEAR = 0.07  # seconds that an onset may miss its beat by
WEIGHTS = np.array([1.0, 1.0, 1.0])  # of bass, accent and harmony
WALTZ = 2.0  # times as clear as common time a bar of three must be: it is rarer


def downbeats_of(onsets: Onsets, beats: np.ndarray) -> tuple[int, int]:
    """Return (beats a bar, index of the first downbeat): the clearest of 4/4 and 3/4 in all their phases."""
    if len(beats) < 8:
        return 4, 0
    marks = _marks(onsets, beats)
    clear = {beats_a_bar: _phases(marks, beats_a_bar) for beats_a_bar in (4, 3)}
    beats_a_bar = 3 if clear[3].max() > WALTZ * clear[4].max() else 4
    return beats_a_bar, int(clear[beats_a_bar].argmax())


def _phases(marks: np.ndarray, beats_a_bar: int) -> np.ndarray:
    """Return how clearly each phase begins the bars, in standard errors."""
    place = np.arange(len(marks)) % beats_a_bar
    means = np.bincount(place, marks, beats_a_bar) / np.bincount(place, minlength=beats_a_bar)
    return (means - marks.mean()) * np.sqrt(len(marks) / beats_a_bar) / max(float(marks.std()), 1e-9)


def _marks(onsets: Onsets, beats: np.ndarray) -> np.ndarray:
    """Return how much each beat seems to begin a bar (beats,)."""
    begin, end = np.searchsorted(onsets.time, beats - NEAR), np.searchsorted(onsets.time, beats + NEAR, side="right")
    at = [slice(b, e) for b, e in zip(begin.tolist(), end.tolist(), strict=True)]
    bass = np.array([onsets.bass[part].max(initial=0) for part in at])
    accent = np.array([onsets.weight[part].max(initial=0) for part in at])
    return WEIGHTS @ np.stack([_standard(bass), _standard(accent), _standard(_harmony(onsets, begin))])


def _harmony(onsets: Onsets, begin: np.ndarray) -> np.ndarray:
    """Return how much of the harmony of the two beats from each beat on is new against the two before it."""
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(onsets.chroma, axis=0)])
    edges = np.concatenate([begin, [len(onsets.time)]])
    count = len(begin)
    index = np.arange(count)
    after = total[edges[np.minimum(index + 2, count)]] - total[edges[index]]
    before = total[edges[index]] - total[edges[np.maximum(index - 2, 0)]]
    scale = np.linalg.norm(after, axis=1) * np.linalg.norm(before, axis=1)
    return np.where(scale > 0, 1 - (after * before).sum(axis=1) / np.maximum(scale, 1e-9), 0.0)


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(float(values.std()), 1e-9)
