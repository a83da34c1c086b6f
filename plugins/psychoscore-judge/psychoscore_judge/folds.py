"""Folds for cross-validation that never part the clips of a song."""

from __future__ import annotations

import numpy as np

FOLDS = 5


def song_folds(songs: np.ndarray, quadrants: np.ndarray, seed: int, folds: int = FOLDS) -> np.ndarray:
    """Return the fold of every clip (clips,): all clips of a song in one, quadrants spread as evenly as songs allow.

    Songs are taken in a seeded order, those with many clips first, and each goes where its quadrants are fewest.
    """
    names, song = np.unique(songs, return_inverse=True)
    counts = np.zeros((len(names), 4))
    np.add.at(counts, (song, quadrants - 1), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    filled, chosen = np.zeros((folds, 4)), np.zeros(len(names), np.int64)
    total = np.maximum(counts.sum(axis=0), 1)
    for index in order:
        # What the worst imbalance would be with the song in each fold.
        imbalance = [_imbalance(filled, counts[index], fold, total) for fold in range(folds)]
        chosen[index] = int(np.argmin(imbalance))
        filled[chosen[index]] += counts[index]
    return chosen[song]


def _imbalance(filled: np.ndarray, song: np.ndarray, fold: int, total: np.ndarray) -> float:
    trial = filled.copy()
    trial[fold] += song
    return float((trial / total).std(axis=0).mean())
