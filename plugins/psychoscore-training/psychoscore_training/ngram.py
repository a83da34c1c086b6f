"""Interpolated add-k unigram and bigram models: the baselines that a model must beat."""

from __future__ import annotations

from itertools import product

import numpy as np

from psychoscore_training.data import Prepared

CHUNK = 1 << 22  # pairs counted at a time
WEIGHTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
ADDED = (0.001, 0.01, 0.1, 1.0)


class Bigram:
    """Counts of one family's tokens and pairs on the train split's music, the first token's predecessor being [SEP].

    P(b | a) = w (n(a, b) + k) / (n(a) + k V) + (1 - w) (n(b) + 1) / (n + V).
    """

    def __init__(self, previous: np.ndarray, current: np.ndarray, size: int) -> None:
        self.size = size
        self.single = np.bincount(current, minlength=size)
        self.before = np.bincount(previous, minlength=size)
        self.pairs, self.counts = _count_pairs(previous, current, size)

    def unigram(self, current: np.ndarray) -> float:
        """Return the negative log likelihood in nats of tokens under the add-one unigram model."""
        return float(-np.log(self._single(current)).sum())

    def bigram(self, previous: np.ndarray, current: np.ndarray) -> float:
        """Return the same under the bigram model, with the w and k that suit these very tokens best.

        Tuning on what is scored favours the baseline: a model that beats it does so honestly.
        """
        keys = previous.astype(np.int64) * self.size + current
        at = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
        pair = np.where(self.pairs[at] == keys, self.counts[at], 0)
        before, single = self.before[previous], self._single(current)
        return min(
            float(-np.log(w * (pair + k) / (before + k * self.size) + (1 - w) * single).sum())
            for w, k in product(WEIGHTS, ADDED)
        )

    def _single(self, current: np.ndarray) -> np.ndarray:
        return (self.single[current] + 1) / (self.single.sum() + self.size)


def _count_pairs(previous: np.ndarray, current: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted keys `previous * size + current` that occur, and how often."""
    pairs, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    for i in range(0, len(current), CHUNK):
        keys, found = np.unique(
            previous[i : i + CHUNK].astype(np.int64) * size + current[i : i + CHUNK], return_counts=True
        )
        pairs, inverse = np.unique(np.concatenate([pairs, keys]), return_inverse=True)
        counts = np.bincount(inverse, np.concatenate([counts, found])).astype(np.int64)
    return pairs, counts


def music_pairs(data: Prepared, examples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (previous, current) rows, each (music rows, families), of the examples' music."""
    spans = [(int(data.offsets[i] + data.prefixes[i]), int(data.offsets[i] + data.lengths[i])) for i in examples]
    previous = np.concatenate([data.rows[a - 1 : b - 1] for a, b in spans])
    current = np.concatenate([data.rows[a:b] for a, b in spans])
    return previous, current


def baselines(data: Prepared) -> list[Bigram]:
    """Return one fitted model per family."""
    previous, current = music_pairs(data, data.split("train"))
    return [Bigram(previous[:, f], current[:, f], size) for f, size in enumerate(data.families)]
